"""What a prompt asks of its labelers: a language, skills, and that they have not declined it."""

from dataclasses import dataclass
from typing import Any

from annotation.prompts.models import Prompt
from annotation.tags import language_read, tags_read
from annotation.words import gettext_words as _


@dataclass(frozen=True)
class Marks:
    """`language`: a primary tag, "" for any; `skills` and `sensitive`: tags, sorted."""

    language: str = ""
    skills: tuple[str, ...] = ()
    sensitive: tuple[str, ...] = ()


def marks_read(*, language: Any = "", skills: Any = (), sensitive: Any = ()) -> Marks:
    """Marks as people and files give them. Raises ValidationError by field.

    A category's key has no hyphen: what is marked self-harm is self_harm.
    """
    categories = tags_read(sensitive, field="sensitive", what=_("A category"))
    return Marks(
        language=language_read(language),
        skills=tags_read(skills, field="skills", what=_("A skill")),
        sensitive=tuple(sorted({tag.replace("-", "_") for tag in categories})),
    )


NONE = Marks()


def marks_of(prompt: Prompt) -> Marks:
    return Marks(prompt.language, tuple(prompt.skills), tuple(prompt.sensitive))


def marks_joined(prompt: Prompt | None, more: Marks) -> Marks:
    """The prompt's marks and more; where both name a language, the latter one."""
    own = marks_of(prompt) if prompt else NONE
    return Marks(
        more.language or own.language,
        tuple(sorted({*own.skills, *more.skills})),
        tuple(sorted({*own.sensitive, *more.sensitive})),
    )
