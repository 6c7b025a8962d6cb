"""Improvements: what is done so that it does not happen again, and whether it did any good."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from complaints.choices.learning import ImprovementState
from complaints.models.causes import Cause
from complaints.models.crises import Crisis
from complaints.models.taxonomy import Category
from complaints.querysets.learning import ImprovementQuerySet
from customers.models.base import Recorded


class Improvement(Recorded):
    """One improvement. `done_on` is the day from which it holds: rates before and after are compared there.

    `effect` keeps what was measured: counts, customers, days, the rate ratio with its interval.
    """

    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("what is to change"), blank=True)
    cause = models.ForeignKey(
        Cause,
        verbose_name=_("cause it removes"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="improvements",
        help_text=_("Complaints that have this cause measure the effect."),
    )
    cause_note = models.CharField(_("note on the cause"), max_length=300, blank=True)
    category = models.ForeignKey(
        Category,
        verbose_name=_("category"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_(
            "Its complaints measure the effect where no cause is named. Without either nothing is measured."
        ),
    )
    crisis = models.ForeignKey(
        Crisis,
        verbose_name=_("from the crisis"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="improvements",
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        on_delete=models.PROTECT,
        related_name="improvements",
    )
    due_on = models.DateField(_("due"))
    state = models.CharField(
        _("state"), max_length=8, choices=ImprovementState, default=ImprovementState.PLAN
    )
    done_on = models.DateField(_("in force since"), null=True, blank=True, editable=False)
    effect = models.JSONField(default=dict, blank=True, editable=False)
    measured_at = models.DateTimeField(_("measured"), null=True, blank=True, editable=False)
    lesson = models.TextField(_("what we keep or do otherwise"), blank=True, editable=False)

    objects = ImprovementQuerySet.as_manager()

    class Meta:
        verbose_name = _("improvement")
        verbose_name_plural = _("improvements")
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="improvement_has_a_title"),
            models.CheckConstraint(
                condition=~Q(state__in=[ImprovementState.CHECK, ImprovementState.ACT])
                | Q(done_on__isnull=False),
                name="checked_improvement_is_in_force",
            ),
        ]
        indexes = [models.Index(fields=["due_on", "id"], name="improvement_by_due")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The page of the improvement."""
        return reverse("complaints:improvement-detail", args=[self.pk])
