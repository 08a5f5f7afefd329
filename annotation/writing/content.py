"""What a labeler wrote, before it is stored: checked, and turned into prompts with answers."""

from dataclasses import asdict, dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from annotation.people.models import Project, RankingAim
from annotation.prompts.models import UseCase
from annotation.texts import lines_of, text_validate
from annotation.writing.few_shot import Pair, few_shot_render, few_shot_validate
from annotation.writing.models import WritingKind

OWN_FIELDS = {
    WritingKind.PLAIN: ("text", "answer"),
    WritingKind.FEW_SHOT: ("instruction", "pairs"),
    WritingKind.USER_BASED: ("text", "answer", "story"),
    WritingKind.RED_TEAM: ("text", "answer", "harm"),
}


@dataclass(frozen=True)
class WritingInput:
    """`answer` is None where the labeler does not answer; a few-shot's answers are its responses.

    `sensitive` are keys of the project's categories: who declines them is not asked about it.
    A kind's own fields are those that it asks for; the others stay empty.
    """

    kind: str
    use_case: str = ""
    text: str = ""
    answer: str | None = None
    instruction: str = ""
    pairs: tuple[Pair, ...] = ()
    story: str = ""
    harm: str = ""
    sensitive: tuple[str, ...] = ()

    def prompts(self) -> list[tuple[str, str | None]]:
        """The prompts' texts, each with its answer where it has one."""
        if self.kind == WritingKind.FEW_SHOT:
            texts = few_shot_render(self.instruction, self.pairs)
            return [(text, pair.response) for text, pair in zip(texts, self.pairs, strict=True)]
        return [(self.text, self.answer)]

    def content(self) -> dict[str, Any]:
        """What the prompts alone do not tell."""
        if self.kind != WritingKind.FEW_SHOT:
            return {}
        return {"instruction": self.instruction, "pairs": [asdict(pair) for pair in self.pairs]}


def writing_validate(said: WritingInput, *, project: Project) -> None:
    """Raise ValidationError by field for what cannot be stored."""
    if said.kind not in kinds_open(project):
        raise ValidationError({"kind": _("This project does not ask for this kind of prompt.")})
    if said.use_case not in UseCase.values:
        raise ValidationError({"use_case": _("Choose a use case.")})
    own_fields_check(said)
    few_shot = said.kind == WritingKind.FEW_SHOT
    try:
        if few_shot:
            few_shot_validate(said.instruction, said.pairs)
        else:
            text_validate(said.text, what=_("The prompt"))
            if said.answer is not None:
                text_validate(said.answer, what=_("The answer"))
    except ValidationError as error:
        raise ValidationError({"pairs" if few_shot else "text": error.messages}) from error
    if said.kind == WritingKind.RED_TEAM and said.harm not in lines_of(project.harm_categories):
        raise ValidationError({"harm": _("Say what harm this aims at.")})
    if not set(said.sensitive) <= {category["key"] for category in project.sensitive}:
        raise ValidationError(
            {"sensitive": _("The project has no such category: reload the page.")}
        )
    if said.kind == WritingKind.USER_BASED and said.story not in lines_of(project.user_stories):
        raise ValidationError(
            {
                "story": _(
                    "This story is not on the project's list any more: reload for another one."
                )
            }
        )


def own_fields_check(said: WritingInput) -> None:
    kind = WritingKind(said.kind)
    for name in ("text", "answer", "instruction", "pairs", "story", "harm"):
        if getattr(said, name) and name not in OWN_FIELDS[kind]:
            raise ValidationError(
                {name: _("A prompt of the kind “%(label)s” has none.") % {"label": kind.label}}
            )


def kinds_open(project: Project) -> list[WritingKind]:
    """The kinds that labelers of the project may write; where it is attacked, attacks first."""
    attacked = project.ranking_aim == RankingAim.WORST and lines_of(project.harm_categories)
    return [
        *([WritingKind.RED_TEAM] if attacked else []),
        WritingKind.PLAIN,
        WritingKind.FEW_SHOT,
        *([WritingKind.USER_BASED] if lines_of(project.user_stories) else []),
    ]
