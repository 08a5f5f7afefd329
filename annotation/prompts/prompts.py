"""Prompts and completions: checked, deduplicated by content, and given their split for good."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django.db import IntegrityError, transaction

from annotation.people.models import Project
from annotation.prompts.marks import Marks
from annotation.prompts.models import Completion, ImportBatch, Prompt, UseCase
from annotation.texts import MAX_TEXT, text_validate
from annotation.words import Refusal
from annotation.words import gettext_words as _

ROLES = ("system", "user", "assistant")
MAX_MESSAGES = 200
WORDS = re.compile(r"\w+")

Messages = list[dict[str, str]]


def messages_validate(messages: Any) -> Messages:
    """Return the conversation unchanged, or raise ValidationError saying which message is wrong.

    It begins with at most one system message and ends with the user's turn that wants an answer.
    """
    if not isinstance(messages, list) or not messages:
        raise Refusal(_("A prompt needs at least one message."))
    if len(messages) > MAX_MESSAGES:
        raise Refusal(
            _("A prompt holds at most %(max_messages)s messages.") % {"max_messages": MAX_MESSAGES}
        )
    for number, message in enumerate(messages, start=1):
        if not isinstance(message, dict) or set(message) != {"role", "content"}:
            raise Refusal(
                _("Message %(number)s must have exactly a role and a content.") % {"number": number}
            )
        if message["role"] not in ROLES:
            raise Refusal(
                _("Message %(number)s: the role must be one of %(roles)s.")
                % {"number": number, "roles": ", ".join(ROLES)}
            )
        if message["role"] == "system" and number > 1:
            raise Refusal(
                _("Message %(number)s: only the first message may be the system's.")
                % {"number": number}
            )
        text_validate(message["content"], what=_("Message %(number)s") % {"number": number})
    if messages[-1]["role"] != "user":
        raise Refusal(_("The last message must be the user's: it is what wants an answer."))
    if sum(len(message["content"]) for message in messages) > MAX_TEXT:
        raise Refusal(_("A prompt holds at most %(max_text)s characters.") % {"max_text": MAX_TEXT})
    return messages


def normal(text: str) -> str:
    """What two texts share that a reader cannot tell apart."""
    return unicodedata.normalize("NFC", text).strip()


def text_hash(text: str) -> str:
    return hashlib.sha256(normal(text).encode()).hexdigest()


def content_hash(messages: Messages) -> str:
    turns = [[message["role"], normal(message["content"])] for message in messages]
    return hashlib.sha256(json.dumps(turns, ensure_ascii=False).encode()).hexdigest()


def split_key(messages: Messages, contributor: str) -> str:
    """What the split is drawn by: who asked, or else the words that were asked.

    Case, spaces and punctuation do not count, so that two ways to type one question never stand
    on both sides of a validation.
    """
    if contributor:
        return contributor
    return "\n".join(" ".join(WORDS.findall(turn["content"].casefold())) for turn in messages)


def split_for(key: str) -> str:
    """Draw train, valid or test (80, 10, 10 in a hundred) from a key, the same one every time."""
    tenth = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8]) * 10 >> 64
    return {8: Prompt.Split.VALID, 9: Prompt.Split.TEST}.get(tenth, Prompt.Split.TRAIN).value


def prompt_create(
    *,
    project: Project,
    messages: Messages,
    use_case: str = UseCase.OTHER,
    source: str = Prompt.Source.IMPORT,
    contributor: str = "",
    batch: ImportBatch | None = None,
    line: int | None = None,
    split: str | None = None,
    marks: Marks | None = None,
) -> tuple[Prompt, bool]:
    """Store a prompt, or find the one with the same content. Returns it and whether it is new.

    The split is drawn by contributor, so that one person's prompts never stand on both sides of
    a validation, and by content where no contributor is known. Raises ValidationError.
    """
    messages_validate(messages)
    for value, known, what in (
        (use_case, UseCase.values, _("use case")),
        (source, Prompt.Source.values, _("source")),
        (split, [None, *Prompt.Split.values], _("split")),
    ):
        if value not in known:
            raise Refusal(_("Unknown %(what)s: %(value)s.") % {"what": what, "value": str(value)})
    text_validate(contributor, what=_("The contributor"), limit=120, blank=True)
    digest = content_hash(messages)
    with transaction.atomic():
        found = prompt_find(project=project, digest=digest, batch=batch, line=line)
        if found:
            return found, False
        try:
            with transaction.atomic():
                prompt = Prompt.objects.create(
                    project=project,
                    messages=messages,
                    content_hash=digest,
                    use_case=use_case,
                    source=source,
                    contributor=contributor,
                    split=split or split_for(split_key(messages, contributor)),
                    batch=batch,
                    line=line,
                    **asdict(marks or Marks()),
                )
        except IntegrityError:  # another process stored the same content a moment ago
            return Prompt.objects.get(project=project, content_hash=digest), False
    return prompt, True


def prompt_find(
    *, project: Project, digest: str, batch: ImportBatch | None, line: int | None
) -> Prompt | None:
    """The project's prompt with this content, made visible with `batch` if it was not.

    A prompt left behind by an import that never became visible would hide what now builds on it.
    """
    prompt = Prompt.objects.filter(project=project, content_hash=digest).first()
    if prompt is None or prompt.batch_id is None or (batch and prompt.batch_id == batch.pk):
        return prompt
    if prompt.batch is not None and prompt.batch.state != ImportBatch.State.VISIBLE:
        prompt.batch, prompt.line = batch, line
        prompt.save(update_fields=["batch", "line"])
    return prompt


def completion_create(*, prompt: Prompt, text: str) -> tuple[Completion, bool]:
    """Store an answer, or find the one with the same text. Returns it and whether it is new."""
    text_validate(text, what=_("The completion"))
    digest = text_hash(text)
    found = Completion.objects.filter(prompt=prompt, text_hash=digest).first()
    if found:
        return found, False
    return Completion.objects.get_or_create(
        prompt=prompt,
        text_hash=digest,
        defaults={"project_id": prompt.project_id, "text": text},
    )


def completions_create(*, prompt: Prompt, texts: Iterable[str]) -> dict[str, Completion]:
    """Store several answers, or find those with the same texts, by their text_hash.

    The same as completion_create for each, in two or three statements for all.
    """
    wanted = {text_hash(text_validate(text, what=_("The completion"))): text for text in texts}
    stored = Completion.objects.filter(prompt=prompt, text_hash__in=wanted)
    found = {one.text_hash: one for one in stored}
    missing = [
        Completion(prompt=prompt, project_id=prompt.project_id, text_hash=digest, text=text)
        for digest, text in wanted.items()
        if digest not in found
    ]
    if missing:
        # Another process may store the same text meanwhile: its row is as good.
        Completion.objects.bulk_create(missing, ignore_conflicts=True)
        found = {one.text_hash: one for one in stored.all()}
    return found
