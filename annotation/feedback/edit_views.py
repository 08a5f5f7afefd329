"""The desk once more, to change what was handed in."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from annotation.feedback.drafts import (
    DemonstrationDraft,
    demonstration_draft_posted,
    number,
    ranking_draft_of,
    ranking_draft_posted,
)
from annotation.feedback.models import Demonstration, Ranking
from annotation.feedback.revising import CLOSED, demonstration_revise, ranking_revise, revisable
from annotation.feedback.views import LABELER, circumstances, demonstration_page, ranking_page
from annotation.htmx import by_htmx, go_to
from annotation.people.access import Access, project_view
from annotation.queue.dismissal import dismissal_told
from annotation.queue.leases import assignment_get
from annotation.queue.models import Assignment, Task


@dismissal_told
@require_http_methods(["GET", "POST"])
@never_cache
@project_view(LABELER)
def work_edit(request: HttpRequest, access: Access, public_id: UUID) -> HttpResponseBase:
    """The desk, filled with what was handed in. A POST saves the change."""
    assignment = assignment_get(labeler=access.user, project=access.project, public_id=public_id)
    url = reverse("work-task", args=[access.project.slug, public_id])
    if request.method == "POST":
        try:
            saved = change_take(request, assignment)
        except ValidationError as error:
            return change_refused(request, access, assignment, " ".join(error.messages))
        if saved.revision == number(request.POST.get("base")):
            messages.info(request, _("Nothing was changed: it stays as it was."))
        else:
            told = _("Saved: this is revision %(revision)s.") % {"revision": saved.revision}
            messages.success(request, told)
        return go_to(request, url)
    if not revisable(assignment):
        messages.info(request, CLOSED)
        return redirect(url)
    return edit_page(request, access, assignment, "")


def edit_page(
    request: HttpRequest, access: Access, assignment: Assignment, error: str
) -> HttpResponse:
    """The desk with what counts now, or with what a refused form held."""
    form = request.POST
    if assignment.task.kind == Task.Kind.RANKING:
        ranking = Ranking.objects.get(assignment=assignment, is_current=True)
        draft = ranking_draft_posted(form, assignment.task.k) if form else ranking_draft_of(ranking)
        base = number(form.get("base")) or ranking.revision
        return ranking_page(request, access, assignment, draft, error, revising=base)
    said = Demonstration.objects.get(assignment=assignment, is_current=True)
    base = number(form.get("base")) or said.revision
    written = DemonstrationDraft(said.text, said.annotations)
    written = demonstration_draft_posted(form) if form else written
    return demonstration_page(request, access, assignment, written, error, revising=base)


def change_refused(
    request: HttpRequest, access: Access, assignment: Assignment, words: str
) -> HttpResponse:
    """What was refused comes back with all it held; where the page has it still, the words do."""
    if by_htmx(request) or assignment.state != Assignment.State.SUBMITTED:
        return render(request, "annotation/desk_error.html", {"error": words}, status=422)
    return edit_page(request, access, assignment, words)


def change_take(request: HttpRequest, assignment: Assignment) -> Demonstration | Ranking:
    """Save what was posted as a revision. Raises ValidationError where it is refused."""
    common: dict[str, Any] = {
        "labeler": request.user,
        "assignment": assignment,
        "base": number(request.POST.get("base")) or 0,
        **circumstances(request),
    }
    if assignment.task.kind == Task.Kind.DEMONSTRATION:
        draft = demonstration_draft_posted(request.POST)
        return demonstration_revise(text=draft.text, annotations=draft.annotations, **common)
    ranked = ranking_draft_posted(request.POST, assignment.task.k)
    return ranking_revise(aim=ranked.aim, **ranked.said(), **common)
