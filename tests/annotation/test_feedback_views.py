"""The two pages on which labelers work, and what they hand in there."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from annotation.models import (
    Assignment,
    Demonstration,
    Project,
    Ranking,
    Task,
)
from annotation.people.projects import project_update
from annotation.prompts.marks import Marks
from annotation.queue.leases import shown_slots
from annotation.queue.marking import prompt_mark
from tests.annotation.work import (
    Enter,
    at,
    claimed,
    demonstration_task,
    lease_age,
    ranking_task,
    ranks_form,
    send_draft,
)
from tests.cast import Cast

# --- the language of texts ---


@pytest.mark.parametrize("make", [demonstration_task, ranking_task])
def test_texts_carry_their_language_and_find_their_direction(
    cast: Cast, enter: Enter, make: Callable[..., Task]
) -> None:
    task = make(cast.project)
    assert task.prompt is not None
    prompt_mark(actor=cast.ada, prompt=task.prompt, marks=Marks(language="ar"))
    cast.project.memberships.filter(user=cast.lena).update(languages=["ar"])
    page = enter(cast.lena).post("/p/everyday/work/", follow=True).content.decode()
    assert '<html lang="en">' in page
    answers = 2 if task.kind == Task.Kind.DEMONSTRATION else 4 + 4  # editor, preview; cards, panes
    assert page.count(' lang="ar" dir="auto"') == 1 + answers


# --- nothing that gives a model away, nothing that runs ---


def test_no_completion_id_reaches_a_labeler(cast: Cast, enter: Enter) -> None:
    for _ in range(30):  # so that ids are numbers found nowhere else on the page
        ranking_task(cast.project, k=9)
    task = Task.objects.latest("pk")
    Task.objects.filter(pk=task.pk).update(priority=1)
    client = enter(cast.lena)
    page = client.post("/p/everyday/work/", follow=True).content.decode()
    assignment = Assignment.objects.get()
    assert assignment.task == task
    # Numbers that are no ids: in the address, in the prompt's own words, in the random token.
    for ours in (str(assignment.public_id), task.messages[0]["content"]):
        page = page.replace(ours, "")
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)
    numbers = set(re.findall(r"\d+", page))
    slots = shown_slots(assignment)
    assert all(slot.completion.text in page for slot in slots)
    hidden = {slot.completion_id for slot in slots} | {slot.pk for slot in slots} | {task.pk}
    assert task.prompt is not None
    hidden.add(task.prompt.pk)
    assert {str(each) for each in hidden if each > 9} & numbers == set()


def test_the_policy_lets_no_inline_script_in(cast: Cast, enter: Enter) -> None:
    ranking_task(cast.project)
    page = enter(cast.lena).post("/p/everyday/work/", follow=True)
    assert "default-src 'self'" in page["Content-Security-Policy"]
    assert "unsafe" not in page["Content-Security-Policy"]
    html = page.content.decode()
    assert not re.search(r"<script(?![^>]*\ssrc=)", html)
    assert not re.search(r"\sstyle=|\son[a-z]+=", html)


# --- demonstration ---


def test_a_demonstration_is_stored_and_the_next_task_comes(cast: Cast, enter: Enter) -> None:
    demonstration_task(cast.project)
    demonstration_task(cast.project)
    first = claimed(cast.lena, cast.project)
    answer = enter(cast.lena).post(at("work-submit", first), {"text": "One\r\ntwo"})
    assert Demonstration.objects.get().text == "One\ntwo"
    second = Assignment.objects.get(state=Assignment.State.LEASED)
    assert answer["Location"] == at("work-task", second)


def test_htmx_is_sent_on_by_a_header(cast: Cast, enter: Enter) -> None:
    demonstration_task(cast.project)
    answer = enter(cast.lena).post(
        at("work-submit", claimed(cast.lena, cast.project)),
        {"text": "One"},
        headers={"HX-Request": "true"},
    )
    assert answer["HX-Redirect"] == "/p/everyday/work/"


def test_a_refused_demonstration_comes_back_with_its_text(cast: Cast, enter: Enter) -> None:
    demonstration_task(cast.project)
    url = at("work-submit", claimed(cast.lena, cast.project))
    client = enter(cast.lena)
    page = client.post(url, {"text": "kept \0"})
    assert page.status_code == 422
    assert b"cannot be stored" in page.content
    assert b"kept" in page.content
    fragment = client.post(url, {"text": " "}, headers={"HX-Request": "true"})
    assert fragment.status_code == 422
    assert b"is empty" in fragment.content
    assert b"<html" not in fragment.content


def test_submitting_twice_stores_one(cast: Cast, enter: Enter) -> None:
    demonstration_task(cast.project)
    url = at("work-submit", claimed(cast.lena, cast.project))
    client = enter(cast.lena)
    for text, told in (("First", False), ("First", False), ("Second", True)):
        page = client.post(url, {"text": text}, follow=True)
        assert (b"What you submitted first counts" in page.content) == told
        assert (b'<pre class="text" dir="auto">Second</pre>' in page.content) == told
    assert Demonstration.objects.get().text == "First"
    there = client.post(url, {"text": "Third"}, headers={"HX-Request": "true"})
    assert there["HX-Redirect"] == url.removesuffix("submit/")


@pytest.mark.parametrize(
    ("again", "told"),
    [
        ({}, False),
        ({"rank-0": 3, "rank-1": 7, "rank-2": 9, "rank-3": 9}, False),  # the same order
        ({"rank-0": 2}, True),
        ({"likert-1": 5}, True),
        ({"flags-1": "harmful"}, True),
        ({"note": "On second thought"}, True),
        ({"none": "1"}, True),
        ({"annotations": ["ambiguous"]}, True),
    ],
)
def test_a_second_ranking_is_told_that_the_first_counts(
    cast: Cast, enter: Enter, again: dict[str, object], told: bool
) -> None:
    ranking_task(cast.project)
    url = at("work-submit", claimed(cast.lena, cast.project))
    client = enter(cast.lena)
    form = ranks_form([1, 2, 3, 3], **{"flags-1": "fails", "likert-1": 4})
    client.post(url, form)
    page = client.post(url, {**form, **again}, follow=True)
    assert (b"What you submitted first counts" in page.content) == told
    assert Ranking.objects.count() == 1


@pytest.mark.parametrize("aim", ["best", "worst"])
@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"rank-1": 99}, "Answer B: a rank is a whole number from 1 to 4."),
        ({"rank-1": ""}, "Answer B has not been ranked."),
        ({"likert-2": 8}, "Answer C: the grade lies between 1 and 7."),
        ({"aim": "bogus"}, "Unknown aim: bogus."),
    ],
)
def test_a_ranking_that_no_page_sends_is_refused_by_the_letter(
    cast: Cast, enter: Enter, aim: str, said: dict[str, object], words: str
) -> None:
    ranking_task(cast.project)
    url = at("work-submit", claimed(cast.lena, cast.project))
    form = {**ranks_form([1, 2, 3, 4]), "aim": aim, **said}
    client = enter(cast.lena)
    assert words in client.post(url, form).content.decode()
    told = client.post(url, form, headers={"HX-Request": "true"})
    assert (told.status_code, words in told.content.decode()) == (422, True)
    assert not Ranking.objects.exists()


def test_a_submission_after_the_lease_ran_out_is_kept(cast: Cast, enter: Enter) -> None:
    demonstration_task(cast.project)
    assignment = claimed(cast.lena, cast.project)
    Assignment.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    claimed(cast.luis, cast.project)  # the task went to somebody else
    enter(cast.lena).post(at("work-submit", assignment), {"text": "Late"})
    assert Demonstration.objects.get().text == "Late"


def test_what_is_handed_in_is_shown_as_such(cast: Cast, enter: Enter) -> None:
    demonstration_task(cast.project)
    assignment = claimed(cast.lena, cast.project)
    client = enter(cast.lena)
    assert "no-store" in client.get(at("work-task", assignment))["Cache-Control"]
    client.post(at("work-submit", assignment), {"text": "Done"})
    page = client.get(at("work-task", assignment), follow=True)
    assert b"My demonstration" in page.content
    assert b'id="work"' not in page.content
    assert "no-store" in page["Cache-Control"]


def test_preview_is_sanitised(cast: Cast, enter: Enter) -> None:
    page = enter(cast.lena).post("/p/everyday/work/preview/", {"text": "*hi* <script>"})
    assert b"<em>hi</em> &lt;script&gt;" in page.content


# --- ranking ---


def test_a_ranking_is_stored_by_the_order_shown(cast: Cast, enter: Enter) -> None:
    ranking_task(cast.project, k=5)
    assignment = claimed(cast.lena, cast.project)
    form = ranks_form([2, 5, 2, 1, 5], **{"likert-3": 7, "flags-1": ["fails", "harmful"]})
    enter(cast.lena).post(at("work-submit", assignment), {**form, "note": "Fine\r\n!"})
    ranking = Ranking.objects.get()
    shown = [slot.completion_id for slot in shown_slots(assignment)]
    said = {each.completion_id: each for each in ranking.judgments.all()}
    assert [said[pk].rank for pk in shown] == [2, 3, 2, 1, 3]
    assert [said[pk].likert for pk in shown] == [None, None, None, 7, None]
    assert [said[pk].flags for pk in shown] == [[], ["fails", "harmful"], [], [], []]
    assert ranking.note == "Fine\n!"


def test_none_acceptable_drops_the_ranks(cast: Cast, enter: Enter) -> None:
    ranking_task(cast.project)
    form = ranks_form([1, 2, "", ""], none="1")
    enter(cast.lena).post(at("work-submit", claimed(cast.lena, cast.project)), form)
    ranking = Ranking.objects.get()
    assert ranking.outcome == Ranking.Outcome.NONE_ACCEPTABLE
    assert {each.rank for each in ranking.judgments.all()} == {None}


@pytest.mark.parametrize(
    "form",
    [
        ranks_form([1, 2, 3, ""]),
        ranks_form([1, 2, 3, "x"]),
        ranks_form([1, 2, 3, 4], **{"likert-0": 8}),
        ranks_form([1, 2, 3, 4], **{"flags-0": "unheard"}),
        ranks_form([1, 2, 3, 4], **{"flags-0": "hallucination"}),
        ranks_form([1, 2, 3, 4], annotations=["unheard"]),
        ranks_form([2, 2, 3, 4], strength="2"),
        ranks_form([1, 2, 3, "9" * 5_000]),
        ranks_form([1, 2, 3, 4], **{"likert-0": "9" * 5_000}),
    ],
)
def test_a_refused_ranking_comes_back_as_it_was(
    cast: Cast, enter: Enter, form: dict[str, object]
) -> None:
    ranking_task(cast.project)
    page = enter(cast.lena).post(
        at("work-submit", claimed(cast.lena, cast.project)), {**form, "note": "kept"}
    )
    assert page.status_code == 422
    assert b'role="alert"' in page.content
    assert b"kept" in page.content
    assert page.content.count(b"<option selected>2</option>") >= 1
    assert not Ranking.objects.exists()


def test_what_holds_of_the_prompt_and_the_strength_are_stored(cast: Cast, enter: Enter) -> None:
    rubric = {**cast.project.rubric, "strength": "optional"}
    project_update(actor=cast.ada, project=cast.project, rubric=rubric)
    ranking_task(cast.project)
    assignment = claimed(cast.lena, cast.project)
    client = enter(cast.lena)
    draft = {"slots": [1, 2, 3, 4], "annotations": ["closed_domain", 7], "strength": 0}
    assert send_draft(client, assignment, {"draft": draft}) == 204
    page = client.get(at("work-task", assignment)).content.decode()
    assert re.search(r'value="closed_domain"[^>]* checked', page)
    assert '<option value="0" selected>Negligibly better</option>' in page
    form = ranks_form([1, 2, 3, 4], annotations=["closed_domain", "ambiguous"], strength="0")
    client.post(at("work-submit", assignment), {**form, "flags-2": ["hallucination"]})
    ranking = Ranking.objects.get()
    assert (ranking.annotations, ranking.strength) == (["ambiguous", "closed_domain"], 0)
    assert sorted(map(len, ranking.judgments.values_list("flags", flat=True))) == [0, 0, 0, 1]


def test_a_demonstration_says_what_holds_of_the_prompt(cast: Cast, enter: Enter) -> None:
    demonstration_task(cast.project)
    assignment = claimed(cast.lena, cast.project)
    client = enter(cast.lena)
    assert send_draft(client, assignment, {"draft": {"text": "A", "annotations": ["unclear"]}})
    page = client.get(at("work-task", assignment)).content.decode()
    assert re.search(r'value="unclear"[^>]* checked', page)
    refused = client.post(at("work-submit", assignment), {"text": "A", "annotations": ["odd"]})
    assert refused.status_code == 422
    client.post(at("work-submit", assignment), {"text": "A", "annotations": ["unclear"]})
    assert Demonstration.objects.get().annotations == ["unclear"]


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_rubric_that_changed_meanwhile_is_named(
    cast: Cast, enter: Enter, headers: dict[str, str]
) -> None:
    ranking_task(cast.project)
    assignment = claimed(cast.lena, cast.project)
    client = enter(cast.lena)
    shown = client.get(at("work-task", assignment)).content.decode()
    version = re.search(r'name="rubric_version" value="(\d+)"', shown)
    assert version
    rubric = {"likert": None, "flags": [{"key": "rude", "label": "Rude"}]}
    project_update(actor=cast.ada, project=cast.project, rubric=rubric)
    form = ranks_form(
        [1, 2, 2, 3], **{"flags-0": "fails", "likert-0": 3}, rubric_version=version[1]
    )
    refused = client.post(at("work-submit", assignment), form, headers=headers)
    assert refused.status_code == 422
    words = "The rubric has changed since this page was opened. Reload it: your work is kept."
    assert words in refused.content.decode()
    assert not Ranking.objects.exists()
    draft = {"slots": [1, 2, 2, 3], "likert": [3, None, None, None], "flags": [["fails"]]}
    assert send_draft(client, assignment, {"draft": draft}) == 204
    again = client.get(at("work-task", assignment)).content.decode()
    assert f'name="rubric_version" value="{int(version[1]) + 1}"' in again
    assert again.count("<option selected>2</option>") == 2
    assert 'value="fails"' not in again
    assert "No longer asked, so left out here: fails (A); Score (A: 3)." in again
    assert "likert" not in again
    form = ranks_form([1, 2, 2, 3], rubric_version=int(version[1]) + 1)
    assert client.post(at("work-submit", assignment), form).status_code == 302


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
@pytest.mark.parametrize("make", [ranking_task, demonstration_task])
def test_instructions_that_changed_meanwhile_are_named(
    cast: Cast,
    enter: Enter,
    make: Callable[[Project], Task],
    headers: dict[str, str],
) -> None:
    make(cast.project)
    assignment = claimed(cast.lena, cast.project)
    client = enter(cast.lena)
    shown = client.get(at("work-task", assignment)).content.decode()
    version = re.search(r'name="instructions_version" value="(\d+)"', shown)
    assert version
    project_update(actor=cast.ada, project=cast.project, instructions="Be brief.")
    form = ranks_form([1, 2, 2, 3], text="Long", note="Long", instructions_version=version[1])
    refused = client.post(at("work-submit", assignment), form, headers=headers)
    assert refused.status_code == 422
    assert b"The instructions have changed since this page was opened." in refused.content
    assert headers or b"Long" in refused.content
    assert not Ranking.objects.exists()
    assert not Demonstration.objects.exists()
    again = client.get(at("work-task", assignment)).content.decode()
    fresh = int(version[1]) + 1
    assert f'name="instructions_version" value="{fresh}"' in again
    form["instructions_version"] = fresh
    assert client.post(at("work-submit", assignment), form).status_code == 302


def late(cast: Cast, task: Task) -> Assignment:
    """Lena's, of which the time ran out, and whose place Luis has taken."""
    lease = claimed(cast.lena, cast.project)
    lease_age(lease, hours=1)
    assert claimed(cast.luis, cast.project).task == task
    lease.refresh_from_db()
    assert lease.state == "expired"
    return lease


KEPT = "Your last task is an extra"


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_who_hands_in_too_late_is_told_that_it_is_kept_as_an_extra(
    cast: Cast, enter: Enter, headers: dict[str, str]
) -> None:
    lease = late(cast, demonstration_task(cast.project))
    following = demonstration_task(cast.project)
    ahead = claimed(cast.lena, cast.project)
    assert ahead.task == following
    client = enter(cast.lena)
    said = {"text": "Late.", "ahead": str(ahead.public_id)}
    answer = client.post(at("work-submit", lease), said, headers=headers)
    onward = answer.headers.get("HX-Redirect") or answer.headers["Location"]
    assert onward == at("work-task", ahead)  # not the page that the browser has already
    page = client.get(onward).content.decode()
    assert f"{KEPT}: its time had run out" in page
    assert KEPT not in client.get(onward).content.decode()


def test_who_hands_in_in_time_is_told_nothing(cast: Cast, enter: Enter) -> None:
    demonstration_task(cast.project)
    client = enter(cast.lena)
    client.post(at("work-submit", claimed(cast.lena, cast.project)), {"text": "In time."})
    assert KEPT not in client.get("/p/everyday/work/").content.decode()


def test_who_hands_in_what_was_withdrawn_is_told_so(cast: Cast, enter: Enter) -> None:
    task = demonstration_task(cast.project)
    lease = claimed(cast.lena, cast.project)
    Task.objects.filter(pk=task.pk).update(state="closed")
    client = enter(cast.lena)
    client.post(at("work-submit", lease), {"text": "Withdrawn."})
    page = client.get("/p/everyday/work/").content.decode()
    assert "was withdrawn while you were at it" in page
    assert not Demonstration.objects.get().trains
