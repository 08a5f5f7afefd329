"""Texts to start a demonstration from: who is given which, and what is kept of it."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from annotation.feedback.demonstrations import demonstration_submit
from annotation.feedback.drafts import demonstration_draft_saved
from annotation.feedback.models import Demonstration, Suggestion
from annotation.feedback.revising import demonstration_revise
from annotation.feedback.suggestions import (
    MOST_GIVEN,
    SuggestionsExhaustedError,
    suggestion_ask,
    suggestions_given,
    suggestions_offered,
)
from annotation.integrity import faults_find
from annotation.models import (
    Assignment,
    Completion,
    CompletionOrigin,
    ImportBatch,
    Membership,
    Task,
    User,
)
from annotation.overview import project_overview
from annotation.people.projects import project_update
from annotation.prompts import answers
from annotation.prompts.answers import (
    AnswersUnavailableError,
    answers_register,
    origins_register,
)
from annotation.prompts.prompts import completion_create
from annotation.queue.leases import assignment_skip
from annotation.queue.tasks import task_create
from tests.annotation.work import at, claimed, counts, lease_age, prompt_make, ranking_task
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]
TEXTS = ["Boil the water first.", "Warm the pot.", "Add the tea."]


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """No provider and no names but the test's own."""
    monkeypatch.setattr(answers, "_finds", [])
    monkeypatch.setattr(answers, "_names", [])


@pytest.fixture(autouse=True)
def offered(cast):
    project_update(actor=cast.ada, project=cast.project, suggestions="blind")
    cast.project.refresh_from_db()


def asked(cast: Cast, *texts: str, labeler: User | None = None, **fields: Any) -> Assignment:
    """Lena's demonstration of a prompt that has these answers."""
    prompt = prompt_make(cast.project)
    for text in texts:
        completion_create(prompt=prompt, text=text)
    task_create(project=cast.project, kind=Task.Kind.DEMONSTRATION, prompt=prompt, **fields)
    return claimed(labeler or cast.lena, cast.project)


def provide(*given):
    answers_register(lambda _project: lambda _messages, _n: given)


def test_each_asking_gives_another_one_until_none_is_left(cast):
    assignment = asked(cast, *TEXTS)
    given = [suggestion_ask(assignment=assignment) for _ in TEXTS]
    assert sorted(each.completion.text for each in given) == sorted(TEXTS)
    assert [each.number for each in given] == [1, 2, 3]
    with pytest.raises(SuggestionsExhaustedError, match="no other text"):
        suggestion_ask(assignment=assignment)
    assert list(suggestions_given(assignment)) == given[::-1]
    assert list(faults_find()) == []


def test_where_nothing_is_there_the_labeler_is_told(cast):
    with pytest.raises(SuggestionsExhaustedError, match="Write the answer yourself"):
        suggestion_ask(assignment=asked(cast))
    assert not Suggestion.objects.exists()


def test_a_provider_is_asked_when_nothing_stored_is_left(cast):
    provide(("From a model.", "model:7"), ("Unasked.", ""))
    assignment = asked(cast, "Stored.")
    assert suggestion_ask(assignment=assignment).completion.text == "Stored."
    given = suggestion_ask(assignment=assignment)
    assert (given.completion.text, given.origin, given.number) == ("From a model.", "model:7", 2)
    assert given.completion.prompt == assignment.task.prompt
    with pytest.raises(SuggestionsExhaustedError, match="no other text"):
        suggestion_ask(assignment=assignment)  # it said the same again


def test_a_provider_that_fails_says_so_and_gives_nothing(cast):
    def fail(messages, n):
        raise OSError("no engine")

    answers_register(lambda _project: fail)
    with pytest.raises(AnswersUnavailableError, match="failed to answer"):
        suggestion_ask(assignment=asked(cast))
    assert not Suggestion.objects.exists()


def test_there_is_an_end(cast):
    assignment = asked(cast, *(f"Answer {number}." for number in range(MOST_GIVEN + 1)))
    for _ in range(MOST_GIVEN):
        suggestion_ask(assignment=assignment)
    with pytest.raises(SuggestionsExhaustedError, match="no other"):
        suggestion_ask(assignment=assignment)


def test_what_wrote_it_is_stored_as_its_file_or_an_app_names_it(cast):
    assignment = asked(cast, "Imported.", "Sampled.")
    batch = ImportBatch.objects.create(project=cast.project, filename="f", state="visible")
    imported = Completion.objects.get(text="Imported.")
    for author in ("", "some-model", "another"):
        CompletionOrigin.objects.create(completion=imported, batch=batch, line=1, author=author)
    origins_register(lambda completion: "our-policy" if completion.text == "Sampled." else "")
    given = {suggestion_ask(assignment=assignment) for _ in "12"}
    named = {each.completion.text: each.origin for each in given}
    assert named == {"Imported.": "some-model", "Sampled.": "our-policy"}


def test_what_an_unfinished_import_brings_is_not_given(cast):
    assignment = asked(cast, "Staged.")
    batch = ImportBatch.objects.create(project=cast.project, filename="f", state="staging")
    CompletionOrigin.objects.create(completion=Completion.objects.get(), batch=batch, line=1)
    with pytest.raises(SuggestionsExhaustedError):
        suggestion_ask(assignment=assignment)
    ImportBatch.objects.update(state="visible", finished_at=timezone.now())
    assert suggestion_ask(assignment=assignment).completion.text == "Staged."


def test_nothing_is_offered_where_the_project_does_not_or_work_measures_people(cast):
    with pytest.raises(ValidationError, match="No text to start from is offered"):
        suggestion_ask(assignment=asked(cast, *TEXTS, purpose="evaluation", priority=9))
    assignment = asked(cast, *TEXTS, labeler=cast.luis)
    assert suggestions_offered(assignment)
    Membership.objects.filter(user=cast.luis).update(heldout=True)
    assert not suggestions_offered(assignment)
    Membership.objects.filter(user=cast.luis).update(heldout=False)
    project_update(actor=cast.ada, project=cast.project, suggestions="never")
    with pytest.raises(ValidationError, match="No text"):
        suggestion_ask(assignment=assignment)


def test_nothing_is_offered_for_a_ranking_or_after_the_end(cast):
    ranking_task(cast.project, priority=9)
    with pytest.raises(ValidationError, match="No text"):
        suggestion_ask(assignment=claimed(cast.lena, cast.project))
    assignment = asked(cast, *TEXTS, labeler=cast.luis)
    assignment_skip(assignment=assignment, reason="expertise")
    with pytest.raises(ValidationError, match="No text"):
        suggestion_ask(assignment=assignment)


def test_asking_renews_the_lease(cast):
    assignment = asked(cast, *TEXTS)
    lease_age(assignment, minutes=10)
    suggestion_ask(assignment=assignment)
    assignment.refresh_from_db()
    assert assignment.expires_at > timezone.now()
    assert counts(assignment.task) == (0, 1, "open")


def begun(cast: Cast, text: str) -> tuple[Assignment, Demonstration]:
    assignment = asked(cast, "Boil the water first and add the tea.")
    suggestion_ask(assignment=assignment)
    return assignment, demonstration_submit(assignment=assignment, text=text, suggestion=1)


def test_a_demonstration_says_what_it_began_from_and_how_much_is_kept(cast):
    _, demonstration = begun(cast, "Boil the water first and warm the pot.")
    assert demonstration.suggestion is not None
    assert demonstration.suggestion.completion.text.startswith("Boil")
    # Boil the water first and .. the ..: 6 of 8 words.
    assert demonstration.kept == pytest.approx(6 / 8)
    assert list(faults_find()) == []


def test_one_that_was_only_looked_at_is_no_beginning(cast):
    assignment = asked(cast, *TEXTS)
    suggestion_ask(assignment=assignment)
    demonstration = demonstration_submit(assignment=assignment, text="My own.")
    assert (demonstration.suggestion, demonstration.kept) == (None, None)


def test_what_was_not_given_is_refused_and_the_task_stays(cast):
    assignment = asked(cast, *TEXTS)
    other = asked(cast, *TEXTS, labeler=cast.luis)
    suggestion_ask(assignment=other)
    for number in (0, 1, -1):
        with pytest.raises(ValidationError, match="no such suggestion"):
            demonstration_submit(assignment=assignment, text="So.", suggestion=number)
    assignment.refresh_from_db()
    assert assignment.state == "leased"


def test_a_revision_is_measured_again_from_where_it_began(cast):
    assignment, first = begun(cast, "Boil the water first and add the tea.")
    revised = demonstration_revise(
        labeler=cast.lena, assignment=assignment, base=1, text="Boil the milk"
    )
    assert first.kept == 1
    assert revised.kept == pytest.approx(2 / 3)
    assert revised.suggestion == first.suggestion
    assert list(faults_find()) == []


def test_the_database_wants_both_or_none(cast):
    _, demonstration = begun(cast, "Boil the water")
    for wrong in ({"kept": None}, {"kept": 1.5}, {"suggestion": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Demonstration.objects.filter(pk=demonstration.pk).update(**wrong)


def test_integrity_tells_of_what_does_not_fit(cast):
    _, demonstration = begun(cast, "Boil the water")
    Demonstration.objects.update(kept=0.25)
    assert list(faults_find()) == [
        f"Demonstration {demonstration.pk} keeps 1.0 of what it began from, not 0.25."
    ]
    other = asked(cast, *TEXTS, labeler=cast.luis)
    Demonstration.objects.update(kept=0, suggestion=suggestion_ask(assignment=other))
    found = list(faults_find())
    assert any("of another one" in fault for fault in found), found


def test_a_draft_keeps_what_it_began_from():
    assert demonstration_draft_saved({"text": "A", "suggestion": 2}).suggestion == 2
    for odd in (0, "2", True, 1.5, MOST_GIVEN + 1, None):
        assert demonstration_draft_saved({"text": "A", "suggestion": odd}).suggestion is None


def test_the_overview_counts_them(cast):
    begun(cast, "Boil the water")
    _, second = begun(cast, "Something else.")
    assert second.kept == 0
    overview = project_overview(cast.project)
    assert (overview.demonstrations, overview.suggested, overview.kept_percent) == (2, 2, 50)


def press(client: Client, assignment: Assignment) -> Any:
    return client.post(at("work-suggest", assignment))


@pytest.mark.parametrize(("offers", "named"), [("blind", False), ("named", True)])
def test_the_button_shows_all_given_and_what_wrote_them_only_where_that_is_told(
    cast: Cast, client: Client, offers: str, named: bool
) -> None:
    project_update(actor=cast.ada, project=cast.project, suggestions=offers)
    origins_register(lambda _: "secret-model")
    assignment = asked(cast, *TEXTS[:2])
    client.force_login(cast.lena)
    assert b"data-start" not in client.get(at("work-task", assignment)).content
    press(client, assignment)
    page = press(client, assignment).content.decode()
    assert page.index("Text 2") < page.index("Text 1")
    assert ("secret-model" in page) == named
    refused = press(client, assignment)
    assert refused.status_code == 422
    assert "no other text" in refused.content.decode()
    assert refused.content.decode().count("data-start") == 2


def test_the_page_has_the_button_only_where_texts_are_offered(cast: Cast, client: Client) -> None:
    assignment = asked(cast, *TEXTS)
    client.force_login(cast.lena)
    assert b"Suggest a text" in client.get(at("work-task", assignment)).content
    project_update(actor=cast.ada, project=cast.project, suggestions="never")
    assert b"Suggest a text" not in client.get(at("work-task", assignment)).content
    assert press(client, assignment).status_code == 422


def test_the_form_hands_in_what_it_began_from(cast: Cast, client: Client) -> None:
    assignment = asked(cast, *TEXTS)
    client.force_login(cast.lena)
    press(client, assignment)
    said = {"text": "Boil it.", "suggestion": "7"}
    refused = client.post(at("work-submit", assignment), said)
    assert refused.status_code == 422
    assert "Boil it." in refused.content.decode()
    client.post(at("work-submit", assignment), {**said, "suggestion": "1"})
    assert Demonstration.objects.get().suggestion == Suggestion.objects.get()
    edit = {"text": "Boil it well.", "base": "1"}
    assert client.post(at("work-edit", assignment), edit).status_code == 302
    assert Demonstration.objects.get(is_current=True).suggestion == Suggestion.objects.get()
    assert (
        "You began it from a suggested text."
        in client.get(at("work-task", assignment)).content.decode()
    )
