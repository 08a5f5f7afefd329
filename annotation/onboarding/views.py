"""A member's own onboarding: where they stand, each step, and each part of one."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from annotation.feedback.letters import LETTERS
from annotation.feedback.veil import veiled
from annotation.gold.grading import pairs_agreement, tau_b
from annotation.htmx import by_htmx, go_to
from annotation.onboarding.access import member_view
from annotation.onboarding.answers import (
    answer_posted,
    asked_of,
    ranking_shown,
    shown_slots,
    values_shown,
)
from annotation.onboarding.attempts import (
    Standing,
    attempt_begin,
    attempt_content,
    attempt_parts,
    attempt_submit,
    draft_keep,
    next_of,
    part_answer,
    standings_of,
    step_acknowledge,
)
from annotation.onboarding.models import Candidate, OnboardingAttempt, OnboardingStep
from annotation.onboarding.parts import DEMONSTRATION, RANKING, TEXTS, TOPICS, Part, quiz_right
from annotation.people.access import NOT_THROUGH
from annotation.people.models import Membership
from annotation.queue.views import draft_answer

Kind = OnboardingStep.Kind
State = OnboardingAttempt.State


@never_cache
@require_http_methods(["GET"])
@member_view
def onboarding(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Where the member stands, and what comes next."""
    standings = standings_of(membership)
    candidate = Candidate.objects.filter(membership=membership).first()
    decision = candidate and candidate.decisions.order_by("-pk").first()
    context = {
        "standings": standings,
        "following": next_of(standings),
        "candidate": candidate,
        "decision": decision,
        "membership": membership,
        "active": membership.state == Membership.State.ACTIVE,
    }
    return render(request, "annotation/onboarding.html", context)


def standing_at(membership: Membership, step_id: int) -> Standing:
    """Raises Http404 for a step that is not the member's."""
    for each in standings_of(membership):
        if each.step.pk == step_id:
            return each
    raise Http404(_("No such step."))


@never_cache
@require_http_methods(["GET", "POST"])
@member_view
def onboarding_step(request: HttpRequest, membership: Membership, step_id: int) -> HttpResponse:
    """A step's text, and what is to be done with it."""
    standing = standing_at(membership, step_id)
    error = ""
    if request.method == "POST":
        try:
            return redirect(step_act(request, membership, standing))
        except ValidationError as refused:
            error = " ".join(refused.messages)
            standing = standing_at(membership, step_id)
    context = step_context(membership, standing, error)
    return render(request, "annotation/onboarding_step.html", context, status=422 if error else 200)


def step_act(request: HttpRequest, membership: Membership, standing: Standing) -> str:
    """Do what the page's form asks for; returns where to go. Raises ValidationError."""
    step, slug = standing.step, membership.project.slug
    action = request.POST.get("action", "")
    if action == "acknowledge":
        acknowledge(request, membership, step)
        return reverse("onboarding", args=[slug])
    if action == "begin":
        attempt = attempt_begin(membership=membership, step=step)
        return part_next(attempt) or reverse("onboarding-step", args=[slug, step.pk])
    if action == "submit" and standing.open:
        attempt_submit(attempt=standing.open)
        messages.success(request, _("Handed in. You are told when it is decided."))
        return reverse("onboarding", args=[slug])
    raise ValidationError(NOT_THROUGH)


def acknowledge(request: HttpRequest, membership: Membership, step: OnboardingStep) -> None:
    if step.kind == Kind.CONSENT and "agree" not in request.POST:
        raise ValidationError(_("Tick the box if you agree. Without it you cannot go on."))
    said = request.POST.get("version", "")
    version = int(said) if said.isascii() and said.isdigit() and len(said) < 9 else 0
    step_acknowledge(membership=membership, step=step, version=version)


def part_next(attempt: OnboardingAttempt) -> str:
    """The address of the first part without an answer; empty where there is none."""
    left = [each for each in attempt_parts(attempt) if each.key not in attempt.answers]
    return part_url(attempt, left[0]) if left else ""


def part_url(attempt: OnboardingAttempt, part: Part) -> str:
    slug = attempt.membership.project.slug
    return reverse("onboarding-part", args=[slug, attempt.step_id, part.key])


def step_context(membership: Membership, standing: Standing, error: str) -> dict[str, Any]:
    """What a step's page shows: its text, the parts of the try under way, how the last one went."""
    step, attempt = standing.step, standing.open
    acknowledged = next((a for a in reversed(standing.attempts) if a.state == State.PASSED), None)
    following = next_of(standings_of(membership))
    return {
        "standing": standing,
        "step": step,
        "content": step.content,
        "error": error,
        "acknowledged": acknowledged,
        "turn": following is not None and following.step.pk == step.pk,
        "parts": parts_shown(attempt) if attempt else [],
        "complete": attempt is not None and not part_next(attempt),
        "result": quiz_result(standing),
    }


def parts_shown(attempt: OnboardingAttempt) -> list[dict[str, Any]]:
    return [
        {
            "name": part_named(part),
            "url": part_url(attempt, part),
            "done": part.key in attempt.answers,
            "begun": part.key in attempt.drafts,
        }
        for part in attempt_parts(attempt)
    ]


def part_named(part: Part) -> str:
    names = {
        TEXTS: _("Flag sensitive texts"),
        RANKING: _("Rank answers"),
        DEMONSTRATION: _("Write an answer"),
        TOPICS: _("What you know"),
    }
    return names[part.kind]


def quiz_result(standing: Standing) -> list[dict[str, Any]]:
    """How the last quiz went, question by question, with the explanation. What is right is told
    once it is passed: before that it would be the next try's answer."""
    ended = [each for each in standing.attempts if each.score is not None]
    if not ended:
        return []
    attempt = ended[-1]
    content, chosen = attempt_content(attempt), attempt.answers["quiz"]["chosen"]
    right = quiz_right(content["questions"], chosen)
    return [
        {
            "text": question["text"],
            "right": correct,
            "explanation": question["explanation"],
            "options": [
                {
                    **option,
                    "chosen": place in picked,
                    "told": attempt.state == State.PASSED and option["right"],
                }
                for place, option in enumerate(question["options"])
            ],
        }
        for question, picked, correct in zip(content["questions"], chosen, right, strict=True)
    ]


def part_at(membership: Membership, step_id: int, key: str) -> tuple[Standing, Part | None]:
    """The step and the part of the try under way; None where there is none, as the try has ended.
    Raises Http404 for what never was a part."""
    standing = standing_at(membership, step_id)
    attempt = standing.last
    if attempt is None:
        raise Http404(_("No such part."))
    attempt.membership = membership
    found = [each for each in attempt_parts(attempt) if each.key == key]
    if not found:
        raise Http404(_("No such part."))
    return standing, found[0]


@never_cache
@require_http_methods(["GET", "POST"])
@member_view
def onboarding_part(
    request: HttpRequest, membership: Membership, step_id: int, part: str
) -> HttpResponseBase:
    """A part of a step: to be answered; of a practice also what came of it."""
    standing, found = part_at(membership, step_id, part)
    attempt = standing.last
    assert found is not None
    assert attempt is not None
    practised = standing.step.kind == Kind.PRACTICE and part in attempt.answers
    if request.method == "GET" and practised:
        return feedback_page(request, attempt, found)
    if standing.open is None:
        return redirect("onboarding-step", membership.project.slug, step_id)
    if request.method == "GET":
        return part_page(request, attempt, found)
    try:
        answered = part_answer(
            attempt=attempt, key=part, answer=answer_posted(found, request.POST, attempt)
        )
    except ValidationError as refused:
        error = " ".join(refused.messages)
        if by_htmx(request):  # the page keeps what it holds
            return render(request, "annotation/desk_error.html", {"error": error}, status=422)
        return part_page(request, attempt, found, error)
    return go_to(request, after_part(answered, found))


def after_part(attempt: OnboardingAttempt, part: Part) -> str:
    """To what came of a practice; else on, or to the step where all is answered."""
    if attempt.step.kind == Kind.PRACTICE:
        return part_url(attempt, part)
    slug = attempt.membership.project.slug
    ended = attempt.state != State.OPEN
    step = reverse("onboarding-step", args=[slug, attempt.step_id])
    return step if ended else part_next(attempt) or step


def part_page(
    request: HttpRequest, attempt: OnboardingAttempt, part: Part, error: str = ""
) -> HttpResponse:
    posted = request.POST if error else None
    parts = attempt_parts(attempt)
    context = {
        "attempt": attempt,
        "step": attempt.step,
        "part": part,
        "place": [each.key for each in parts].index(part.key) + 1,
        "places": len(parts),
        "error": error,
        "draft_url": f"{part_url(attempt, part)}draft/",
        **part_context(attempt, part, posted),
    }
    template = "onboarding_rank" if part.kind == RANKING else "onboarding_part"
    return render(request, f"annotation/{template}.html", context, status=422 if error else 200)


def part_context(attempt: OnboardingAttempt, part: Part, posted: Any) -> dict[str, Any]:
    """What the page of this kind of part shows."""
    if part.kind == RANKING:
        return ranking_context(attempt, part, posted)
    values = values_shown(part, attempt, posted)
    if part.kind == DEMONSTRATION:
        return {"prompt": part.item, "text": values.get("text", [""])[0]}
    question = attempt_content(attempt).get("question", "")
    return {"asked": asked_of(part, values), "question": question}


def ranking_context(attempt: OnboardingAttempt, part: Part, posted: Any) -> dict[str, Any]:
    """As the labelers' ranking page has it, where nothing but the ranks is asked."""
    task, project = part.item.task, attempt.membership.project
    slots = shown_slots(part, attempt)
    draft = ranking_shown(part, attempt, posted).aimed(project.ranking_aim)
    return {
        "answers": [
            {"letter": letter, "text": slot.completion.text, "draft": answer}
            for letter, slot, answer in zip(LETTERS, slots, draft.answers, strict=False)
        ],
        "ranks": range(1, len(slots) + 1),
        "messages_shown": task.messages,
        "text_language": task.language,
        "veiled": veiled(task, attempt.membership),
        "aim": draft.aim,
        "flags": [],
        "strength_asked": "off",
        "severity_asked": "never",
        "rubric_version": project.rubric_version,
        "practice": attempt.step.kind == Kind.PRACTICE,
    }


def feedback_page(request: HttpRequest, attempt: OnboardingAttempt, part: Part) -> HttpResponse:
    """A practised ranking beside the gold's, with how far they agree, and why the gold is so."""
    gold, said = part.item, attempt.answers[part.key]["ranks"]
    slots = shown_slots(part, attempt)
    following = part_next(attempt) if attempt.state == State.OPEN else ""
    context = {
        "step": attempt.step,
        "answers": [
            {
                "letter": letter,
                "text": slot.completion.text,
                "said": said[slot.slot],
                "gold": gold.ranks[slot.slot],
            }
            for letter, slot in zip(LETTERS, slots, strict=False)
        ],
        "agreement": pairs_agreement(said, gold.ranks),
        "tau": tau_b(said, gold.ranks),
        "explanation": gold.explanation,
        "messages_shown": gold.task.messages,
        "text_language": gold.task.language,
        "veiled": veiled(gold.task, attempt.membership),
        "following": following or reverse("onboarding", args=[attempt.membership.project.slug]),
        "last": not following,
    }
    return render(request, "annotation/onboarding_feedback.html", context)


@member_view
def onboarding_draft(
    request: HttpRequest, membership: Membership, step_id: int, part: str
) -> HttpResponse:
    """Autosave of a part that is not handed in: a JSON body {"draft": {...}}."""
    if request.method != "POST":
        return redirect("onboarding-part", membership.project.slug, step_id, part)
    standing, _found = part_at(membership, step_id, part)
    assert standing.last is not None
    return draft_answer(request, partial(draft_take, standing.last, part))


def draft_take(attempt: OnboardingAttempt, key: str, *, draft: Any, **_circumstances: Any) -> None:
    if not isinstance(draft, dict):
        raise TypeError(draft)
    draft_keep(attempt=attempt, key=key, draft=draft)
