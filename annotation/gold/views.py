"""Pages about gold: what there is, how labelers do on it, and making more."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from annotation.feedback.letters import LETTERS
from annotation.gold.forms import GoldForm, RulesForm
from annotation.gold.golds import gold_create, gold_retire
from annotation.gold.models import Gold
from annotation.gold.reading import gold_proposed, golds_of, standings_of, tasks_rankable
from annotation.gold.rules import rules_of, rules_update
from annotation.gold.watch import member_resume
from annotation.people.access import Access, action_view, project_view
from annotation.people.models import Membership, MembershipRole
from annotation.people.project_views import form_errors_take

ADMIN, REVIEWER = MembershipRole.Role.ADMIN, MembershipRole.Role.REVIEWER
PER_PAGE = 50


@require_http_methods(["GET"])
@project_view(ADMIN, REVIEWER)
def gold(request: HttpRequest, access: Access) -> HttpResponse:
    page = Paginator(golds_of(access.project), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "standings": standings_of(access.project),
        "rules": rules_of(access.project),
        "may_change": access.has(ADMIN),
    }
    return render(request, "annotation/gold.html", context)


@require_http_methods(["GET", "POST"])
@project_view(ADMIN)
def gold_rules(request: HttpRequest, access: Access) -> HttpResponse:
    rules = rules_of(access.project)
    form = RulesForm(request.POST or None, initial=vars(rules))
    if form.is_valid():
        try:
            rules_update(actor=access.user, project=access.project, **form.cleaned_data)
        except ValidationError as error:
            form_errors_take(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("gold", access.project.slug)
    return render(request, "annotation/gold_rules.html", {"form": form})


@require_http_methods(["GET"])
@project_view(ADMIN)
def gold_choose(request: HttpRequest, access: Access) -> HttpResponse:
    """The tasks that were ranked, to make gold of one."""
    words = request.GET.get("words", "").strip()[:200]
    tasks = tasks_rankable(access.project, words)
    page = Paginator(tasks, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "annotation/gold_choose.html", {"page": page, "words": words})


@require_http_methods(["GET", "POST"])
@project_view(ADMIN)
def gold_new(request: HttpRequest, access: Access, task_id: int) -> HttpResponse:
    """The right ranking of a task's answers, which begins as its labelers' mean rank has it."""
    task = get_object_or_404(tasks_rankable(access.project), pk=task_id)
    assert task.prompt is not None  # only dialogues have none
    proposed = gold_proposed(task)
    form = GoldForm(access.project.rubric, proposed.ranks, request.POST or None)
    if form.is_valid():
        try:
            gold_create(
                actor=access.user,
                project=access.project,
                prompt=task.prompt,
                completions=[slot.completion for slot in proposed.slots],
                **form.said(),
            )
        except ValidationError as error:
            form_errors_take(form, error)
        else:
            messages.success(request, _("The gold is there. Labelers are given it in their turn."))
            return redirect("gold", access.project.slug)
    answers = [
        {
            "letter": letter,
            "text": slot.completion.text,
            "rank": form[f"rank-{index}"],
            "flags": form[f"flags-{index}"],
        }
        for index, (letter, slot) in enumerate(zip(LETTERS, proposed.slots, strict=False))
    ]
    context = {
        "form": form,
        "answers": answers,
        "people": proposed.people,
        "messages_shown": task.messages,
        "text_language": task.language,
    }
    return render(request, "annotation/gold_new.html", context)


@action_view(ADMIN, page="gold")
def gold_end(request: HttpRequest, access: Access) -> HttpResponse:
    """Retire the gold that the form names."""
    found = get_object_or_404(Gold, project=access.project, pk=number_read(request, "gold"))
    gold_retire(actor=access.user, gold=found)
    messages.success(request, _("It is given to nobody any more. The grades stay."))
    return redirect("gold", access.project.slug)


@action_view(ADMIN, page="gold")
def gold_resume(request: HttpRequest, access: Access) -> HttpResponse:
    """Let the paused member that the form names go on."""
    rows = Membership.objects.filter(project=access.project)
    member = get_object_or_404(rows, pk=number_read(request, "member"))
    try:
        member_resume(actor=access.user, membership=member)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("%(name)s goes on.") % {"name": member.user.username})
    return redirect("gold", access.project.slug)


def number_read(request: HttpRequest, name: str) -> int:
    """A row's key as a form sends it; 0, which no row has, for what is none."""
    said = request.POST.get(name, "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 19 else 0
