"""What trains of what labelers and reviewers said, as a condition on rankings or demonstrations."""

from django.db.models import Q

from annotation.feedback.models import STANDING, Reviewed
from annotation.people.models import Project
from annotation.people.project_rules import rules_read
from annotation.review.items import KINDS
from annotation.review.models import ReviewRules


def trains_now(project: Project) -> Q:
    """What may train, and no review keeps from it.

    Where the project trains on nothing that is still to be reviewed, a task that no worker has
    looked at yet is kept back too: it may turn out to be one.
    """
    standing = Q(trains=True, review__in=STANDING)
    if not rules_read(ReviewRules, project).needed:
        return standing
    never = Q(task=None) | Q(assignment=None) | ~Q(task__kind__in=KINDS)
    free = never | Q(task__review_item__asked=False)
    return standing & (free | Q(review=Reviewed.ACCEPTED))
