"""A person decides about a candidate, by the sheet; the candidate is told by e-mail."""

from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from annotation.onboarding.attempts import (
    Standing,
    membership_lock,
    next_of,
    standings_of,
    step_passed,
)
from annotation.onboarding.models import Candidate, OnboardingAttempt, ScreeningDecision
from annotation.people.languages import language_known
from annotation.people.mail_models import Mail
from annotation.people.mails import mail_queue, writer_register
from annotation.people.models import Membership, User
from annotation.people.projects import audit
from annotation.texts import text_validate

Outcome = ScreeningDecision.Outcome
MOST_WORDS = 5_000
TAKES = (Outcome.ACCEPTED, Outcome.HELDOUT)


def candidate_decide(
    *,
    actor: User,
    candidate: Candidate,
    outcome: str,
    note: str = "",
    message: str = "",
    origin: str = "",
    language: str = "en",
) -> ScreeningDecision:
    """Decide: accept, accept as held out, reject, or let them try again: by the step's rules while
    those leave a try, and beyond them, at once, where they leave none.

    `note` is for the team, `message` for the candidate; both are kept. An e-mail goes out where the
    account has an address and the site's `origin` is known. Raises ValidationError.
    """
    if outcome not in Outcome.values:
        raise ValidationError({"outcome": _("Choose what you decide.")})
    for name, text, what in (("note", note, _("The note")), ("message", message, _("The message"))):
        try:
            text_validate(text, what=what, limit=MOST_WORDS, blank=True)
        except ValidationError as error:
            raise ValidationError({name: error.messages}) from error
    with transaction.atomic():
        membership = membership_lock(candidate.membership)
        candidate = Candidate.objects.select_for_update(of=("self",)).get(pk=candidate.pk)
        at = standing_decidable(candidate, membership, outcome)
        decision = ScreeningDecision.objects.create(
            candidate=candidate,
            step=at.step if at else None,
            outcome=outcome,
            grants=outcome == Outcome.AGAIN and at is not None and rules_leave_none(at),
            note=note,
            message=message,
            decided_by=actor,
            mail=decision_mail(membership.user, origin, language),
        )
        audit(
            project=candidate.project,
            actor=actor,
            verb="candidate_decide",
            target=str(candidate),
            outcome=outcome,
        )
        decision_follow(decision, membership, at)
    return decision


def choices_of(candidate: Candidate) -> list[str]:
    """The outcomes that can be decided on now."""
    found = []
    for outcome in Outcome.values:
        try:
            standing_decidable(candidate, candidate.membership, outcome)
        except ValidationError:
            continue
        found.append(outcome)
    return found


def standing_decidable(
    candidate: Candidate, membership: Membership, outcome: str
) -> Standing | None:
    """The step that the decision is about. Raises ValidationError where it cannot be decided."""
    standings = standings_of(membership)
    at = next_of(standings)
    if outcome == Outcome.AGAIN and candidate.state == Candidate.State.REJECTED:
        at = next((each for each in standings if each.failed and not each.passed), at)
        if at is None:
            raise ValidationError(_("There is no step to try again."))
        return at
    if candidate.state != Candidate.State.UNDERWAY:
        raise ValidationError(_("This candidate is decided on already."))
    if outcome in TAKES and not (at and at.waits):
        raise ValidationError(_("The screening is not handed in yet."))
    if outcome == Outcome.AGAIN and not (at and (at.waits or at.spent)):
        raise ValidationError(_("They have a try left, or have not failed one."))
    return at


def rules_leave_none(at: Standing) -> bool:
    """Whether the step's rules leave no try after the one that waits, which will have failed."""
    return at.left is not None and at.left - at.waits <= 0


def decision_follow(
    decision: ScreeningDecision, membership: Membership, at: Standing | None
) -> None:
    """Write what a decision means to the candidate, the try and the membership."""
    outcome, candidate = decision.outcome, decision.candidate
    states = {
        Outcome.ACCEPTED: Candidate.State.ACCEPTED,
        Outcome.HELDOUT: Candidate.State.HELDOUT,
        Outcome.REJECTED: Candidate.State.REJECTED,
        Outcome.AGAIN: Candidate.State.UNDERWAY,
    }
    candidate.state = states[Outcome(outcome)]
    candidate.save(update_fields=["state"])
    membership.heldout = membership.heldout or outcome == Outcome.HELDOUT
    if outcome == Outcome.REJECTED:
        membership.state = Membership.State.SUSPENDED
    elif outcome == Outcome.AGAIN:
        membership.state = Membership.State.ONBOARDING
    membership.save(update_fields=["state", "heldout"])
    if at is None or not at.waits or at.last is None:
        return
    attempt = at.last
    passed = outcome in TAKES
    state = OnboardingAttempt.State
    attempt.state = state.PASSED if passed else state.FAILED
    attempt.ended_at = decision.decided_at
    attempt.save(update_fields=["state", "ended_at"])
    if passed:
        step_passed(attempt)


def decision_mail(user: User, origin: str, language: str) -> Mail | None:
    if not user.email or not origin:
        return None
    return mail_queue(kind=Mail.Kind.DECISION, address=user.email, origin=origin, language=language)


def decision_write(mail: Mail) -> Iterator[EmailMessage]:
    """The e-mail, in the candidate's language."""
    rows = ScreeningDecision.objects.select_related(
        "candidate__membership__user", "candidate__project"
    )
    decision = rows.filter(mail=mail).first()
    if decision is None:
        return
    project, user = decision.candidate.project, decision.candidate.membership.user
    own = user.language if language_known(user.language) else mail.language
    with translation.override(own):
        context = {
            "user": user,
            "project": project,
            "decision": decision,
            "link": f"{mail.origin}{reverse('onboarding', args=[project.slug])}",
        }
        subject = _("Your onboarding in %(project)s") % {"project": project.name}
        yield EmailMessage(
            subject=" ".join(subject.split()),
            body=render_to_string("annotation/mail/decision.txt", context),
            to=[mail.address],
        )


writer_register(Mail.Kind.DECISION, decision_write)
