"""Who did what, written by the domain functions in the transaction of the change."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.choices import AuditAction, Via
from core.querysets import AuditQuerySet, AuditSealQuerySet


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
    via = models.CharField(_("acting via"), max_length=10, choices=Via, blank=True)
    address = models.CharField(_("address"), max_length=45, blank=True)
    credential = models.CharField(_("session or token"), max_length=30, blank=True)
    request_id = models.CharField(_("request"), max_length=40, blank=True)
    # The job or import that did it, by kind and number: both are forgotten before the line is.
    origin_type = models.CharField(_("part of"), max_length=100, blank=True)
    origin_id = models.BigIntegerField(_("part of, number"), null=True, blank=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit line")
        verbose_name_plural = _("audit lines")
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "-at", "-id"], name="audit_of_record"),
            models.Index(fields=["-at", "-id"], name="audit_newest"),
            # One for each filter of the audit page, each closed by its order.
            models.Index(fields=["actor", "-at", "-id"], name="audit_of_actor"),
            models.Index(fields=["action", "-at", "-id"], name="audit_of_action"),
            models.Index(fields=["subject_type", "-at", "-id"], name="audit_of_kind"),
            models.Index(fields=["via", "-at", "-id"], name="audit_of_via"),
            models.Index(
                fields=["address", "-at", "-id"], name="audit_of_address", condition=~models.Q(address="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.subject_label}"


class AuditSeal(models.Model):
    """A block of audit lines with the digest over them and the seal before: a chain from the first line on.

    Lines stay as they are; the seals stand beside them.
    """

    first_id = models.BigIntegerField(_("first line"), unique=True)
    last_id = models.BigIntegerField(_("last line"), unique=True)
    count = models.PositiveIntegerField(_("lines"))
    digest = models.CharField(_("digest"), max_length=64)
    # Unique: of two sealers that continue the same chain, one does.
    previous = models.CharField(_("digest before"), max_length=64, blank=True, unique=True)
    sealed_at = models.DateTimeField(_("sealed"), default=timezone.now)

    objects = AuditSealQuerySet.as_manager()

    class Meta:
        verbose_name = _("seal of audit lines")
        verbose_name_plural = _("seals of audit lines")
        ordering = ["first_id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_id__gte=models.F("first_id")), name="seal_covers_lines"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id}–{self.last_id}"
