"""The database compared with the diaries, and with itself."""

from collections import Counter
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser

from annotation.integrity import faults_find
from annotation.markdown import markdown_render
from annotation.models import Assignment, Ranking, Task, User
from benchmarks.trial.diary import Entry, Heard, plain

SHOWN = 300


class Words(HTMLParser):
    """The text of a piece of HTML, as a page's textContent tells it."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)


def read(text: str) -> str:
    """A stored text as a page shows it and a script reads it."""
    words = Words()
    words.feed(markdown_render(text))
    words.close()
    return plain("".join(words.pieces))


def stored() -> Iterator[Entry]:
    """What the database holds of each task that a labeler ended, in the diaries' words."""
    ended = Assignment.objects.filter(state__in=["submitted", "skipped"])
    for assignment in ended.select_related("labeler", "task__prompt"):
        prompt = plain(" ".join(read(turn["content"]) for turn in assignment.task.messages))
        name = assignment.labeler.username
        if assignment.state == Assignment.State.SKIPPED:
            yield Entry(name, prompt, "skipped", (), reason=assignment.skip_reason)
            continue
        ranking = Ranking.objects.get(assignment=assignment)
        heard = [
            Heard(read(row.completion.text), row.rank, row.likert, tuple(sorted(row.flags)))
            for row in ranking.judgments.select_related("completion")
        ]
        yield Entry(
            name,
            prompt,
            ranking.outcome,
            tuple(sorted(heard, key=repr)),
            note=ranking.note,
            annotations=tuple(sorted(ranking.annotations)),
        )


def differences(entries: Sequence[Entry]) -> list[str]:
    """Each entry that is not stored word for word, and each stored one that nobody remembers."""
    remembered, held = Counter(entries), Counter(stored())
    return [
        *(f"not stored: {entry!r}"[:SHOWN] for entry in remembered - held),
        *(f"nobody said: {entry!r}"[:SHOWN] for entry in held - remembered),
    ]


def overlap_faults() -> Iterator[str]:
    """Tasks with more submissions that count than their overlap; or with fewer, though somebody
    could still have been given them."""
    labelers = User.objects.filter(username__startswith="labeler-").count()
    for task in Task.objects.filter(kind=Task.Kind.RANKING):
        met = Assignment.objects.filter(task=task, state__in=["submitted", "skipped"])
        counted = met.filter(state="submitted", extra=False).count()
        if counted > task.overlap or (counted < task.overlap and met.count() < labelers):
            yield f"task {task.pk} has {counted} submissions of {task.overlap}"


def integrity_faults() -> list[str]:
    return list(faults_find())
