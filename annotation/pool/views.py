"""Pages about a project's prompts as a whole: what was found in them, their mix, their rules."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from annotation.people.access import Access, action_view, project_view
from annotation.people.models import MembershipRole
from annotation.people.project_views import form_errors_take
from annotation.pool.findings import PER_PAGE, findings_count, findings_of, findings_show
from annotation.pool.forms import RulesForm
from annotation.pool.mix import mix_of
from annotation.pool.models import PromptFinding, PromptJob
from annotation.pool.reviews import findings_decide
from annotation.pool.rules import rules_of, rules_update
from annotation.pool.scans import scan_request
from annotation.prompts.models import Prompt

Role = MembershipRole.Role
REVIEWERS = (Role.ADMIN, Role.REVIEWER)


def chosen(said: Any, name: str, known: list[str], default: str = "") -> str:
    return said[name] if said.get(name) in known else default


def scan_last(access: Access) -> PromptJob | None:
    return access.project.prompt_jobs.filter(kind=PromptJob.Kind.SCAN).order_by("pk").last()


@project_view(*REVIEWERS)
def findings(request: HttpRequest, access: Access) -> HttpResponse:
    """What was found and not yet decided; the address says which kind, and behind which one."""
    kind = chosen(request.GET, "kind", PromptFinding.Kind.values)
    state = chosen(request.GET, "state", PromptFinding.State.values, PromptFinding.State.OPEN)
    after = request.GET.get("after", "")
    rows = findings_of(access.project, kind=kind, state=state)
    shown = findings_show(rows, int(after) if after.isdecimal() and len(after) < 19 else 0)
    counts = findings_count(access.project, state)
    context = {
        "items": shown[:PER_PAGE],
        "next": shown[PER_PAGE - 1].finding.pk if len(shown) > PER_PAGE else None,
        "kind": kind,
        "state": state,
        "is_open": state == PromptFinding.State.OPEN,
        "kinds": [
            (each.value, each.label, counts[each.value])
            for each in PromptFinding.Kind
            if each.value in counts
        ],
        "all": sum(counts.values()),
        "states": PromptFinding.State.choices,
        "scan": scan_last(access),
        "redactable": any(each.finding.kind == PromptFinding.Kind.PII for each in shown),
    }
    return render(request, "annotation/pool_findings.html", context)


@action_view(*REVIEWERS, page="prompt-findings")
def findings_review(request: HttpRequest, access: Access) -> HttpResponse:
    """Decide those that are ticked, or the one whose own button was pressed."""
    decision, _colon, one = request.POST.get("decision", "").partition(":")
    ids = [one] if one else request.POST.getlist("finding")
    try:
        count = findings_decide(
            actor=access.user,
            project=access.project,
            ids=[int(each) for each in ids if each.isdecimal() and len(each) < 19],
            decision=decision,
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        words = ngettext("%(count)s finding is settled.", "%(count)s findings are settled.", count)
        messages.success(request, words % {"count": count})
    kept = {name: request.POST[name] for name in ("kind", "state") if request.POST.get(name)}
    page = reverse("prompt-findings", args=[access.project.slug])
    return redirect(f"{page}?{urlencode(kept)}" if kept else page)


@project_view(*REVIEWERS)
def scan_state(request: HttpRequest, access: Access) -> HttpResponse:
    """How the latest scan stands, as a part of the page, which polls it."""
    context = {"scan": scan_last(access)}
    return render(request, "annotation/pool_scan.html", context)


@action_view(*REVIEWERS, page="prompt-findings")
def scan_start(request: HttpRequest, access: Access) -> HttpResponse:
    again = request.POST.get("again") == "yes"
    scan_request(actor=access.user, project=access.project, again=again)
    return redirect("prompt-findings", access.project.slug)


@project_view(Role.ADMIN, Role.RESEARCHER)
def mix(request: HttpRequest, access: Access) -> HttpResponse:
    """Use cases against the mix that is wanted, by source and split."""
    found = mix_of(access.project)
    most = max([20.0, *(max(row.share, row.wanted) for row in found.rows)])
    context = {
        "mix": found,
        "most": most,
        "sources": [choice for choice in Prompt.Source.choices if found.sources[choice[0]]],
        "splits": Prompt.Split.choices,
        "is_admin": access.has(Role.ADMIN),
        "unreviewed": found.states[Prompt.State.UNREVIEWED],
        "withdrawn": found.states[Prompt.State.WITHDRAWN],
    }
    return render(request, "annotation/pool_mix.html", context)


@project_view(Role.ADMIN)
def rules(request: HttpRequest, access: Access) -> HttpResponse:
    """What counts as a finding, the cap and the mix. Other rules read every prompt again."""
    held = rules_of(access.project)
    form = RulesForm(held, request.POST or None)
    if form.is_valid():
        former = held.fingerprint, held.contributor_cap
        try:
            held = rules_update(actor=access.user, project=access.project, **form.changes())
        except ValidationError as error:
            form_errors_take(form, error)
        else:
            if (held.fingerprint, held.contributor_cap) != former:
                scan_request(actor=access.user, project=access.project, again=True)
                messages.success(request, _("Saved. The prompts are scanned by the new rules."))
            else:
                messages.success(request, _("Saved."))
            return redirect("prompt-rules", access.project.slug)
    return render(request, "annotation/pool_rules.html", {"form": form})
