"""Members go through the steps: tries are begun, answered part by part, and handed in.

Rows are locked in one order: the membership, then the attempt.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotation.gold.grading import pairs_agreement, tau_b
from annotation.onboarding.content import Content
from annotation.onboarding.models import (
    Candidate,
    OnboardingAttempt,
    OnboardingStep,
    OnboardingVersion,
    ScreeningDecision,
)
from annotation.onboarding.parts import (
    RANKING,
    TEXTS,
    Part,
    answer_check,
    parts_of,
    quiz_right,
)
from annotation.onboarding.steps import due_settle, steps_due, steps_of
from annotation.people.models import Membership, Project
from annotation.people.projects import audit
from annotation.texts import json_validate

Kind = OnboardingStep.Kind
State = OnboardingAttempt.State
OPEN = (State.OPEN, State.SUBMITTED)
MOST_DRAFT = 60_000


@dataclass(frozen=True)
class Standing:
    """How a member stands at a step."""

    step: OnboardingStep
    attempts: Sequence[OnboardingAttempt]  # the first one first
    granted: int  # tries that an admin gave beyond the step's
    granted_at: datetime | None

    @cached_property
    def last(self) -> OnboardingAttempt | None:
        return self.attempts[-1] if self.attempts else None

    @property
    def passed(self) -> bool:
        """By the version that is wanted or a later one."""
        return any(
            each.state == State.PASSED and each.version >= self.step.asked_from
            for each in self.attempts
        )

    @property
    def open(self) -> OnboardingAttempt | None:
        return self.last if self.last and self.last.state == State.OPEN else None

    @property
    def waits(self) -> bool:
        """For a person to decide."""
        return self.last is not None and self.last.state == State.SUBMITTED

    @property
    def failed(self) -> int:
        return sum(each.state == State.FAILED for each in self.attempts)

    @property
    def left(self) -> int | None:
        """How many more tries may fail; None: any number."""
        if not self.step.tries:
            return None
        return max(0, self.step.tries + self.granted - self.failed)

    @property
    def spent(self) -> bool:
        return not self.passed and not self.waits and self.left == 0

    @property
    def next_at(self) -> datetime | None:
        """Until when the next try has to wait; None where it may begin. What an admin grants may
        begin at once."""
        last = self.last
        if last is None or last.state != State.FAILED or last.ended_at is None:
            return None
        if self.granted_at and self.granted_at >= last.ended_at:
            return None
        then = last.ended_at + timedelta(minutes=self.step.wait_minutes)
        return then if then > timezone.now() else None


def candidate_of(membership: Membership) -> Candidate:
    """The member as a candidate, with a number that is drawn when they first do something. Under
    the membership's lock."""
    found = Candidate.objects.filter(membership=membership).first()
    while found is None:
        try:
            with transaction.atomic():
                found = Candidate.objects.create(
                    project_id=membership.project_id,
                    membership=membership,
                    number=number_free(membership.project_id),
                )
        except IntegrityError:  # another candidate was given the number meanwhile
            continue
    return found


def candidate_enter(membership: Membership) -> None:
    if membership.state == Membership.State.ONBOARDING:
        candidate_of(membership)


def number_free(project_id: int) -> int:
    taken = set(Candidate.objects.filter(project=project_id).values_list("number", flat=True))
    most = max(99, 10 * len(taken))
    free = [number for number in range(10, most + 1) if number not in taken]
    return secrets.choice(free)


def standings_of(membership: Membership) -> list[Standing]:
    """At each step that is asked, in order."""
    return standings_many([membership.pk], steps_asked(membership))[membership.pk]


def standings_many(
    ids: Sequence[int], steps: Sequence[OnboardingStep]
) -> dict[int, list[Standing]]:
    """Of several memberships at the same steps, in two queries."""
    tried: dict[tuple[int, int | None], list[OnboardingAttempt]] = {}
    for each in OnboardingAttempt.objects.filter(membership__in=ids).order_by("number"):
        tried.setdefault((each.membership_id, each.step_id), []).append(each)
    again = ScreeningDecision.objects.filter(candidate__membership__in=ids, grants=True).order_by(
        "decided_at"
    )
    granted: dict[tuple[int, int | None], list[datetime]] = {}
    for member, step, at in again.values_list("candidate__membership", "step", "decided_at"):
        granted.setdefault((member, step), []).append(at)
    return {
        pk: [
            Standing(
                step,
                tried.get((pk, step.pk), []),
                len(granted.get((pk, step.pk), [])),
                granted.get((pk, step.pk), [None])[-1],
            )
            for step in steps
        ]
        for pk in ids
    }


def steps_asked(membership: Membership) -> list[OnboardingStep]:
    """The steps of a candidate, or what a labeler at work has to acknowledge or has acknowledged.

    A practice whose gold is retired, or was not copied along, is asked of nobody.
    """
    if membership.state == Membership.State.ACTIVE:
        steps = steps_of(membership.project)
        due = set(steps_due(membership).values_list("pk", flat=True))
        done = OnboardingAttempt.objects.filter(membership=membership, state=State.PASSED)
        due |= set(done.values_list("step", flat=True))
        return [step for step in steps if step.pk in due]
    return steps_ready(membership.project)


def steps_ready(project: Project) -> list[OnboardingStep]:
    """The steps that candidates take."""
    return [step for step in steps_of(project).select_related("project") if ready(step)]


def ready(step: OnboardingStep) -> bool:
    """Whether the step asks anything."""
    if step.kind in OnboardingStep.ACKNOWLEDGED:
        return True
    return bool(parts_of(kind=step.kind, content=step.content, project=step.project))


def next_of(standings: Sequence[Standing]) -> Standing | None:
    """The step to be taken now; None where all are passed."""
    return next((each for each in standings if not each.passed), None)


def step_acknowledge(*, membership: Membership, step: OnboardingStep, version: int) -> None:
    """Note that a member has read the step's text, or agrees to its statement.

    Raises ValidationError where `version` is not the one that stands now: nobody agrees to what
    they were not shown.
    """
    with transaction.atomic():
        membership = membership_lock(membership)
        standing = standing_open(membership, step, kinds=OnboardingStep.ACKNOWLEDGED)
        if version != standing.step.version:
            raise ValidationError(_("This has been changed just now: read it again, please."))
        candidate_enter(membership)
        attempt = OnboardingAttempt.objects.create(
            membership=membership,
            step=standing.step,
            version=version,
            number=len(standing.attempts) + 1,
            state=State.PASSED,
            ended_at=timezone.now(),
        )
        step_passed(attempt)


def attempt_begin(*, membership: Membership, step: OnboardingStep) -> OnboardingAttempt:
    """Begin a try at a quiz, a practice or the screening; one that is begun goes on.

    Raises ValidationError where it is not the step's turn, no try is left, or the time to wait
    between two is not over.
    """
    with transaction.atomic():
        membership = membership_lock(membership)
        standing = standing_open(membership, step, kinds=(Kind.QUIZ, Kind.PRACTICE, Kind.SCREENING))
        if standing.open:
            return standing.open
        if standing.left == 0:
            raise ValidationError(_("No try is left. An admin of the project may give you one."))
        if standing.next_at:
            raise ValidationError(_("The next try has to wait a little."))
        candidate_enter(membership)
        return OnboardingAttempt.objects.create(
            membership=membership,
            step=standing.step,
            version=standing.step.version,
            number=len(standing.attempts) + 1,
            seed=secrets.randbits(62),
        )


def membership_lock(membership: Membership) -> Membership:
    rows = Membership.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("project", "user").get(pk=membership.pk)


def standing_open(
    membership: Membership, step: OnboardingStep, *, kinds: Sequence[str]
) -> Standing:
    """The standing at `step`, whose turn it is. Raises ValidationError for any other."""
    following = next_of(standings_of(membership))
    if membership.state not in (Membership.State.ONBOARDING, Membership.State.ACTIVE):
        raise ValidationError(_("Your onboarding is over."))
    if following is None or following.step.pk != step.pk or step.kind not in kinds:
        raise ValidationError(_("It is not this step’s turn."))
    if following.waits:
        raise ValidationError(_("You have handed this in: it waits for a decision."))
    return following


def attempt_content(attempt: OnboardingAttempt) -> Content:
    """What the step asked in the version that the attempt is at."""
    if attempt.step.version == attempt.version:
        return dict(attempt.step.content)
    version = OnboardingVersion.objects.get(step=attempt.step_id, number=attempt.version)
    return dict(version.content)


def attempt_parts(attempt: OnboardingAttempt) -> list[Part]:
    step = attempt.step
    return parts_of(kind=step.kind, content=attempt_content(attempt), project=step.project)


def attempt_lock(attempt: OnboardingAttempt) -> OnboardingAttempt:
    """Raises ValidationError for a try that is handed in."""
    membership_lock(attempt.membership)
    rows = OnboardingAttempt.objects.select_for_update(of=("self",), no_key=True)
    fresh = rows.select_related("step__project", "membership__project").get(pk=attempt.pk)
    if fresh.state != State.OPEN:
        raise ValidationError(_("This is handed in already."))
    return fresh


def part_find(attempt: OnboardingAttempt, key: str) -> Part | None:
    return next((each for each in attempt_parts(attempt) if each.key == key), None)


def draft_keep(*, attempt: OnboardingAttempt, key: str, draft: dict[str, Any]) -> None:
    """Keep what is typed and not handed in. Raises ValidationError."""
    json_validate(draft, what=_("The draft"), limit=MOST_DRAFT)
    with transaction.atomic():
        fresh = attempt_lock(attempt)
        if part_find(fresh, key) is None:
            raise ValidationError(_("There is no such part."))
        fresh.drafts[key] = draft
        fresh.save(update_fields=["drafts"])


def part_answer(
    *, attempt: OnboardingAttempt, key: str, answer: dict[str, Any]
) -> OnboardingAttempt:
    """Answer a part. A quiz, which has one, and a practice end with their last one; a screening is
    handed in by itself (attempt_submit). Raises ValidationError.

    What was ranked in a practice stays, as its gold has been shown since.
    """
    with transaction.atomic():
        fresh = attempt_lock(attempt)
        part = part_find(fresh, key)
        if part is None:
            raise ValidationError(_("There is no such part."))
        if fresh.step.kind == Kind.PRACTICE and key in fresh.answers:
            return fresh
        fresh.answers[key] = answer_check(part, answer)
        fresh.drafts.pop(key, None)
        fresh.save(update_fields=["answers", "drafts"])
        if fresh.step.kind != Kind.SCREENING and not parts_left(fresh):
            attempt_end(fresh)
    return fresh


def parts_left(attempt: OnboardingAttempt) -> list[Part]:
    return [each for each in attempt_parts(attempt) if each.key not in attempt.answers]


def attempt_end(attempt: OnboardingAttempt) -> None:
    """End a quiz by its pass mark; whoever has practised is through."""
    passed = True
    if attempt.step.kind == Kind.QUIZ:
        right = quiz_right(attempt_content(attempt)["questions"], attempt.answers["quiz"]["chosen"])
        attempt.score = sum(right) / len(right)
        passed = 100 * sum(right) >= attempt.step.pass_mark * len(right)
    attempt.state = State.PASSED if passed else State.FAILED
    attempt.submitted_at = attempt.ended_at = timezone.now()
    attempt.save()
    if passed:
        step_passed(attempt)


def attempt_submit(*, attempt: OnboardingAttempt) -> OnboardingAttempt:
    """Hand in a screening: what can be counted is counted, the rest waits for reviewers.

    Raises ValidationError while a part has no answer.
    """
    with transaction.atomic():
        fresh = attempt_lock(attempt)
        if fresh.step.kind != Kind.SCREENING:
            raise ValidationError(_("This step is not handed in."))
        if parts_left(fresh):
            raise ValidationError(_("Answer every part first."))
        attempt_measure(fresh)
        fresh.state = State.SUBMITTED
        fresh.submitted_at = timezone.now()
        fresh.save()
    return fresh


def attempt_measure(attempt: OnboardingAttempt) -> None:
    """Agreement on the texts; with gold by pairs and by tau-b, mean over the rankings."""
    pairs: list[float] = []
    taus: list[float] = []
    for part in attempt_parts(attempt):
        answer = attempt.answers[part.key]
        if part.kind == TEXTS:
            alike = [
                said == each["sensitive"]
                for said, each in zip(answer["said"], part.item, strict=True)
            ]
            attempt.sensitive_agreement = sum(alike) / len(alike)
        elif part.kind == RANKING:
            pairs.append(pairs_agreement(answer["ranks"], part.item.ranks))
            tau = tau_b(answer["ranks"], part.item.ranks)
            # Who ties all says nothing of the order: that agrees no better than chance would.
            taus.append(0.0 if tau is None else tau)
    if pairs:
        attempt.pairs_agreement = sum(pairs) / len(pairs)
        attempt.tau = max(-1.0, min(1.0, sum(taus) / len(taus)))


def step_passed(attempt: OnboardingAttempt) -> None:
    """What follows, under the membership's lock: who has passed all steps, a screening among them
    or not, is a labeler; who is one may have nothing to acknowledge any more."""
    membership = membership_lock(attempt.membership)
    if membership.state == Membership.State.ACTIVE:
        due_settle(membership)
    elif next_of(standings_of(membership)) is None:
        membership_activate(membership)


def membership_activate(membership: Membership) -> None:
    membership.state = Membership.State.ACTIVE
    membership.save(update_fields=["state"])
    due_settle(membership)
    Candidate.objects.filter(membership=membership, state=Candidate.State.UNDERWAY).update(
        state=Candidate.State.ACCEPTED
    )
    audit(
        project=membership.project,
        actor=None,
        verb="onboarding_finish",
        target=membership.user.username,
    )
