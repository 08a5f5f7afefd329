"""The reviewers' pages: the queue, a task side by side, verdicts and decisions; without scripts."""

import uuid

import pytest
from django.urls import reverse

from annotation.models import Decision, Ranking, Review, ReviewItem, ReviewRules, User
from annotation.review.rules import rules_update
from annotation.review.watching import reviews_watch
from tests.annotation.review_work import disputed, look, rank, reviewer_join, reviews_make
from tests.annotation.work import ranking_task, ranks_form

pytestmark = [pytest.mark.django_db]
QUEUE = "/p/everyday/quality/review/"


@pytest.fixture
def rex(cast):
    return reviewer_join(cast)


def page(client, url, **query):
    response = client.get(url, query)
    assert response.status_code == 200
    return response.content.decode()


def url_of(name, task):
    return reverse(name, args=[task.project.slug, task.pk])


def test_it_works(cast, rex, enter):
    task, _, _ = disputed(cast)
    client = enter(rex)
    assert "Nothing to review" in page(client, QUEUE)
    look(cast)
    html = page(client, QUEUE)
    assert "Labelers disagree: 0 % of pairs alike" in html
    assert url_of("review-task", task) in html
    html = page(client, url_of("review-task", task))
    assert html.count('class="panel review-card"') == 2
    assert "lena" in html
    assert "luis" in html


def test_it_checks_access(cast, enter):
    task, _, _ = disputed(cast)
    look(cast)
    for person, status in ((cast.lena, 403), (cast.rosa, 403), (cast.otto, 404), (cast.ada, 200)):
        client = enter(person)
        for url in (QUEUE, url_of("review-task", task), url_of("review-decide", task)):
            assert client.get(url).status_code == status
    assert enter(reviewer_join(cast)).get(f"{QUEUE}settings/").status_code == 403


def test_another_projects_task_is_not_found(cast, rex, enter):
    made = reviews_make_elsewhere(cast)
    client = enter(rex)
    for name in ("review-task", "review-decide", "review-verdict", "review-undo"):
        url = reverse(name, args=["everyday", made.pk])
        assert client.post(url).status_code in (404, 405)
        if name in ("review-task", "review-decide"):
            assert client.get(url).status_code == 404


def reviews_make_elsewhere(cast):
    task = ranking_task(cast.other)
    rank(cast.otto, cast.other, [1, 2, 3, 4])
    reviews_watch(project_id=cast.other.pk)
    return task


def test_filters_narrow_the_queue(cast, rex, enter):
    ranking_task(cast.project)
    alone = rank(cast.lena, cast.project, [1, 2, 3, 4])
    task, _, _ = disputed(cast)
    look(cast)
    client = enter(rex)

    def found(**query):
        html = page(client, QUEUE, **query)
        return [
            each.pk
            for each in (alone.task, task)
            if f"{url_of('review-task', each)}?" in html
            or f'{url_of("review-task", each)}"' in html
        ]

    assert found() == [alone.task_id, task.pk]
    assert found(reason="disagree") == [task.pk]
    assert found(kind="demonstration") == []
    assert found(labeler=cast.luis.pk) == [task.pk]
    assert found(state="decided") == []
    assert found(labeler="nobody", kind="all", reason="any") == [alone.task_id, task.pk]


def test_the_next_task_is_the_next_one_of_the_filtered_queue(cast, rex, enter):
    ranking_task(cast.project)
    alone = rank(cast.lena, cast.project, [1, 2, 3, 4])
    first, _, _ = disputed(cast)
    second, _, _ = disputed(cast)
    look(cast)
    client = enter(rex)

    def following(task, **query):
        return client.get(url_of("review-task", task), query).context["following"].task_id

    assert following(first) == second.pk
    assert following(second) == alone.task_id
    assert following(alone.task) == first.pk
    assert following(second, reason="disagree") == first.pk


def test_a_submission_is_accepted_and_returned(cast, rex, enter):
    task, lenas, luiss = disputed(cast)
    look(cast)
    client = enter(rex)
    url = url_of("review-verdict", task)
    form = {"submission": lenas.public_id, "revision": 1, "verdict": "accepted"}
    response = client.post(f"{url}?reason=disagree", form)
    assert response.headers["Location"].endswith(
        f"/review/{task.pk}/?reason=disagree#said-{lenas.pk}"
    )
    refused = client.post(url, {**form, "submission": luiss.public_id, "verdict": "returned"})
    assert refused.status_code == 422
    response = client.post(
        url,
        {"submission": luiss.public_id, "revision": 1, "verdict": "returned", "comment": "Why?"},
    )
    assert response.status_code == 302
    assert ReviewItem.objects.get().state == "returned"
    html = page(client, url_of("review-task", task))
    assert "Accepted" in html
    assert "Why?" in html


def test_what_was_typed_comes_back_where_it_is_refused(cast, rex, enter):
    task, lenas, _ = disputed(cast)
    look(cast)
    form = {
        "submission": lenas.public_id,
        "revision": 2,
        "verdict": "returned",
        "comment": "A <b>long</b> comment.",
    }
    response = enter(rex).post(url_of("review-verdict", task), form)
    html = response.content.decode()
    assert response.status_code == 422
    assert "A &lt;b&gt;long&lt;/b&gt; comment." in html
    assert "has changed this" in html
    bad = {**form, "submission": "no uuid"}
    assert enter(rex).post(url_of("review-verdict", task), bad).status_code == 404
    bad["submission"] = str(uuid.uuid4())
    assert enter(rex).post(url_of("review-verdict", task), bad).status_code == 404


def test_names_may_be_hidden_from_reviewers(cast, rex, enter):
    task, _, luiss = disputed(cast)
    look(cast)
    rules_update(actor=cast.ada, project=cast.project, names_hidden=True)
    html = page(enter(rex), url_of("review-task", task))
    assert "lena" not in html
    assert "Labeler 1" in html
    assert "Labeler 2" in html
    assert "lena" in page(enter(cast.ada), url_of("review-task", task))
    queue = enter(rex).get(QUEUE, {"labeler": luiss.labeler_id})
    assert "labeler" not in queue.context["form"].fields
    assert "luis" not in queue.content.decode()


def test_texts_of_people_and_models_are_escaped(cast, rex, enter):
    task = ranking_task(cast.project)
    task.completions.update(text="<script>alert(1)</script>")
    rank(cast.lena, cast.project, [1, 2, 3, 4], note="<img src=x onerror=alert(1)>")
    look(cast)
    client = enter(rex)
    for name in ("review-task", "review-decide"):
        html = page(client, url_of(name, task))
        assert "<script>alert" not in html
        assert "<img src=x" not in html


def test_a_task_is_decided_and_undone(cast, rex, enter):
    task, _, luiss = disputed(cast)
    look(cast)
    client = enter(rex)
    url = url_of("review-decide", task)
    begun = page(client, url, **{"from": str(luiss.public_id)})
    assert begun.count("<option selected>") == 4
    refused = client.post(url, ranks_form([1, 2, 3, ""]))
    assert refused.status_code == 422
    assert "has not been ranked" in refused.content.decode()
    response = client.post(url, ranks_form([2, 1, 1, 3], note="So."))
    assert response.headers["Location"] == url_of("review-task", task)
    word = Decision.objects.get().ranking
    assert word is not None
    assert (word.labeler, word.note, word.judgments.count()) == (rex, "So.", 4)
    html = page(client, url_of("review-task", task))
    assert "Decided by rex" in html
    assert client.get(url).status_code == 302  # decided already
    client.post(url_of("review-undo", task))
    assert Decision.objects.get().undone_by == rex
    assert Ranking.objects.filter(review="overruled").count() == 0
    client.post(url_of("review-undo", task))
    assert "This task is not decided." in page(client, url_of("review-task", task))


def test_the_rules_are_an_admins(cast, enter):
    client = enter(cast.ada)
    url = f"{QUEUE}settings/"
    assert "Sexual content" in page(client, url)
    form = {"asked": "share", "share": 25, "agreement_below": 70, "flags": ["sexual"]}
    assert client.post(url, {**form, "share": 101}).status_code == 200
    assert client.post(url, {**form, "needed": "on"}).headers["Location"] == QUEUE
    rules = ReviewRules.objects.get()
    assert (rules.asked, rules.share, rules.needed, rules.names_hidden) == (
        "share",
        25,
        True,
        False,
    )
    assert (rules.agreement_below, rules.flags) == (70, ["sexual"])


def test_a_labeler_is_told_and_answers(cast, enter):
    made = reviews_make(cast)
    client = enter(cast.lena)
    assert "1 submission came back to you." in page(client, "/p/reviewed/work/")
    done = client.get("/p/reviewed/work/done/", {"returned": 1})
    assert [item["row"].pk for item in done.context["items"]] == [made.returned.pk]
    url = reverse("work-task", args=["reviewed", made.returned.public_id])
    html = page(client, url)
    assert "it names no source." in html
    assert "rex" not in html
    reply = reverse("work-reply", args=["reviewed", made.returned.public_id])
    assert client.post(reply, {"reply": " "}).status_code == 302
    assert Review.objects.filter(reply="", answered_at=None, verdict="returned").count() == 1
    client.post(reply, {"reply": "It is common knowledge."})
    assert "It is common knowledge." in page(client, url)
    assert "came back" not in page(client, "/p/reviewed/work/")
    assert enter(cast.luis).post(reply, {"reply": "x"}).status_code == 404
    rex = User.objects.get(username="rex")
    html = page(enter(rex), url_of("review-task", made.tasks["alike"]))
    assert "It is common knowledge." in html


def test_a_decided_submission_says_so_to_its_labeler(cast, enter):
    made = reviews_make(cast)
    mine = made.tasks["decided"].assignments.get(labeler=cast.luis)
    html = page(enter(cast.luis), reverse("work-task", args=["reviewed", mine.public_id]))
    assert "A reviewer has decided this task" in html
    assert "/edit/" not in html
