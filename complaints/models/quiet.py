"""Hours in which the house leaves people alone, by how grave a complaint is."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from complaints.choices.cases import Grade
from complaints.querysets.cases import SettingQuerySet
from customers.models.base import Recorded


class QuietHours(Recorded):
    """When messages of levels wait, for complaints of one grade; without a beginning never.

    A window begins on the days named by their digits (Monday is 0) and may pass midnight. Service requests
    count as minor.
    """

    grade = models.CharField(_("grade"), max_length=8, choices=Grade, unique=True, editable=False)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_to = models.TimeField(_("quiet until"), null=True, blank=True)
    quiet_days = models.CharField(_("quiet hours begin on"), max_length=7, default="0123456")

    objects = SettingQuerySet.as_manager()

    class Meta:
        verbose_name = _("quiet hours of levels")
        verbose_name_plural = _("quiet hours of levels")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_to__isnull=True)
                | (
                    Q(quiet_from__isnull=False, quiet_to__isnull=False)
                    & ~Q(quiet_from=F("quiet_to"))
                    & ~Q(quiet_days="")
                ),
                name="quiet_hours_of_levels_are_whole",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_grade_display())
