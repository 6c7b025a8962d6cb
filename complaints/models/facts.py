"""What is measured of each case: written by the nightly measuring, read by figures and lists."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from complaints.choices.cases import CaseKind, Grade, Intake
from complaints.choices.facts import Fact
from complaints.models.complaints import Complaint
from complaints.querysets.facts import FactQuerySet
from core.models import Team


class CaseFact(models.Model):
    """One fact of one case on one day, with the sides by which figures are looked at.

    `hit` is the good or counted half of a share (kept in time, reopened, called back …), empty where the fact
    is no share. `net` and `gross` are seconds: working time without pauses, and time by the clock. `amount`
    is money in the base currency. `team` is whose figure it is: the handling team; of a compensation the
    team that bears it; of a known customer that customer's team.
    """

    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="facts")
    what = models.CharField(_("what"), max_length=16, choices=Fact)
    # The line of the ledger, where a case has several facts of a kind.
    ref = models.PositiveBigIntegerField(default=0)
    on = models.DateField(_("day"))
    hit = models.BooleanField(null=True)
    net = models.PositiveBigIntegerField(null=True)
    gross = models.PositiveBigIntegerField(null=True)
    amount = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    kind = models.CharField(_("kind"), max_length=10, choices=CaseKind)
    grade = models.CharField(_("grade"), max_length=8, choices=Grade, blank=True)
    #: Code of the category at the top of the taxonomy.
    category = models.CharField(_("category"), max_length=40, blank=True)
    intake = models.CharField(_("received by"), max_length=10, choices=Intake)
    team = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL, related_name="+")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = FactQuerySet.as_manager()

    class Meta:
        verbose_name = _("fact of a case")
        verbose_name_plural = _("facts of cases")
        constraints = [
            models.UniqueConstraint(fields=["complaint", "what", "ref"], name="a_fact_counts_once"),
            models.CheckConstraint(
                condition=(Q(what=Fact.GIVEN) & Q(amount__isnull=False))
                | (~Q(what=Fact.GIVEN) & Q(amount__isnull=True)),
                name="only_compensation_has_an_amount",
            ),
        ]
        indexes = [
            # Figures of a month, and the list behind a number.
            models.Index(fields=["on", "what"], name="fact_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.what} {self.on:%Y-%m-%d}"


class FactMonth(models.Model):
    """A month whose facts have changed so many times: who keeps sums of them sees that they are old."""

    month = models.DateField(_("month"), unique=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("month of facts")
        verbose_name_plural = _("months of facts")
        ordering = ["month"]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.version}"
