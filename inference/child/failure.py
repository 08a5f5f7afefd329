"""What went wrong, in plain words, and what to change."""


class Failure(Exception):
    """Raised where the cause is known: shown to people as it stands."""

    def __init__(self, cause: str, advice: str) -> None:
        super().__init__(cause)
        self.cause = cause
        self.advice = advice


def explain(error: Exception) -> tuple[str, str]:
    """(cause, advice) of any exception that ended a child process."""
    if isinstance(error, Failure):
        return error.cause, error.advice
    text = str(error).strip() or type(error).__name__
    if isinstance(error, MemoryError) or "out of memory" in text.lower():
        return (
            f"Memory ran out: {_first_line(text)}",
            "Lower the batch size or the maximal length, or use a device with more memory.",
        )
    if isinstance(error, FileNotFoundError):
        return (
            f"A file is missing: {_first_line(text)}",
            "Check that the model folders and the snapshot still exist.",
        )
    return (
        f"{type(error).__name__}: {_first_line(text)}",
        "This cause is not known in advance; log.txt in the output folder has the whole trace.",
    )


def _first_line(text: str) -> str:
    return text.splitlines()[0][:500]
