"""Invitations into a project: to one address by e-mail, or by a link for several people."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from annotation.people.models import Membership, Project, User


class Invitation(models.Model):
    """What whoever holds the secret of a link becomes. Only the secret's hash is stored.

    An invitation by e-mail gets its secret when the e-mail is written, a new one each time.
    """

    class Standing(models.TextChoices):
        """What the row amounts to now; it is not stored, since time changes it."""

        OPEN = "open", _("Open")
        USED = "used", _("Used up")
        EXPIRED = "expired", _("Expired")
        REVOKED = "revoked", _("Revoked")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(blank=True, help_text="Blank: a link for whoever has it.")
    note = models.CharField(max_length=120, blank=True, help_text="Whom a link is for.")
    roles = models.JSONField(help_text="Of MembershipRole.Role, one at least.")
    state = models.CharField(
        max_length=12, choices=Membership.State, default=Membership.State.ACTIVE
    )
    heldout = models.BooleanField(default=False)
    languages = models.JSONField(default=list, blank=True)
    skills = models.JSONField(default=list, blank=True)
    token_hash = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001
    days = models.PositiveSmallIntegerField()
    expires_at = models.DateTimeField()
    most_uses = models.PositiveIntegerField(default=1)
    uses = models.PositiveIntegerField(default=0)
    revoked_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "people_invitation"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="invitation_used_at_most",
                condition=models.Q(uses__lte=models.F("most_uses"), most_uses__gte=1),
            ),
            models.CheckConstraint(
                name="invitation_to_an_address_once",
                condition=models.Q(email="") | models.Q(most_uses=1),
            ),
            models.CheckConstraint(
                name="invitation_of_a_link_has_its_hash",
                condition=~models.Q(email="") | models.Q(token_hash__isnull=False),
            ),
            models.CheckConstraint(
                name="invitation_state_begins",
                condition=models.Q(state__in=["onboarding", "active"]),
            ),
        ]

    def __str__(self) -> str:
        return self.email or self.note or f"link {self.pk}"

    @property
    def standing(self) -> "Invitation.Standing":
        if self.revoked_at:
            return self.Standing.REVOKED
        if self.uses >= self.most_uses:
            return self.Standing.USED
        if self.expires_at <= timezone.now():
            return self.Standing.EXPIRED
        return self.Standing.OPEN


class InvitationUse(models.Model):
    """Who came by which invitation."""

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="used_by")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "people_invitation_use"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["invitation", "user"], name="invitation_use_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} by {self.invitation}"
