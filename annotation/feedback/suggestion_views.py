"""The button on the demonstration page that asks for a text to start from."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page

from annotation.feedback.suggestions import suggestion_ask, suggestions_given
from annotation.people.access import Access, action_view
from annotation.people.models import MembershipRole, SuggestionsOffered
from annotation.queue.dismissal import dismissal_told
from annotation.queue.leases import assignment_get

LABELER = MembershipRole.Role.LABELER


@dismissal_told
@gzip_page
@action_view(LABELER, page="work-task")
def work_suggest(request: HttpRequest, access: Access, public_id: UUID) -> HttpResponse:
    """All that were given for this task, after one more; or why there is no more."""
    assignment = assignment_get(labeler=access.user, project=access.project, public_id=public_id)
    told = ""
    try:
        suggestion_ask(assignment=assignment)
    except ValidationError as error:
        told = " ".join(error.messages)
    context = {
        "given": suggestions_given(assignment),
        "named": access.project.suggestions == SuggestionsOffered.NAMED,
        "told": told,
        "text_language": assignment.task.language,
    }
    return render(request, "annotation/suggestions.html", context, status=422 if told else 200)
