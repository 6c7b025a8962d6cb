"""What hangs on a case: the lines of its log, who handled it, and the cases that belong to it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.choices.cases import AssignReason, EntryKind, Intake, LinkKind
from complaints.models.complaints import Complaint
from complaints.querysets.cases import BelowComplaint, EntryQuerySet, LinkQuerySet
from core.models import Team


class Entry(models.Model):
    """One line of the log of a case: what was said, written or done. Lines are never changed."""

    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="entries")
    kind = models.CharField(_("kind"), max_length=10, choices=EntryKind)
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    # Who wrote or spoke, where it is nobody of ours.
    author = models.CharField(_("from"), max_length=200, blank=True)
    channel = models.CharField(_("channel"), max_length=10, choices=Intake, blank=True)
    body = models.TextField(_("text"), blank=True)
    # What a system line tells: {"code": …, "params": {…}}, put into words when it is shown.
    data = models.JSONField(default=dict, blank=True)
    # Of a mail: its own identity, by which the same mail is kept once and answers find their case.
    message_id = models.CharField(max_length=255, null=True, blank=True, editable=False)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of a case")
        verbose_name_plural = _("lines of cases")
        constraints = [models.UniqueConstraint(fields=["message_id"], name="a_message_is_kept_once")]
        indexes = [models.Index(fields=["complaint", "at", "id"], name="entry_of_complaint")]

    def __str__(self) -> str:
        return self.body[:80] or str(self.data.get("code", ""))


class Assignment(models.Model):
    """Who handled a case from when on, and why: the history of its handler."""

    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="assignments")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("handler"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    reason = models.CharField(_("reason"), max_length=10, choices=AssignReason)
    # Who else was weighed, and how each stood: the answer to "why them?".
    evidence = models.JSONField(default=dict, blank=True)

    objects = BelowComplaint.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["owner", "at"], name="assignment_of_owner")]

    def __str__(self) -> str:
        return f"{self.complaint_id} → {self.owner or '—'}"


class CaseLink(models.Model):
    """Two cases that belong together; each pair is linked once a kind."""

    source = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="links")
    target = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="linked_from")
    kind = models.CharField(_("kind"), max_length=10, choices=LinkKind, default=LinkKind.RELATED)
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = LinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link of cases")
        verbose_name_plural = _("links of cases")
        constraints = [
            models.UniqueConstraint(fields=["source", "target", "kind"], name="cases_are_linked_once"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="case_is_not_linked_to_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.kind} {self.target_id}"
