"""Who stopped being a labeler while at work is told so: a bare 404 would look like lost work."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.utils.translation import gettext_lazy

from annotation.people.models import User
from annotation.queue.models import Assignment

DISMISSED = gettext_lazy(
    "You are not an active labeler of this project any more. Your text is kept in this browser."
)


def dismissal_told(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Decorate a view of one's own task: whom it refuses, though the task is theirs, gets a 403
    in words. A page for who asks for pages, {"error": ...} for the desk's scripts.
    """

    @wraps(view)
    def guarded(
        request: HttpRequest, slug: str, public_id: UUID, **kwargs: Any
    ) -> HttpResponseBase:
        try:
            return view(request, slug=slug, public_id=public_id, **kwargs)
        except (Http404, PermissionDenied):
            if not holds(request.user, slug, public_id):
                raise
        if "text/html" in request.headers.get("Accept", ""):
            raise PermissionDenied(DISMISSED)
        return JsonResponse({"error": DISMISSED}, status=403)

    return guarded


def holds(user: Any, slug: str, public_id: UUID) -> bool:
    """Whether the task was given to `user`, who is let in no more."""
    return (
        isinstance(user, User)
        and Assignment.objects.filter(
            public_id=public_id, labeler=user, task__project__slug=slug
        ).exists()
    )
