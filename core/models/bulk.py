"""Actions on many rows: what was asked for, and what became of each row."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.choices import BulkOutcome, BulkState
from core.models.jobs import Job
from core.querysets import BulkRunQuerySet


class BulkRun(models.Model):
    """One action on the rows that a list held when it was asked for.

    Which rows is frozen in its slices; `query` tells what was filtered by, for the record.
    """

    list_key = models.CharField(_("list"), max_length=60)
    action = models.CharField(_("action"), max_length=60)
    values = models.JSONField(_("values"), default=dict)
    query = models.TextField(_("filters"), blank=True)
    expected = models.PositiveIntegerField(_("rows counted"), default=0)
    state = models.CharField(_("state"), max_length=8, choices=BulkState, default=BulkState.WAITING)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("asked for"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    # Outcome → rows, once the rows themselves are forgotten; until then the rows are counted.
    counts = models.JSONField(null=True, blank=True, editable=False)

    objects = BulkRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("action on many rows")
        verbose_name_plural = _("actions on many rows")
        indexes = [models.Index(fields=["created_by", "-created_at", "-id"], name="bulk_run_of_person")]

    def __str__(self) -> str:
        return f"{self.list_key} {self.action} {self.pk}"

    def get_absolute_url(self) -> str:
        """The page that tells how it went."""
        return reverse("core:bulk-detail", args=[self.pk])


class BulkSlice(models.Model):
    """Numbers of some rows that a run is to work on, in one transaction; kept until the run has ended.

    A killed run goes on with the first slice that is not done. Lists of numbers are a fraction of the size
    of a row each, and are read one at a time.
    """

    run = models.ForeignKey(BulkRun, on_delete=models.CASCADE, related_name="slices")
    number = models.PositiveIntegerField(_("number"))
    ids = models.JSONField(_("rows"))
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    class Meta:
        verbose_name = _("part of an action")
        verbose_name_plural = _("parts of actions")
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="bulk_slice_once")]
        # The next slice is found without reading those that are done.
        indexes = [
            models.Index(
                fields=["run", "number"], condition=models.Q(done_at__isnull=True), name="bulk_slice_to_do"
            )
        ]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.number}"


class BulkRow(models.Model):
    """What became of one row: written in the transaction of its change, so that it is changed once."""

    run = models.ForeignKey(BulkRun, on_delete=models.CASCADE, related_name="rows")
    object_id = models.BigIntegerField(_("row"))
    label = models.CharField(_("row"), max_length=200, blank=True)
    outcome = models.CharField(_("outcome"), max_length=8, choices=BulkOutcome)
    # What undoing needs: the values before, and those that the action left.
    old = models.JSONField(default=dict, blank=True)
    new = models.JSONField(default=dict, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("row of an action")
        verbose_name_plural = _("rows of actions")
        constraints = [models.UniqueConstraint(fields=["run", "object_id"], name="bulk_row_is_done_once")]
        indexes = [models.Index(fields=["run", "outcome", "object_id"], name="bulk_row_outcome")]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.object_id} {self.outcome}"
