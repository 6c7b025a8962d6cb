"""Who did what, written by the domain functions in the transaction of the change."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.choices import AuditAction
from core.querysets import AuditQuerySet


class AuditEntry(models.Model):
    """One line: actor, action, record, and each changed field from what to what."""

    at = models.DateTimeField(_("when"), default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    action = models.CharField(_("what"), max_length=20, choices=AuditAction)
    # Label and number instead of a foreign key: the line outlives the record.
    subject_type = models.CharField(_("kind of record"), max_length=100, blank=True)
    subject_id = models.BigIntegerField(_("record number"), null=True, blank=True)
    subject_label = models.CharField(_("record"), max_length=200, blank=True)
    changes = models.JSONField(_("changes"), default=dict, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit line")
        verbose_name_plural = _("audit lines")
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "-at", "-id"], name="audit_of_record"),
            models.Index(fields=["-at", "-id"], name="audit_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.subject_label}"
