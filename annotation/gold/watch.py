"""What follows from how labelers do on gold: a grade at once, a warning, a pause.

A grade is written in the transaction of the submission. What follows is judged after it, in one of
its own, as the membership's lock comes before a task's; `standings_judge` makes good what a crash
between the two left undone.
"""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotation.feedback.models import Judgment, Ranking
from annotation.gold.grading import flags_agreement, pairs_agreement, tau_b
from annotation.gold.models import Gold, GoldRules, GoldStanding, Grade
from annotation.gold.rules import rules_of
from annotation.people.models import Membership, User
from annotation.people.projects import audit
from annotation.people.rubric import rubric_whole
from annotation.queue.claims import leases_held, leases_release
from annotation.queue.models import Task, TaskCompletion

State = GoldStanding.State


def grade_create(ranking: Ranking) -> Grade | None:
    """Grade a ranking just handed in; None where its task has no gold. Once for each assignment."""
    gold = Gold.objects.filter(task=ranking.task_id).first()
    if gold is None or ranking.labeler is None or ranking.assignment is None:
        return None
    by_completion = {each.completion_id: each for each in ranking.judgments.all()}
    slots = TaskCompletion.objects.filter(task=gold.task_id).order_by("slot")
    said = [by_completion[slot.completion_id] for slot in slots]
    # Who finds no answer acceptable tells none from another.
    ranks = [each.rank or 1 for each in said]
    grade, _created = Grade.objects.get_or_create(
        assignment=ranking.assignment,
        defaults={
            "gold": gold,
            "project_id": gold.project_id,
            "labeler": ranking.labeler,
            "agreement": pairs_agreement(ranks, gold.ranks),
            "tau": tau_b(ranks, gold.ranks),
            "flags_agreement": flags_graded(ranking, said, gold),
        },
    )
    return grade


def flags_graded(ranking: Ranking, said: Sequence[Judgment], gold: Gold) -> float | None:
    if gold.flags is None:
        return None
    keys = [flag["key"] for flag in rubric_whole(ranking.project.rubric)["flags"]]
    return flags_agreement([each.flags for each in said], gold.flags, keys)


def grades_latest(membership: Membership, standing: GoldStanding, rules: GoldRules) -> list[Grade]:
    """The grades that count now, of gold among the work, the latest first."""
    grades = Grade.objects.filter(
        project=membership.project_id,
        labeler=membership.user_id,
        gold__task__purpose=Task.Purpose.GOLD,
    )
    if standing.since:
        grades = grades.filter(created_at__gte=standing.since)
    return list(grades.order_by("-created_at", "-pk")[: rules.window])


def standing_judge(*, membership_id: int) -> GoldStanding:
    """Judge a member by their latest grades: fine, warned or paused. Any number of times.

    Who is paused is given no task of the project; what they hold goes back to the queue, the drafts
    stay. Nobody but an admin ends a pause (member_resume).
    """
    with transaction.atomic():
        membership = (
            Membership.objects.select_for_update(of=("self",))
            .select_related("project", "user")
            .get(pk=membership_id)
        )
        standing, _created = GoldStanding.objects.get_or_create(membership=membership)
        rules = rules_of(membership.project)
        Grade.objects.filter(
            project=membership.project, labeler=membership.user, judged=False
        ).update(judged=True)
        grades = grades_latest(membership, standing, rules)
        before = standing.state
        standing.grades = len(grades)
        standing.agreement = sum(each.agreement for each in grades) / max(1, len(grades))
        standing.state = state_due(standing, rules)
        if standing.state != before:
            standing.changed_at = timezone.now()
        standing.save()
        if standing.state == State.PAUSED and before != State.PAUSED:
            member_pause(membership, standing)
    return standing


def state_due(standing: GoldStanding, rules: GoldRules) -> str:
    if standing.state == State.PAUSED:
        return State.PAUSED
    if standing.grades < rules.least or standing.agreement is None:
        return State.FINE
    percent = 100 * standing.agreement
    if percent < rules.pause_below:
        return State.PAUSED
    return State.WARNED if percent < rules.warn_below else State.FINE


def member_pause(membership: Membership, standing: GoldStanding) -> None:
    """Of a locked membership: no more tasks, and those held go back to the queue."""
    now = timezone.now()
    membership.paused_at = now
    membership.save(update_fields=["paused_at"])
    held = leases_held(labeler=membership.user, project=membership.project)
    if held:
        leases_release(held, now=now)
    audit(
        project=membership.project,
        actor=None,
        verb="member_pause",
        target=membership.user.username,
        agreement=round(standing.agreement or 0, 4),
        grades=standing.grades,
        given_back=len(held),
    )


def member_resume(*, actor: User, membership: Membership) -> Membership:
    """Let a paused labeler go on; the grades up to now do not count any more.

    Raises ValidationError for who is not paused.
    """
    with transaction.atomic():
        membership = (
            Membership.objects.select_for_update(of=("self",))
            .select_related("project", "user")
            .get(pk=membership.pk)
        )
        if membership.paused_at is None:
            raise ValidationError(_("This member is not paused."))
        membership.paused_at = None
        membership.save(update_fields=["paused_at"])
        now = timezone.now()
        GoldStanding.objects.update_or_create(
            membership=membership,
            defaults={
                "state": State.FINE,
                "grades": 0,
                "agreement": None,
                "since": now,
                "changed_at": now,
            },
        )
        audit(
            project=membership.project,
            actor=actor,
            verb="member_resume",
            target=membership.user.username,
        )
    return membership


def standings_judge() -> int:
    """Judge the members with grades that nobody has looked at. Returns how many."""
    left = Grade.objects.filter(judged=False).values_list("project_id", "labeler_id").distinct()
    due = [
        pk
        for project_id, labeler_id in left
        for pk in Membership.objects.filter(project=project_id, user=labeler_id).values_list(
            "pk", flat=True
        )
    ]
    for pk in due:
        standing_judge(membership_id=pk)
    return len(due)
