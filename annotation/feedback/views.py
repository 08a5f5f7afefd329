"""The two pages on which labelers work, and the submission that brings the next task.

Answers are named by their place in the order shown, here and in all that a page sends back: no id
of a completion and no name of a model ever reaches a labeler.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers, patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django_htmx.http import HttpResponseClientRedirect

from annotation.feedback.demonstrations import demonstration_says, demonstration_submit
from annotation.feedback.drafts import (
    DemonstrationDraft,
    RankingDraft,
    demonstration_draft_posted,
    demonstration_draft_saved,
    number,
    ranking_draft_posted,
    ranking_draft_saved,
)
from annotation.feedback.eligibility import withdrawn
from annotation.feedback.letters import LETTERS
from annotation.feedback.models import Ranking
from annotation.feedback.rankings import ranking_says, ranking_submit
from annotation.feedback.severity import SEVERITIES
from annotation.feedback.submission_views import skipped_page, submission_page
from annotation.feedback.suggestions import suggestions_offered
from annotation.feedback.unasked import annotations_unasked, ranking_unasked
from annotation.feedback.veil import veiled
from annotation.htmx import by_htmx, go_to
from annotation.people.access import Access, action_view, project_view
from annotation.people.models import MembershipRole, Project
from annotation.people.rubric import Rubric, rubric_whole
from annotation.queue.ahead import blank
from annotation.queue.dismissal import dismissal_told
from annotation.queue.draft_revisions import DraftSeen, draft_revision, draft_writer
from annotation.queue.leases import assignment_get, shown_slots
from annotation.queue.models import Assignment, Task
from annotation.queue.standing import today_get
from annotation.queue.views import next_task_url, seconds_read
from annotation.texts import newlines_plain

LABELER = MembershipRole.Role.LABELER
SUBMITTED_BEFORE = gettext_lazy(
    "This task had been submitted already, in another tab or before you came "
    "back to it. What you submitted first counts; the second was not taken."
)


EXPIRED_EXTRA = gettext_lazy(
    "Your last task is an extra: its time had run out, and somebody else had taken the place. It "
    "is kept beside theirs, and used as theirs is."
)
FULL_EXTRA = gettext_lazy(
    "Your last task is an extra: it was asked of fewer people meanwhile. It is kept beside theirs, "
    "and used as theirs are."
)
WITHDRAWN_EXTRA = gettext_lazy(
    "Your last task was withdrawn while you were at it: what you handed in is kept, and not used."
)


NEWER_DRAFT = gettext_lazy(
    "A newer draft of your last task, from another tab or device, was not handed in: it is kept "
    "with what you submitted."
)


class Taken(NamedTuple):
    """Whether what was sent `counts`, as a first hand-in stays; and the assignment that it has
    just ended, if it did."""

    counts: bool
    ended: Assignment | None = None


def desk_context(
    access: Access, assignment: Assignment, revising: int | None = None
) -> dict[str, Any]:
    """What both pages show; `revising` is the revision that the page is to change."""
    return {
        "revising": revising,
        "submit_name": "work-edit" if revising else "work-submit",
        "assignment": assignment,
        "messages_shown": assignment.task.messages,
        "text_language": assignment.task.language,
        "today": today_get(labeler=access.user, project=access.project),
        "skip_reasons": Assignment.SkipReason.choices,
        "veiled": veiled(assignment.task, access.membership),
        "revision": revising or draft_revision(assignment),
        "writer": draft_writer(assignment) or "",
        "rubric_version": access.project.rubric_version,
        "annotations_asked": access.project.rubric.get("annotations", []),
    }


def demonstration_page(
    request: HttpRequest,
    access: Access,
    assignment: Assignment,
    draft: DemonstrationDraft | None,
    error: str,
    revising: int | None = None,
) -> HttpResponse:
    draft = draft or demonstration_draft_saved(assignment.draft)
    context = {
        **desk_context(access, assignment, revising),
        "text": draft.text,
        "annotations": draft.annotations,
        "suggestion": draft.suggestion,
        "suggestions_offered": suggestions_offered(assignment),
        "unasked": annotations_unasked(draft.annotations, project=access.project),
        "error": error,
    }
    return render(request, "annotation/demonstration.html", context, status=422 if error else 200)


def ranking_page(
    request: HttpRequest,
    access: Access,
    assignment: Assignment,
    draft: RankingDraft | None,
    error: str,
    revising: int | None = None,
) -> HttpResponse:
    slots = shown_slots(assignment)
    draft = draft or ranking_draft_saved(assignment.draft, len(slots))
    draft = draft.aimed(access.project.ranking_aim)
    context = {
        **desk_context(access, assignment, revising),
        **ranking_fields(access.project, [slot.completion.text for slot in slots], draft),
        "unasked": ranking_unasked(draft, project=access.project, revising=bool(revising)),
        "error": error,
    }
    return render(request, "annotation/ranking.html", context, status=422 if error else 200)


def ranking_fields(project: Project, texts: Sequence[str], draft: RankingDraft) -> dict[str, Any]:
    """What the page asks of the answers `texts`, filled with `draft`."""
    rubric = rubric_whole(project.rubric)
    return {
        "answers": [
            {"letter": letter, "text": text, "draft": answer}
            for letter, text, answer in zip(LETTERS, texts, draft.answers, strict=False)
        ],
        "ranks": range(1, len(texts) + 1),
        "none_acceptable": draft.outcome == Ranking.Outcome.NONE_ACCEPTABLE,
        "note": draft.note,
        "annotations": draft.annotations,
        "likert": rubric["likert"],
        "scores": range(1, 8),
        "flags": flags_shown(rubric),
        "strength": draft.strength,
        "strength_asked": rubric["strength"],
        "strengths": Ranking.Strength.choices,
        "aim": draft.aim,
        "severity_asked": project.severity_asked,
        "severities": SEVERITIES,
    }


def flags_shown(rubric: Rubric) -> list[dict[str, Any]]:
    """The flags with `when`: in words, of which prompts they are asked; empty where of all."""
    labels = {each["key"]: each["label"] for each in rubric["annotations"]}
    return [
        {**flag, "when": _("(if so marked above: %(marks)s)") % {"marks": marks} if marks else ""}
        for flag in rubric["flags"]
        for marks in [", ".join(labels[key] for key in flag["only"])]
    ]


@dismissal_told
@never_cache  # Back after a submission has to say that the task is submitted
@gzip_page
@project_view(LABELER)
def work_task(request: HttpRequest, access: Access, public_id: UUID) -> HttpResponse:
    assignment = assignment_get(labeler=access.user, project=access.project, public_id=public_id)
    if assignment.task.kind == Task.Kind.DIALOGUE:
        return redirect("work-dialogue", access.project.slug, public_id)
    if assignment.state == Assignment.State.SUBMITTED:
        return submission_page(request, access, assignment)
    if assignment.state == Assignment.State.SKIPPED:
        return skipped_page(request, assignment)
    return task_page(request, access, assignment)


def task_page(request: HttpRequest, access: Access, assignment: Assignment) -> HttpResponse:
    if assignment.task.kind == Task.Kind.RANKING:
        return ranking_page(request, access, assignment, None, "")
    return demonstration_page(request, access, assignment, None, "")


@dismissal_told
@gzip_page
@project_view(LABELER)
def work_ahead(request: HttpRequest, access: Access, public_id: UUID) -> HttpResponse:
    """A task's page before its turn: the browser may keep this one, and show it when the task at
    hand is handed in.

    Only what holds nothing yet is given out so. The page shown takes work_task's address, so that
    Back and reloading never find the one that was kept; and it asks at once how things stand.
    """
    assignment = assignment_get(labeler=access.user, project=access.project, public_id=public_id)
    if not blank(assignment) or assignment.task.kind == Task.Kind.DIALOGUE:
        return never_cached(redirect("work-task", access.project.slug, public_id))
    response = task_page(request, access, assignment)
    patch_cache_control(response, private=True, max_age=60 * access.project.lease_minutes)
    return response


def never_cached(response: HttpResponse) -> HttpResponse:
    add_never_cache_headers(response)
    return response


@dismissal_told
@action_view(LABELER, page="work-task")
def work_submit(request: HttpRequest, access: Access, public_id: UUID) -> HttpResponseBase:
    """Take the work in and go to the next task; what is refused comes back with all it held."""
    assignment = assignment_get(labeler=access.user, project=access.project, public_id=public_id)
    ranking = assignment.task.kind == Task.Kind.RANKING
    take = ranking_take if ranking else demonstration_take
    try:
        taken = take(request, assignment)
    except ValidationError as error:
        text = " ".join(error.messages)
        if by_htmx(request):  # the page keeps what it holds
            context = {"error": text}
            return render(request, "annotation/desk_error.html", context, status=422)
        if ranking:
            draft = ranking_draft_posted(request.POST, assignment.task.k)
            return ranking_page(request, access, assignment, draft, text)
        written = demonstration_draft_posted(request.POST)
        return demonstration_page(request, access, assignment, written, text)
    if not taken.counts:
        return not_taken(request, access, assignment)
    return onward(request, access, assignment, taken.ended)


def onward(
    request: HttpRequest, access: Access, before: Assignment, ended: Assignment | None
) -> HttpResponseBase:
    """To the next task, after this one, as it was `before` it was handed in and as it `ended`.

    A page that was fetched ahead could not tell what there is to be told.
    """
    told = []
    if ended and ended.extra:
        told.append(extra_told(before, ended))
    if ended and ended.draft:
        told.append(NEWER_DRAFT)
    for words in told:
        messages.info(request, words)
    ahead = "" if told else request.POST.get("ahead", "")
    return go_to(request, next_task_url(access, ahead))


def extra_told(before: Assignment, ended: Assignment) -> Any:
    """Why what was handed in is an extra, and what becomes of it."""
    if withdrawn(ended.task):
        return WITHDRAWN_EXTRA
    return EXPIRED_EXTRA if before.state == Assignment.State.EXPIRED else FULL_EXTRA


def not_taken(request: HttpRequest, access: Access, assignment: Assignment) -> HttpResponse:
    """To what counts, with what was sent beside it: the browser keeps that, or else this page
    holds it."""
    messages.warning(request, SUBMITTED_BEFORE)
    if by_htmx(request):
        url = reverse("work-task", args=[access.project.slug, assignment.public_id])
        there: HttpResponse = HttpResponseClientRedirect(url)
        return there
    typed = request.POST.get("text") or request.POST.get("note") or ""
    fresh = assignment_get(
        labeler=access.user, project=access.project, public_id=assignment.public_id
    )
    return submission_page(request, access, fresh, not_taken=newlines_plain(typed))


def demonstration_take(request: HttpRequest, assignment: Assignment) -> Taken:
    """Hand in what was posted."""
    draft = demonstration_draft_posted(request.POST)
    demonstration = demonstration_submit(
        assignment=assignment,
        seen=draft_seen(request.POST),
        **asdict(draft),
        **circumstances(request),
    )
    if not demonstration.came_before:
        return Taken(True, demonstration.assignment)
    same = demonstration_says(demonstration, text=draft.text, annotations=draft.annotations)
    return Taken(same)


def ranking_take(request: HttpRequest, assignment: Assignment) -> Taken:
    """As demonstration_take, for a ranking."""
    draft = ranking_draft_posted(request.POST, assignment.task.k)
    said = draft.said()
    ranking = ranking_submit(
        assignment=assignment,
        aim=draft.aim,
        seen=draft_seen(request.POST),
        **said,
        **circumstances(request),
    )
    if not ranking.came_before:
        return Taken(True, ranking.assignment)
    return Taken(ranking_says(ranking, **said))


def draft_seen(form: QueryDict) -> DraftSeen | None:
    """What a page says of the draft that it began from."""
    revision = number(form.get("draft_revision"))
    return None if revision is None else DraftSeen(revision, form.get("draft_writer", ""))


def circumstances(request: HttpRequest) -> dict[str, Any]:
    """What a page says of itself beside the work."""
    return {
        "instructions_version": number(request.POST.get("instructions_version")),
        "rubric_version": number(request.POST.get("rubric_version")),
        "active_seconds": seconds_read(request.POST.get("active_seconds")),
    }


@gzip_page
@action_view(LABELER, MembershipRole.Role.REVIEWER, MembershipRole.Role.ADMIN, page="work")
def work_preview(request: HttpRequest, access: Access) -> HttpResponse:  # noqa: ARG001
    """The editor's text as labelers and researchers will read it."""
    return render(request, "annotation/preview.html", {"text": request.POST.get("text", "")})
