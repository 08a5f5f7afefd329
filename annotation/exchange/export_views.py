"""Downloads of what people have said."""

import json

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotation.exchange.exports import export_lines
from annotation.models import MembershipRole
from annotation.people.access import Access, project_view

Role = MembershipRole.Role
# What a download holds, in the words of those who will read the file.
EXPORTS = {
    "prompts": (
        gettext_lazy("Prompts, with where they come from"),
        gettext_lazy("Source, contributor's pseudonym, licence, consent and notice of each."),
    ),
    "trl-prompt-completion": (
        gettext_lazy("Demonstrations, TRL prompt-completion"),
        gettext_lazy("One {prompt, completion} a line, both lists of messages: for SFTTrainer."),
    ),
    "openai-chat": (
        gettext_lazy("Demonstrations, OpenAI chat"),
        gettext_lazy("One {messages} a line, the answer last: for fine-tuning services."),
    ),
    "demonstrations": (
        gettext_lazy("Demonstrations, all that is known"),
        gettext_lazy("What each began from, if a text was suggested, and how much of it was kept."),
    ),
    "trl-preference": (
        gettext_lazy("Preferences, TRL"),
        gettext_lazy("One {prompt, chosen, rejected} a line for every pair that is not tied."),
    ),
    "kwise": (
        gettext_lazy("Rankings, K-wise"),
        gettext_lazy(
            "All answers of a prompt in one line with their ranks, ties kept, and what the prompt "
            "is marked as."
        ),
    ),
    "rankings": (
        gettext_lazy("Rankings, all that is known"),
        gettext_lazy(
            "As K-wise, with the note and the time at work; those where no answer was acceptable "
            "are among them."
        ),
    ),
}


@project_view(Role.ADMIN, Role.RESEARCHER)
def exports(request: HttpRequest, access: Access) -> HttpResponse:
    del access
    rows = [
        {"form": form, "label": label, "about": about} for form, (label, about) in EXPORTS.items()
    ]
    return render(request, "annotation/import_exports.html", {"exports": rows})


@project_view(Role.ADMIN, Role.RESEARCHER)
def export_download(request: HttpRequest, access: Access, form: str) -> StreamingHttpResponse:
    del request
    if form not in EXPORTS:
        raise Http404(_("No such form of export."))
    lines = export_lines(project=access.project, form=form)
    name = f"{access.project.slug}-{form}-{timezone.localdate().isoformat()}.jsonl"
    return StreamingHttpResponse(
        (json.dumps(line, ensure_ascii=False) + "\n" for line in lines),
        content_type="application/jsonl; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
