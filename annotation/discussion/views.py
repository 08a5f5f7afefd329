"""The channel, what is said about a task, and how often one hears of it by e-mail."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from annotation.discussion import threads
from annotation.discussion.digests import digest_of, digest_set, message_path
from annotation.discussion.forms import DigestForm, MessageForm
from annotation.discussion.models import Message
from annotation.discussion.reading import mentions_unread, thread_read
from annotation.discussion.showing import names_offered, page_of, quoted
from annotation.discussion.threads import Thread
from annotation.discussion.writing import (
    may_edit,
    may_remove,
    message_edit,
    message_post,
    message_remove,
)
from annotation.people.access import Access, action_view, project_view
from annotation.people.mails import origin_of
from annotation.people.project_views import form_errors_take


@never_cache
@require_http_methods(["GET", "POST"])
@project_view()
def channel(request: HttpRequest, access: Access) -> HttpResponse:
    about = [
        {"mention": each, "path": message_path(each.message, each.membership)}
        for each in mentions_unread(access.membership).select_related("membership__project")[:10]
    ]
    return thread_page(request, threads.channel(access), {"about": about})


@never_cache
@require_http_methods(["GET", "POST"])
@project_view(*threads.STAFF)
def task_discussion(request: HttpRequest, access: Access, task_id: int) -> HttpResponse:
    return thread_page(request, threads.task_thread(access, task_id), {})


@never_cache
@require_http_methods(["GET", "POST"])
@project_view(threads.Role.LABELER)
def work_discussion(request: HttpRequest, access: Access, public_id: UUID) -> HttpResponse:
    return thread_page(request, threads.assignment_thread(access, public_id), {"by_work": True})


def thread_page(request: HttpRequest, thread: Thread, context: dict[str, Any]) -> HttpResponse:
    """A thread, and a message that is written into it."""
    answer = number(request.GET.get("answer"))
    form = MessageForm(request.POST or None, initial={"reply_to": answer})
    if form.is_valid():
        try:
            posted = message_post(thread=thread, origin=origin_of(request), **form.cleaned_data)
        except ValidationError as error:
            form_errors_take(form, error)
        else:
            return redirect(f"{request.path}#message-{posted.pk}")
    page = page_of(thread, before=number(request.GET.get("before")))
    if request.method == "GET" and page.latest:
        thread_read(thread=thread, last=page.last)
    if request.GET.get("version") == page.version:
        return HttpResponse(status=204)  # what the page has is how it stands
    context |= {
        "thread": thread,
        "page": page,
        "form": form,
        "answered": answered(thread, number(form["reply_to"].value())),
        "names": names_offered(thread),
    }
    return render(request, "annotation/thread.html", context)


def number(text: object) -> int | None:
    digits = str(text)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else None


def answered(thread: Thread, reply_to: int | None) -> tuple[str, str] | None:
    """What a message that is being written answers."""
    found = thread.rows().filter(pk=reply_to, deleted_at=None).first() if reply_to else None
    return quoted(found, thread, thread.names_hidden) if found else None


@never_cache
@require_http_methods(["GET", "POST"])
@project_view()
def message(request: HttpRequest, access: Access, message_id: int) -> HttpResponse:
    """A message that may still be changed or removed."""
    thread, found = threads.message_thread(access, message_id)
    form = MessageForm(request.POST or None, initial={"text": found.text})
    if form.is_valid():
        try:
            message_edit(
                thread=thread,
                message=found,
                text=form.cleaned_data["text"],
                origin=origin_of(request),
            )
        except ValidationError as error:
            form_errors_take(form, error)
        else:
            return redirect(back(thread, found))
    context = {
        "found": found,
        "form": form,
        "edit": may_edit(found, access.user) or form.is_bound,
        "remove": may_remove(found, thread),
        "back": back(thread, found),
        "names": names_offered(thread),
    }
    return render(request, "annotation/message.html", context)


@action_view(page="message")
def remove(request: HttpRequest, access: Access, message_id: int) -> HttpResponse:
    thread, found = threads.message_thread(access, message_id)
    try:
        message_remove(thread=thread, message=found)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The message is removed."))
    return redirect(back(thread, found))


def back(thread: Thread, message: Message) -> str:
    slug = thread.access.project.slug
    if thread.task is None:
        path = reverse("channel", args=[slug])
    elif thread.staff:
        path = reverse("task-discussion", args=[slug, thread.task.pk])
    else:
        assert thread.assignment is not None  # or they would not see it
        path = reverse("work-discussion", args=[slug, thread.assignment.public_id])
    return f"{path}#message-{message.pk}"


@require_http_methods(["GET", "POST"])
@project_view()
def emails(request: HttpRequest, access: Access) -> HttpResponse:
    """How often one gets e-mails of mentions."""
    member = access.membership
    initial = {"every": digest_of(member).every} if member else {}
    form = DigestForm(request.POST or None, initial=initial)
    if member is not None and form.is_valid():
        try:
            digest_set(
                membership=member, every=form.cleaned_data["every"], origin=origin_of(request)
            )
        except ValidationError as error:
            form_errors_take(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("channel", access.project.slug)
    return render(request, "annotation/channel_emails.html", {"form": form})
