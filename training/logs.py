"""The end of what a run's process wrote to its log."""

from django.core.files.storage import default_storage

from training.models import Run

TAIL_BYTES = 16 * 1024


def log_tail(run: Run, most: int = TAIL_BYTES) -> str:
    """The last lines of the latest attempt's log.txt; empty where there is none yet."""
    path = f"{run.attempt_folder}/log.txt"
    try:
        with default_storage.open(path) as file:
            file.seek(max(0, file.size - most))
            text: str = file.read().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    whole = file.size <= most
    return text if whole else text.partition("\n")[2]
