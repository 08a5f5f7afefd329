"""What labelers wrote says nothing; each fault made by hand is told."""

from collections.abc import Callable

import pytest

from annotation.integrity import faults_find
from annotation.models import Prompt, Writing, WrittenPrompt
from annotation.writing.content import WritingInput
from annotation.writing.few_shot import Pair
from annotation.writing.writing import writing_create
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@pytest.fixture
def written(cast: Cast) -> Writing:
    cast.project.prompts_wanted = 9
    cast.project.save()
    plain = WritingInput(kind="plain", use_case="chat", text="Name a bird.")
    writing_create(labeler=cast.lena, project=cast.project, said=plain)
    pairs = (Pair("1 + 1", "2"), Pair("2 + 2", "4"))
    group = WritingInput(kind="few_shot", use_case="other", instruction="Add.", pairs=pairs)
    writing = writing_create(labeler=cast.lena, project=cast.project, said=group)
    assert list(faults_find()) == []
    return writing


@pytest.mark.parametrize(
    "spoil",
    [
        lambda writing: WrittenPrompt.objects.filter(writing=writing, position=2).update(
            position=3
        ),
        lambda writing: WrittenPrompt.objects.filter(writing=writing, position=2).delete(),
        lambda writing: Prompt.objects.filter(written__writing=writing).update(contributor="acme"),
        lambda writing: Prompt.objects.filter(written__writing=writing).update(source="import"),
    ],
)
def test_a_fault_is_told(written: Writing, spoil: Callable[[Writing], object]) -> None:
    spoil(written)
    assert f"Writing {written.pk} does not fit the prompts it became." in list(faults_find())
