"""What is computed at night or in the morning and only read by pages."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.querysets.learning import StoredQuerySet


class DailyReport(models.Model):
    """The three largest complaint problems of one day, as they stood when it was made."""

    day = models.DateField(_("day"), unique=True)
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    total = models.PositiveIntegerField(_("complaints"), default=0)
    content = models.JSONField(default=dict)

    objects = StoredQuerySet.as_manager()

    class Meta:
        verbose_name = _("daily TOP 3")
        verbose_name_plural = _("daily TOP 3")
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"TOP 3 {self.day:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        """The page of the report."""
        return reverse("complaints:report-detail", args=[self.pk])
