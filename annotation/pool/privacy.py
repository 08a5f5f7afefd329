"""The filter of personal data: what may not go into a snapshot or a file."""

from collections.abc import Callable

from annotation.people.models import Project
from annotation.pool.reading import private_spans
from annotation.pool.rules import rules_of
from annotation.prompts.models import Prompt
from annotation.prompts.recognizers import recognizers


def withheld_by(project: Project) -> Callable[[Prompt], bool]:
    """Whether a prompt stays inside: it has open findings of personal data, or was never scanned
    and holds some. So no export outruns the scan of an import.

    A project may have the filter off: then nothing is withheld.
    """
    rules = rules_of(project)
    if not rules.pii_filter:
        return lambda _: False
    more = recognizers()

    def withheld(prompt: Prompt) -> bool:
        if prompt.scanned:
            return prompt.private
        return any(private_spans(prompt.messages, rules, more))

    return withheld
