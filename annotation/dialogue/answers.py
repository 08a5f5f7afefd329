"""Where the answers of a dialogue come from: what can answer any prompt (prompts/answers.py).

Without a provider answers are scripted: those that the task brought, or that are stored with the
very same conversation.
"""

import random
from zlib import crc32

from django.utils.translation import gettext_lazy

from annotation.dialogue.models import FEWEST_ANSWERS, Dialogue
from annotation.people.models import Project
from annotation.prompts.answers import (
    FAILED,
    Answer,
    AnswersUnavailableError,
    completions_stored,
    different,
    provided,
    provider_find,
)
from annotation.prompts.prompts import Messages, content_hash

NONE = gettext_lazy("There are no answers to choose among. Write the answer yourself.")


def answers_get(
    *, project: Project, dialogue: Dialogue, messages: Messages, turn: int
) -> list[Answer]:
    """Two to `dialogue.answers` different answers to the conversation, whose `turn`-th they are.

    Raises AnswersUnavailableError.
    """
    wanted = dialogue.answers
    provider = None if dialogue.script else provider_find(project)
    if provider is None:
        given = different(scripted(project, dialogue, messages, turn))
    else:
        given = provided(provider, messages, wanted)
    answers = given[:wanted]
    if len(answers) < FEWEST_ANSWERS:
        raise AnswersUnavailableError(NONE if provider is None else FAILED)
    return answers


def scripted(project: Project, dialogue: Dialogue, messages: Messages, turn: int) -> list[Answer]:
    """The script's answers of this turn, or else completions of the same conversation.

    Of many completions some are drawn, by the conversation: asked again, the same ones.
    """
    if dialogue.script:
        texts = dialogue.script[turn] if turn < len(dialogue.script) else []
        return [(text, "script") for text in texts]
    completions = completions_stored(project=project, messages=messages)
    found = [(text, "completion") for text in completions.values_list("text", flat=True)]
    random.Random(crc32(content_hash(messages).encode())).shuffle(found)
    return found
