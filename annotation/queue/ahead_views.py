"""What the desk asks for while a task is at hand: the next one, and to let it go again."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse

from annotation.people.access import Access, action_view
from annotation.people.models import MembershipRole
from annotation.queue.ahead import ahead_claim, ahead_release
from annotation.queue.dismissal import dismissal_told
from annotation.queue.leases import assignment_get
from annotation.queue.models import Task

LABELER = MembershipRole.Role.LABELER


@dismissal_told
@action_view(LABELER, page="work-task")
def work_next(request: HttpRequest, access: Access, public_id: UUID) -> HttpResponse:  # noqa: ARG001
    """Lease the task after this one: {"id", "page", "leave"}, or 204 where there is none.

    `page` is empty for a dialogue, which is opened when it is begun.
    """
    assignment = assignment_get(labeler=access.user, project=access.project, public_id=public_id)
    try:
        following = ahead_claim(assignment=assignment)
    except PermissionDenied:
        following = None
    if following is None:
        return HttpResponse(status=204)
    where = [access.project.slug, following.public_id]
    dialogue = following.task.kind == Task.Kind.DIALOGUE
    return JsonResponse(
        {
            "id": str(following.public_id),
            "page": "" if dialogue else reverse("work-ahead", args=where),
            "leave": reverse("work-leave", args=where),
        }
    )


@dismissal_told
@action_view(LABELER, page="work-task")
def work_leave(request: HttpRequest, access: Access, public_id: UUID) -> HttpResponse:  # noqa: ARG001
    """Let go what was leased ahead, unless its labeler has come to it meanwhile."""
    assignment = assignment_get(labeler=access.user, project=access.project, public_id=public_id)
    ahead_release(assignment=assignment)
    return HttpResponse(status=204)
