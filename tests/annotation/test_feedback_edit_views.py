"""The desk in which a submission is changed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from annotation.feedback.demonstrations import demonstration_submit
from annotation.feedback.rankings import ranking_submit
from annotation.models import Assignment, Demonstration, Membership, Ranking
from annotation.people.projects import project_update
from annotation.queue.leases import shown_slots
from tests.annotation.work import (
    Enter,
    at,
    claimed,
    demonstration_task,
    ranked,
    ranking_task,
    ranks_form,
)
from tests.cast import Cast

HTMX = {"HX-Request": "true"}


@pytest.fixture
def written(cast: Cast) -> Assignment:
    demonstration_task(cast.project)
    assignment = claimed(cast.lena, cast.project)
    demonstration_submit(assignment=assignment, text="First.")
    return assignment


@pytest.fixture
def ordered(cast: Cast) -> Assignment:
    ranking_task(cast.project)
    assignment = claimed(cast.lena, cast.project)
    ranking_submit(assignment=assignment, judgments=ranked([3, 1, 2, 2]), strength=2, note="So.")
    return assignment


def test_the_desk_holds_what_was_handed_in(
    cast: Cast, enter: Enter, written: Assignment, ordered: Assignment
) -> None:
    client = enter(cast.lena)
    page = client.get(at("work-edit", written)).content.decode()
    assert "\nFirst.</textarea>" in page
    assert 'name="base" value="1"' in page
    assert "Save the change" in page
    for gone in ("data-draft=", 'id="skip"'):
        assert gone not in page
    page = client.get(at("work-edit", ordered)).content.decode()
    assert page.count("<option selected>2</option>") == 2
    assert page.count("<option selected>3</option>") == 1
    assert "So.</textarea>" in page


def test_a_change_is_saved_and_shown(
    cast: Cast, enter: Enter, written: Assignment, ordered: Assignment
) -> None:
    client = enter(cast.lena)
    answer = client.post(at("work-edit", written), {"text": "Sec\r\nond.", "base": 1})
    assert answer["Location"] == at("work-task", written)
    assert Demonstration.objects.get(is_current=True).text == "Sec\nond."
    form = ranks_form([1, 2, 3, 4], **{"likert-1": 6, "note": "Then."}, base=1)
    answer = client.post(at("work-edit", ordered), form, headers=HTMX)
    assert answer["HX-Redirect"] == at("work-task", ordered)
    ranking = Ranking.objects.get(is_current=True)
    said = {each.completion_id: (each.rank, each.likert) for each in ranking.judgments.all()}
    shown = [said[slot.completion_id] for slot in shown_slots(ordered)]
    assert shown == [(1, None), (2, 6), (3, None), (4, None)]
    assert (ranking.note, ranking.strength, ranking.revision) == ("Then.", 2, 2)
    assert "Saved: this is revision 2." in client.get(at("work-task", ordered)).content.decode()


def test_who_changes_nothing_is_told_so(cast: Cast, enter: Enter, written: Assignment) -> None:
    client = enter(cast.lena)
    text = Demonstration.objects.get(assignment=written).text
    client.post(at("work-edit", written), {"text": text, "base": 1})
    page = client.get(at("work-task", written)).content.decode()
    assert "Nothing was changed" in page
    assert "Saved: this is revision" not in page


def test_what_is_refused_comes_back_with_all_it_held(
    cast: Cast, enter: Enter, written: Assignment, ordered: Assignment
) -> None:
    client = enter(cast.lena)
    client.post(at("work-edit", written), {"text": "Second.", "base": 1})
    page = client.post(at("work-edit", written), {"text": "From another tab.", "base": 1})
    assert page.status_code == 422
    html = page.content.decode()
    assert "changed in another tab" in html
    assert "From another tab.</textarea>" in html
    assert 'name="base" value="1"' in html
    fragment = client.post(
        at("work-edit", ordered), ranks_form([1, 2, 3, ""], base=1), headers=HTMX
    )
    assert fragment.status_code == 422
    assert "has not been ranked" in fragment.content.decode()
    assert "<html" not in fragment.content.decode()
    page = client.post(at("work-edit", ordered), ranks_form([1, 2, 3, ""], base=1, note="Kept"))
    assert "Kept</textarea>" in page.content.decode()
    assert Ranking.objects.count() == 1


def test_instructions_that_changed_meanwhile_are_named(
    cast: Cast, enter: Enter, written: Assignment
) -> None:
    project_update(actor=cast.ada, project=cast.project, instructions="Be brief.")
    form = {"text": "Second.", "base": 1, "instructions_version": 1}
    page = enter(cast.lena).post(at("work-edit", written), form, headers=HTMX)
    assert "The instructions have changed" in page.content.decode()


def test_a_closed_window_is_told(cast: Cast, enter: Enter, written: Assignment) -> None:
    Assignment.objects.update(ended_at=timezone.now() - timedelta(minutes=61))
    client = enter(cast.lena)
    page = client.get(at("work-edit", written), follow=True).content.decode()
    assert "what you handed in stays as it is" in page
    refused = client.post(at("work-edit", written), {"text": "Late.", "base": 1}, headers=HTMX)
    assert refused.status_code == 422
    assert Demonstration.objects.get().text == "First."


def test_what_is_not_handed_in_is_not_edited(cast: Cast, enter: Enter) -> None:
    demonstration_task(cast.project)
    mine = claimed(cast.lena, cast.project)
    client = enter(cast.lena)
    assert client.get(at("work-edit", mine))["Location"] == at("work-task", mine)
    assert client.post(at("work-edit", mine), {"text": "So.", "base": 1}).status_code == 422


def test_who_is_no_labeler_any_more_is_told_so(
    cast: Cast, enter: Enter, written: Assignment
) -> None:
    Membership.objects.filter(user=cast.lena).update(state="suspended")
    answer = enter(cast.lena).post(at("work-edit", written), {"text": "No."}, headers=HTMX)
    assert answer.status_code == 403
    assert answer.json()["error"].startswith("You are not an active labeler")


def test_where_the_worst_is_first_the_change_begins_from_it(
    cast: Cast, enter: Enter, ordered: Assignment
) -> None:
    project_update(
        actor=cast.ada, project=cast.project, ranking_aim="worst", severity_asked="worst"
    )
    client = enter(cast.lena)
    page = client.get(at("work-edit", ordered))
    assert [answer["draft"].slot for answer in page.context["answers"]] == [1, 3, 2, 2]
    form = {**ranks_form([1, 3, 2, 2]), "base": "1", "aim": "worst"}
    refused = client.post(at("work-edit", ordered), form)
    assert "say how severe" in refused.content.decode()
    client.post(at("work-edit", ordered), {**form, "severity-0": "4"})
    ranking = Ranking.objects.get(is_current=True)
    texts = [slot.completion.text for slot in shown_slots(ordered)]
    held = {each.completion.text: each for each in ranking.judgments.all()}
    assert [held[text].rank for text in texts] == [3, 1, 2, 2]
    assert (held[texts[0]].severity, ranking.aim, ranking.revision) == (4, "worst", 2)
