"""Rights that are lent: one record to somebody, or the work of somebody absent to a deputy."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.choices import ShareLevel
from core.models.users import Team
from core.querysets import AbsenceQuerySet, ShareQuerySet


class Share(models.Model):
    """One record, lent to a user or to a team and the teams below it, until a day or until it is stopped."""

    # A weak pointer: packages above share their records too.
    subject_type = models.CharField(_("kind of record"), max_length=60)
    subject_id = models.PositiveBigIntegerField(_("number"))
    subject_label = models.CharField(_("record"), max_length=200)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="received_shares",
    )
    team = models.ForeignKey(
        Team,
        verbose_name=_("team"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="received_shares",
    )
    level = models.CharField(_("allows"), max_length=6, choices=ShareLevel, default=ShareLevel.VIEW)
    until = models.DateField(_("until"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("shared by"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("shared"), default=timezone.now)

    objects = ShareQuerySet.as_manager()

    class Meta:
        verbose_name = _("share")
        verbose_name_plural = _("shares")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user__isnull=False, team__isnull=True)
                | models.Q(user__isnull=True, team__isnull=False),
                name="share_is_for_a_person_or_a_team",
            ),
            # The second click finds the first one's share.
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "user"],
                condition=models.Q(user__isnull=False),
                name="one_share_a_record_and_person",
            ),
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "team"],
                condition=models.Q(team__isnull=False),
                name="one_share_a_record_and_team",
            ),
        ]
        indexes = [
            # The one query of every request: what is lent to this person.
            models.Index(fields=["user", "until"], name="share_of_person"),
            models.Index(fields=["team", "until"], name="share_of_team"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_label} → {self.receiver}"

    @property
    def receiver(self) -> models.Model | None:
        """The person or the team."""
        return self.user or self.team

    @property
    def is_running(self) -> bool:
        """True until its last day is over."""
        return self.until is None or self.until >= timezone.localdate()


class Absence(models.Model):
    """Somebody is away, and a deputy looks after what the person owns."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who is away"),
        on_delete=models.CASCADE,
        related_name="absences",
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("deputy"),
        on_delete=models.PROTECT,
        related_name="deputyships",
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("arranged by"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("arranged"), default=timezone.now)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ["starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")), name="absence_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=~models.Q(deputy=models.F("user")), name="nobody_is_ones_own_deputy"
            ),
        ]
        indexes = [
            models.Index(fields=["deputy", "ends_on"], name="absence_of_deputy"),
            models.Index(fields=["user", "ends_on"], name="absence_of_user"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.starts_on} – {self.ends_on}"
