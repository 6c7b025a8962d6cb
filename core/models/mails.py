"""E-mail of the product: what each person chose, and every mail as a row until it is sent."""

from __future__ import annotations

from datetime import time

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.notices import MailMode, MailState, label_of
from core.querysets import OutgoingMailQuerySet


class NotificationPreference(models.Model):
    """How one kind reaches one person, where it differs from the default of the kind."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notification_preferences"
    )
    kind = models.CharField(_("kind"), max_length=60)
    in_app = models.BooleanField(_("in the app"))
    mail = models.CharField(_("by e-mail"), max_length=8, choices=MailMode)

    class Meta:
        verbose_name = _("notification preference")
        verbose_name_plural = _("notification preferences")
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="one_preference_a_person_and_kind")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"


class NotificationTiming(models.Model):
    """When one person wants mail; without a row the defaults hold."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notification_timing"
    )
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_to = models.TimeField(_("quiet to"), null=True, blank=True)
    # Digits of the days on which a quiet window begins; Monday is 0.
    quiet_days = models.CharField(_("quiet days"), max_length=7, default="0123456", blank=True)
    digest_at = models.TimeField(_("daily summary at"), default=time(8, 0))
    digest_on_workdays = models.BooleanField(_("only Monday to Friday"), default=False)
    paused_until = models.DateField(_("no mail before"), null=True, blank=True)

    class Meta:
        verbose_name = _("notification timing")
        verbose_name_plural = _("notification timings")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quiet_from__isnull=True, quiet_to__isnull=True)
                | (
                    models.Q(quiet_from__isnull=False, quiet_to__isnull=False)
                    & ~models.Q(quiet_from=models.F("quiet_to"))
                ),
                name="quiet_hours_have_two_ends",
            )
        ]

    def __str__(self) -> str:
        return str(self.user_id)


class OutgoingMail(models.Model):
    """One e-mail: written in the transaction of what it tells, sent when `due_at` has come.

    The key makes it unique: one for each notification that is mailed at once, one for each person and
    due time of a summary. Its message id is made with it, so that a repeated mail is known as the same.
    """

    key = models.CharField(max_length=255, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("for"), on_delete=models.CASCADE, related_name="mails"
    )
    # Empty for the user's own address; else one that is the user's no more.
    address = models.EmailField(_("address"), max_length=254, blank=True)
    # Empty for a summary, which holds several kinds.
    kind = models.CharField(_("kind"), max_length=60, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=MailState, default=MailState.WAITING)
    due_at = models.DateTimeField(_("due"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    lease_token = models.CharField(max_length=36, blank=True, editable=False)
    claimed_at = models.DateTimeField(_("last tried"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    error = models.CharField(_("reason"), max_length=500, blank=True)
    message_id = models.CharField(max_length=255, editable=False)
    created_at = models.DateTimeField(_("made"), default=timezone.now)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("e-mail")
        verbose_name_plural = _("e-mails")
        indexes = [
            # The sender asks at every tick for what is due.
            models.Index(
                fields=["due_at", "id"],
                name="mail_open",
                condition=models.Q(state__in=[MailState.WAITING, MailState.SENDING]),
            ),
            # The throttle counts what was tried in the last minute.
            models.Index(fields=["claimed_at"], name="mail_by_attempt"),
            models.Index(fields=["state", "-created_at", "-id"], name="mail_by_state"),
        ]

    def __str__(self) -> str:
        return label_of(self.kind) if self.kind else str(_("Daily summary"))

    @property
    def reason(self) -> str:
        """Why it was not sent, in the language of the reader; what a server said stays as it said it."""
        return gettext(self.error) if self.error else ""
