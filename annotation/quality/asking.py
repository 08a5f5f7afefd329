"""When a report is computed: on demand, and by beat where there is something new."""

from dataclasses import asdict, fields
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from annotation.feedback.models import Ranking
from annotation.people.models import Project, User
from annotation.people.project_rules import rules_read, rules_write
from annotation.quality.claims import reports_dead, reports_running
from annotation.quality.models import QualityReport, QualityThresholds
from annotation.quality.thresholds import Thresholds

State = QualityReport.State


def report_of(project: Project) -> QualityReport:
    return QualityReport.objects.get_or_create(project=project)[0]


def report_ask(*, project: Project) -> QualityReport:
    """Have the report computed anew; nothing changes while one is queued or being computed."""
    with transaction.atomic():
        report = report_of(project)
        asked = QualityReport.objects.filter(
            pk=report.pk, state__in=[State.IDLE, State.FAILED]
        ).update(state=State.QUEUED, asked_at=timezone.now(), lost=0, error="")
        if asked:
            transaction.on_commit(lambda: report_call(project.pk))
    report.refresh_from_db()
    return report


def report_call(project_id: int) -> None:
    # The task's module imports this one's neighbours.
    from annotation.quality.tasks import quality_report_task  # noqa: PLC0415

    quality_report_task.delay(project_id=project_id)


def quality_reconcile() -> None:
    """Ask for what has something new, and call a worker for the first that waits."""
    reports_check()
    if reports_running().exists():
        return
    waiting = QualityReport.objects.filter(Q(state=State.QUEUED) | reports_dead())
    first = waiting.order_by("asked_at", "pk").first()
    if first is not None:
        report_call(first.project_id)


def reports_check() -> None:
    """Ask for the reports of projects with submissions since, each looked at now and then."""
    for project in Project.objects.filter(quality_report=None):
        report_of(project)
    now = timezone.now()
    due = Q(checked_at=None) | Q(checked_at__lte=now - timedelta(seconds=settings.QUALITY_EVERY))
    ended = QualityReport.objects.filter(due, state__in=[State.IDLE, State.FAILED])
    for report in ended.select_related("project"):
        QualityReport.objects.filter(pk=report.pk).update(checked_at=now)
        if latest_ranking(report.project) > report.through:
            report_ask(project=report.project)


def latest_ranking(project: Project) -> int:
    """The id of the last ranking that a person handed in; 0 if there is none."""
    last = Ranking.objects.filter(project=project, assignment__isnull=False).order_by("-pk")
    return last.values_list("pk", flat=True).first() or 0


def thresholds_of(project: Project) -> Thresholds:
    own = rules_read(QualityThresholds, project)
    return Thresholds(**{field.name: getattr(own, field.name) for field in fields(Thresholds)})


def thresholds_update(*, actor: User, project: Project, thresholds: Thresholds) -> None:
    """Set from which figures on a labeler is pointed out, and have the report computed with them.

    Raises ValidationError.
    """
    with transaction.atomic():
        _own, changed = rules_write(
            QualityThresholds,
            actor=actor,
            project=project,
            verb="quality_thresholds_changed",
            check=lambda _own: None,
            changes=asdict(thresholds),
        )
        if changed:
            report_ask(project=project)
