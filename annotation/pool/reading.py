"""What a scan sees in one prompt by itself: kept as plain values until they are written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from annotation.pool.models import PromptFinding, PromptRules
from annotation.prompts.cleaning.languages import language_identify
from annotation.prompts.cleaning.near_duplicates import signature
from annotation.prompts.cleaning.pii import Recognizer, pii_find
from annotation.prompts.cleaning.prefixes import prefix_key
from annotation.prompts.cleaning.texts import compared
from annotation.prompts.models import Prompt
from annotation.prompts.prompts import Messages

Kind = PromptFinding.Kind


@dataclass
class Reading:
    """A prompt as a scan read it. `text` is what of it is compared with others."""

    prompt: Prompt
    text: str
    prefix_key: str
    signature: Any
    language: str
    findings: list[PromptFinding] = field(default_factory=list)

    def find(self, kind: str, key: str, **said: Any) -> None:
        self.findings.append(
            PromptFinding(
                project_id=self.prompt.project_id, prompt=self.prompt, kind=kind, key=key, **said
            )
        )


def prompt_read(prompt: Prompt, rules: PromptRules, more: Sequence[Recognizer]) -> Reading:
    """Read one prompt: what it is compared by, and what can be found without any other."""
    text = compared(prompt.messages)
    language, certainty = language_identify(spoken(prompt.messages))
    reading = Reading(
        prompt=prompt,
        text=text,
        prefix_key=prefix_key(prompt.messages, text, rules.prefix_length),
        signature=signature(text),
        language=language,
    )
    for said in private_spans(prompt.messages, rules, more):
        key = "pii:{what}:{message}:{start}:{end}".format(**said)
        reading.find(Kind.PII, key, **said)
    wanted = [prompt.language] if prompt.language else rules.languages_wanted
    if language and wanted and language not in wanted:
        reading.find(Kind.LANGUAGE, f"language:{language}", what=language, score=certainty)
    return reading


def spoken(messages: Messages) -> str:
    """What the people of a conversation say, by which its language is told."""
    return "\n".join(message["content"] for message in messages if message["role"] == "user")


def private_spans(
    messages: Messages, rules: PromptRules, more: Sequence[Recognizer] = ()
) -> Iterator[dict[str, Any]]:
    """Where in which message personal data stand, as a finding names it."""
    for index, message in enumerate(messages):
        for span in pii_find(message["content"], region=rules.phone_region, more=more):
            yield {"what": str(span.kind), "message": index, "start": span.start, "end": span.end}
