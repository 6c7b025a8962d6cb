"""What the API keeps: answers that are repeated, and the sequence of changes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class IdempotentRequest(models.Model):
    """A POST with an `Idempotency-Key`, and its answer: written in the transaction of the work."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(_("key"), max_length=200)
    digest = models.CharField(_("digest of the request"), max_length=64)
    status = models.PositiveSmallIntegerField(_("status"), default=0)
    headers = models.JSONField(_("headers"), default=dict)
    body = models.JSONField(_("answer"), null=True)
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("repeatable request")
        verbose_name_plural = _("repeatable requests")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_is_used_once")]
        indexes = [models.Index(fields=["at"], name="idempotent_by_age")]

    def __str__(self) -> str:
        return self.key


class RecordChange(models.Model):
    """That a record changed, and where in the sequence of all changes: one row a record.

    A change leaves `seq` empty; the number is given after the commit (`core.domain.sequence`), so that a
    reader who has seen a number never misses a smaller one.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(_("kind of record"), max_length=60)
    object_id = models.BigIntegerField(_("record number"))
    seq = models.BigIntegerField(_("place"), null=True)
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("change of a record")
        verbose_name_plural = _("changes of records")
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_id"], name="one_change_row_a_record"),
        ]
        indexes = [
            models.Index(fields=["kind", "seq"], name="record_change_by_place"),
            models.Index(
                fields=["id"], name="record_change_unnumbered", condition=models.Q(seq__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seq}: {self.kind} {self.object_id}"
