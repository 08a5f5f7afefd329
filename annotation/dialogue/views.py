"""The chat page, and what its buttons do. Each answers with the conversation as it then stands.

Answers are named by their place in the order shown: what wrote them never reaches a labeler.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page

from annotation.dialogue.drafts import (
    TalkDraft,
    talk_draft_posted,
    talk_draft_saved,
    typed_keep,
)
from annotation.dialogue.finishing import conversation_finish, unfinished
from annotation.dialogue.models import Turn
from annotation.dialogue.talks import ConversationMovedError, Stage, Talk, talk_of
from annotation.dialogue.turns import (
    LETTERS,
    answers_offer,
    turn_pick,
    turn_say,
    turn_undo,
    turn_write,
)
from annotation.feedback.aims import pick_strengths
from annotation.feedback.drafts import number
from annotation.feedback.severity import SEVERITIES, pick_severity_asked
from annotation.feedback.submission_views import beside_context, skipped_page
from annotation.feedback.veil import veiled
from annotation.feedback.views import desk_context, draft_seen, onward
from annotation.htmx import by_htmx
from annotation.people.access import Access, action_view, project_view
from annotation.people.models import MembershipRole, RankingAim, SeverityAsked
from annotation.prompts.answers import AnswersUnavailableError
from annotation.queue.dismissal import dismissal_told
from annotation.queue.draft_revisions import draft_holds
from annotation.queue.leases import assignment_get
from annotation.queue.models import Assignment, Task
from annotation.queue.views import seconds_read

LABELER = MembershipRole.Role.LABELER
PAGE = "work-dialogue"
COMPOSED = (Stage.USER, Stage.CHOICE, Stage.ASSISTANT)  # where there is a place to type in
Act = Callable[[Assignment, QueryDict], Talk]


def dialogue_get(access: Access, public_id: UUID) -> Assignment:
    """The labeler's own assignment of a dialogue.

    Raises Http404 for anybody else's, BadRequest for another kind of task.
    """
    assignment = assignment_get(labeler=access.user, project=access.project, public_id=public_id)
    if assignment.task.kind != Task.Kind.DIALOGUE:
        raise BadRequest(_("This task is no dialogue."))
    return assignment


def talk_context(
    access: Access, talk: Talk, *, draft: TalkDraft | None = None, failed: str = ""
) -> dict[str, Any]:
    """What the conversation's part of the page shows; `failed` says why no answers came."""
    project = talk.assignment.task.project
    draft = draft or talk_draft_saved(talk)
    asked = pick_severity_asked(project.severity_asked, project.ranking_aim)
    return {
        "aim": project.ranking_aim,
        "severities": SEVERITIES if asked != SeverityAsked.NEVER else (),
        "talk": talk,
        "stage": talk.stage,
        "turns": [turn_shown(turn) for turn in talk.turns],
        "answers": [
            {
                "letter": letter,
                "text": answer.text,
                "id": f"answer-{letter}",
                "key": f"{len(talk.turns)}-{letter}",
            }
            for letter, answer in zip(LETTERS, talk.offered, strict=False)
        ],
        "text_language": talk.assignment.task.language,
        "veiled": veiled(talk.assignment.task, access.membership),
        "strengths": [
            {"value": value, "label": label, "key": value + 1}
            for value, label in pick_strengths(project.ranking_aim)
        ],
        "typed": draft.text,
        "composes": bool(failed) or talk.stage in COMPOSED,
        "later": json.dumps(draft.later) if draft.later else "",
        "later_texts": list(draft.later.values()),
        "answer_picked": draft.answer,
        "severity_said": draft.severity,
        "failed": failed,
        "unfinished": unfinished(talk),
    }


def turn_shown(turn: Turn) -> dict[str, Any]:
    """A turn; with a `key` where somebody else wrote its text: the one it had when it was shown."""
    told = letter = ""
    if turn.picked is not None:
        letter = LETTERS[turn.order.index(turn.picked)]
        labels: dict[int | None, Any] = dict(pick_strengths(turn.aim))
        told = " · ".join([letter, str(labels[turn.strength]).lower(), *severity_told(turn)])
    elif turn.provenance == Turn.Provenance.WRITTEN_INSTEAD:
        told = turn.get_provenance_display().lower()
    return {
        "role": turn.role,
        "text": turn.text,
        "told": told,
        "letter": letter,
        "key": letter and f"{turn.position}-{letter}",
    }


def severity_told(turn: Turn) -> list[str]:
    if turn.severity is None:
        return []
    return [_("severity %(severity)s") % {"severity": turn.severity}]


def dialogue_page(
    request: HttpRequest,
    access: Access,
    talk: Talk,
    *,
    draft: TalkDraft | None = None,
    failed: str = "",
    error: str = "",
) -> HttpResponse:
    """The whole page, or to htmx the conversation alone."""
    status = 422 if error else 200
    context = {**talk_context(access, talk, draft=draft, failed=failed), "error": error}
    context["assignment"] = talk.assignment
    if by_htmx(request):
        return render(request, "annotation/dialogue_talk.html", context, status=status)
    context |= desk_context(access, talk.assignment)
    context |= {"submit_name": "dialogue-finish"}
    return render(request, "annotation/dialogue.html", context, status=status)


@dismissal_told
@never_cache  # Back after a submission has to say that the task is submitted
@gzip_page
@project_view(LABELER)
def work_dialogue(request: HttpRequest, access: Access, public_id: UUID) -> HttpResponse:
    """The conversation, to go on with or as it was handed in."""
    assignment = dialogue_get(access, public_id)
    if assignment.state == Assignment.State.SUBMITTED:
        left = assignment.draft if draft_holds(assignment.draft) else {}
        context = {**talk_context(access, talk_of(assignment)), "assignment": assignment}
        context |= beside_context(assignment, left)
        return render(request, "annotation/dialogue_done.html", context)
    if assignment.state == Assignment.State.SKIPPED:
        return skipped_page(request, assignment)
    return dialogue_page(request, access, talk_of(assignment))


def act_view(act: Act) -> Callable[..., HttpResponseBase]:
    """The view of one of the page's buttons. What is refused is told, and nothing typed is lost."""

    @dismissal_told
    @gzip_page
    @action_view(LABELER, page=PAGE)
    def view(request: HttpRequest, access: Access, public_id: UUID) -> HttpResponse:
        assignment = dialogue_get(access, public_id)
        try:
            talk = act(assignment, request.POST)
        except ValidationError as refusal:
            told = " ".join(refusal.messages)
            moved = isinstance(refusal, ConversationMovedError)
            talk = overtaken(assignment, request.POST) if moved else talk_of(assignment)
            draft = talk_draft_posted(talk, request.POST)
            if isinstance(refusal, AnswersUnavailableError):
                return dialogue_page(request, access, talk, draft=draft, failed=told)
            return dialogue_page(request, access, talk, draft=draft, error=told)
        if by_htmx(request):
            return dialogue_page(request, access, talk)
        return redirect(PAGE, access.project.slug, public_id)

    return view


def overtaken(assignment: Assignment, form: QueryDict) -> Talk:
    """The talk as it stands, with what the page still held kept for its turn."""
    with suppress(ValidationError):  # handed in by now, or past what is stored: the page shows it
        return typed_keep(assignment=assignment, form=form)
    return talk_of(assignment)


def seen(form: QueryDict) -> dict[str, int]:
    """The step that the page shows, and its active seconds."""
    step = number(form.get("step"))
    return {
        "step": -1 if step is None else step,
        "active_seconds": seconds_read(form.get("active_seconds")),
    }


def say(assignment: Assignment, form: QueryDict) -> Talk:
    return turn_say(assignment=assignment, text=form.get("text", ""), **seen(form))


def ask(assignment: Assignment, form: QueryDict) -> Talk:
    seconds = seconds_read(form.get("active_seconds"))
    return answers_offer(assignment=assignment, active_seconds=seconds)


def pick(assignment: Assignment, form: QueryDict) -> Talk:
    index, strength = number(form.get("answer")), number(form.get("strength"))
    aim = form.get("aim") or RankingAim.BEST
    if index is None or strength is None:
        if aim == RankingAim.WORST:
            raise ValidationError(_("Choose the worse answer, and say how much worse it is."))
        raise ValidationError(_("Choose the better answer, and say how much better it is."))
    return turn_pick(
        assignment=assignment,
        index=index,
        strength=strength,
        severity=number(form.get("severity")),
        aim=aim,
        **seen(form),
    )


def write(assignment: Assignment, form: QueryDict) -> Talk:
    return turn_write(assignment=assignment, text=form.get("text", ""), **seen(form))


def undo(assignment: Assignment, form: QueryDict) -> Talk:
    return turn_undo(assignment=assignment, typed=form.get("text"), **seen(form))


@dismissal_told
@action_view(LABELER, page=PAGE)
def dialogue_finish(request: HttpRequest, access: Access, public_id: UUID) -> HttpResponseBase:
    """Hand the conversation in and go to the next task."""
    assignment = dialogue_get(access, public_id)
    try:
        finished = conversation_finish(
            assignment=assignment,
            instructions_version=number(request.POST.get("instructions_version")),
            active_seconds=seconds_read(request.POST.get("active_seconds")),
            seen=draft_seen(request.POST),
        )
    except ValidationError as error:
        text = " ".join(error.messages)
        if by_htmx(request):  # the page keeps what it holds
            context = {"error": text}
            return render(request, "annotation/desk_error.html", context, status=422)
        talk = talk_of(assignment)
        draft = talk_draft_posted(talk, request.POST)
        return dialogue_page(request, access, talk, draft=draft, error=text)
    first = assignment.state != Assignment.State.SUBMITTED
    return onward(request, access, assignment, finished.assignment if first else None)


ACTS = {"say": say, "answers": ask, "pick": pick, "write": write, "undo": undo}
