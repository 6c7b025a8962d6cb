"""How complaints are graded: rules as rows, and the grade where none of them applies."""

from __future__ import annotations

from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from complaints.choices.cases import Grade
from complaints.models.names import Named, has_a_name
from complaints.querysets.cases import SettingQuerySet
from customers.models.base import Recorded


class GradingRule(Named, Recorded):
    """One readable rule: when all its conditions hold, a complaint is at least of this grade.

    `conditions` is JSON in the one schema of `complaints.conditions`. `code` says which rule it is in the
    evidence of complaints, and is never given to another. `position` orders lists and reasons; it does
    not change grades.
    """

    code = models.CharField(
        _("code"),
        max_length=40,
        unique=True,
        editable=False,
        validators=[RegexValidator(r"^[a-z0-9_.-]+$", _("Small letters, digits, dots and dashes."))],
    )
    grade = models.CharField(_("grade"), max_length=8, choices=Grade)
    conditions = models.JSONField(_("conditions"), default=list)
    position = models.PositiveIntegerField(_("place"), default=0, editable=False)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = SettingQuerySet.as_manager()

    class Meta:
        verbose_name = _("grading rule")
        verbose_name_plural = _("grading rules")
        ordering = ["position", "id"]
        constraints = [
            has_a_name("grading_rule"),
            models.CheckConstraint(condition=Q(grade__in=Grade.values), name="grading_rule_gives_a_grade"),
        ]

    @property
    def names(self) -> dict[str, Any]:
        """Language → name, as the evidence keeps it."""
        return {"en": self.name_en, "zh-hans": self.name_zh_hans, "zh-hant": self.name_zh_hant}


class GradingSetting(Recorded):
    """What holds where no rule applies; one row."""

    default_grade = models.CharField(
        _("grade where no rule applies"), max_length=8, choices=Grade, default=Grade.MINOR
    )

    objects = SettingQuerySet.as_manager()

    class Meta:
        verbose_name = _("setting of grading")
        verbose_name_plural = _("settings of grading")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="one_setting_of_grading"),
            models.CheckConstraint(
                condition=Q(default_grade__in=Grade.values), name="default_grade_is_a_grade"
            ),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def load(cls) -> GradingSetting:
        """Return the row."""
        found: GradingSetting = cls.objects.get_or_create(pk=1)[0]
        return found
