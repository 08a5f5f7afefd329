"""Demonstrations."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotation.exchange.formats import parse_line
from annotation.feedback.demonstrations import demonstration_record, demonstration_submit
from annotation.models import Demonstration, ImportBatch
from annotation.texts import leaves_mark, newlines_plain
from tests.annotation.work import claimed, demonstration_task, prompt_make, ranking_task

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
def test_the_text_is_kept_as_written(cast, text):
    task = demonstration_task(cast.project)
    assignment = claimed(cast.lena, cast.project)
    if not leaves_mark(text):
        with pytest.raises(ValidationError, match="empty"):
            demonstration_submit(assignment=assignment, text=text)
        text = f"Words.{text}"
    said = demonstration_submit(assignment=assignment, text=text)
    said.refresh_from_db()
    assert (said.text, said.prompt_id, said.trains) == (newlines_plain(text), task.prompt_id, True)


def test_line_breaks_are_plain_on_every_way_in(cast):
    demonstration_task(cast.project)
    text = "One\r\ntwo\rthree\n"
    said = demonstration_submit(assignment=claimed(cast.lena, cast.project), text=text)
    brought = demonstration_record(prompt=prompt_make(cast.project), text=text)
    [read] = parse_line({"prompt": "Hello?", "completion": text}).records
    assert said.text == brought.text == read.demonstration == "One\ntwo\nthree\n"


def test_submitting_twice_is_submitting_once(cast):
    demonstration_task(cast.project)
    assignment = claimed(cast.lena, cast.project)
    first = demonstration_submit(assignment=assignment, text="One.")
    assert demonstration_submit(assignment=assignment, text="Two.") == first
    assert Demonstration.objects.get().text == "One."


def test_a_submit_ends_the_draft_and_the_lease(cast):
    demonstration_task(cast.project)
    assignment = claimed(cast.lena, cast.project)
    demonstration_submit(assignment=assignment, text="One.")
    assignment.refresh_from_db()
    assert (assignment.state, assignment.draft) == ("submitted", {})
    assert assignment.ended_at is not None
    assert assignment.ended_at >= assignment.leased_at


def test_what_holds_of_the_prompt_is_kept(cast):
    demonstration_task(cast.project)
    assignment = claimed(cast.lena, cast.project)
    for annotations, version, words in ((["odd"], 1, "no annotation odd"), ([], 2, "rubric has")):
        with pytest.raises(ValidationError, match=words):
            demonstration_submit(
                assignment=assignment, text="A", annotations=annotations, rubric_version=version
            )
    said = demonstration_submit(
        assignment=assignment, text="A", annotations=["sensitive", "ambiguous"], rubric_version=1
    )
    assert said.annotations == ["ambiguous", "sensitive"]


@pytest.mark.parametrize("text", ["", " \n", "\u200b\ufeff", "a\0", "x" * 200_001, None])
def test_bad_texts_are_refused(cast, text):
    demonstration_task(cast.project)
    assignment = claimed(cast.lena, cast.project)
    with pytest.raises(ValidationError):
        demonstration_submit(assignment=assignment, text=text)
    assert not Demonstration.objects.exists()


def test_a_ranking_task_takes_no_demonstration(cast):
    ranking_task(cast.project)
    assignment = claimed(cast.lena, cast.project)
    with pytest.raises(ValidationError, match="does not ask"):
        demonstration_submit(assignment=assignment, text="One.")


def test_demonstration_record_stores_a_line_once(cast):
    batch = ImportBatch.objects.create(project=cast.project, filename="f", state="staging")
    prompt = prompt_make(cast.project)
    first = demonstration_record(prompt=prompt, text="One.", batch=batch, line=2)
    assert demonstration_record(prompt=prompt, text="One.", batch=batch, line=2) == first
    assert (first.source, first.project, first.trains) == ("import", cast.project, True)
    with pytest.raises(ValidationError, match="Unknown source"):
        demonstration_record(prompt=prompt, text="One.", source="magic")
