"""Sums of the facts of cases by day and month: the only thing that figures of complaints are made of."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from analytics.choices import Grain, Side
from analytics.querysets import TallyQuerySet
from complaints.choices.cases import CaseKind
from core.models import Team


class CaseTally(models.Model):
    """The sums of one day or month, of one kind of cases, for one scope and one side of it.

    `scope` is "all", "team:3" (that team and those below) or "user:7"; `team` and `owner` say the same as
    keys. `side` and `key` tell grades, categories, channels and cost-bearing teams apart; empty: all of
    them. `sums` holds every figure's counts (see `analytics.complaint_kpis.sums`), so that a page reads few
    rows; days add up to any period.
    """

    grain = models.CharField(_("length"), max_length=5, choices=Grain)
    on = models.DateField(_("first day"))
    kind = models.CharField(_("kind"), max_length=10, choices=CaseKind)
    scope = models.CharField(_("scope"), max_length=30, default="all")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    side = models.CharField(_("side"), max_length=9, choices=Side, blank=True)
    key = models.CharField(_("part"), max_length=40, blank=True)
    sums = models.JSONField(_("sums"), default=dict)

    objects = TallyQuerySet.as_manager()

    class Meta:
        verbose_name = _("sums of cases")
        verbose_name_plural = _("sums of cases")
        constraints = [
            # Its index also serves the page: one scope, one length, a range of days.
            models.UniqueConstraint(
                fields=["scope", "grain", "on", "kind", "side", "key"], name="case_tally_is_one_row"
            ),
        ]
        indexes = [
            # Rewriting a month.
            models.Index(fields=["grain", "on"], name="case_tally_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.grain} {self.on:%Y-%m-%d} {self.kind} {self.scope} {self.side}:{self.key}"


class TallyMonth(models.Model):
    """Up to which version of its facts a month was summed."""

    month = models.DateField(unique=True)
    version = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("summed month")
        verbose_name_plural = _("summed months")

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.version}"


class TallyState(models.Model):
    """The last computation: one row. `teams` is the tree of teams that the sums follow."""

    computed_at = models.DateTimeField(_("computed"), null=True)
    as_of = models.DateField(_("as of"), null=True)
    teams = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("computation of the figures of cases")
        verbose_name_plural = _("computations of the figures of cases")

    def __str__(self) -> str:
        return f"{self.as_of}"

    @classmethod
    def load(cls) -> TallyState:
        """Return the row."""
        found: TallyState = cls.objects.get_or_create(pk=1)[0]
        return found
