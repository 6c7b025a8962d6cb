"""Who is likely to complain next: one run a day, its rows by customer. A hint for people, never a fact."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.choices.foresight import Method
from complaints.querysets.foresight import ForecastQuerySet, LikelyQuerySet
from customers.models import Customer, Task


class Forecast(models.Model):
    """One run: how the scores of a day were made, and how good that was on customers it had not seen.

    `weights` holds the model (or the points), `figures` what was measured on the window held back, or why
    there is nothing to measure: see `docs/portraits.md`.
    """

    day = models.DateField(_("day"), unique=True)
    method = models.CharField(_("made by"), max_length=8, choices=Method)
    edition = models.PositiveSmallIntegerField(_("edition of the signs"), default=1)
    horizon_days = models.PositiveSmallIntegerField(_("days ahead"), default=90)
    customers = models.PositiveIntegerField(_("active customers"), default=0)
    listed = models.PositiveIntegerField(_("listed"), default=0)
    weights = models.JSONField(default=dict, blank=True)
    figures = models.JSONField(default=dict, blank=True)
    made_at = models.DateTimeField(_("made"), default=timezone.now)

    objects = ForecastQuerySet.as_manager()

    class Meta:
        verbose_name = _("forecast of complaints")
        verbose_name_plural = _("forecasts of complaints")
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"

    @property
    def is_fitted(self) -> bool:
        """True where scores are probabilities, False where they are points."""
        return bool(self.method == Method.FITTED)


class LikelyComplainer(models.Model):
    """A customer whom a run lists: score, place, and what speaks for it.

    `score` is a probability of a complaint within the horizon (fitted model) or a sum of points. `reasons`
    is a list of {"sign", "value", "weight"}, the weightiest first; `signs` names them as "|open|recent|",
    so that a list can be filtered by one on every database.
    """

    forecast = models.ForeignKey(Forecast, on_delete=models.CASCADE, related_name="rows")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="likely_complaints")
    place = models.PositiveIntegerField(_("place"), validators=[MinValueValidator(1)])
    score = models.FloatField(_("score"), validators=[MinValueValidator(0), MaxValueValidator(100)])
    reasons = models.JSONField(_("reasons"), default=list)
    signs = models.CharField(max_length=200, blank=True, editable=False)
    task = models.ForeignKey(
        Task, verbose_name=_("task"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = LikelyQuerySet.as_manager()

    class Meta:
        verbose_name = _("likely next complainer")
        verbose_name_plural = _("likely next complainers")
        constraints = [
            models.UniqueConstraint(fields=["forecast", "customer"], name="a_run_lists_a_customer_once"),
            models.UniqueConstraint(fields=["forecast", "place"], name="a_place_is_taken_once"),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=100), name="likely_score_is_sane"),
        ]
        indexes = [models.Index(fields=["place", "id"], name="likely_by_place")]

    def __str__(self) -> str:
        return f"{self.place} {self.customer_id}"

    @property
    def points(self) -> int:
        """The score as a sum of points."""
        return round(self.score)

    @property
    def said(self) -> list[Any]:
        """The reasons in words."""
        from complaints.reason_words import reason_words

        return [reason_words(one) for one in self.reasons]
