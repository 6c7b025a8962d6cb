"""What the customer gets for the trouble, what each grade allows, and the ledger of every step."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.choices.cases import Grade
from complaints.choices.solving import Measure, RedressKind, RedressState
from complaints.models.complaints import Complaint
from complaints.querysets.cases import SettingQuerySet
from complaints.querysets.solving import CompensationQuerySet, LedgerQuerySet
from core.choices import Currency
from core.models import Team
from customers.models.base import Recorded

MOST_AMOUNT = Decimal(10_000_000)


class CompensationCeiling(Recorded):
    """What may be given for complaints of one grade, in the base currency, all compensations together."""

    grade = models.CharField(_("grade"), max_length=8, choices=Grade, unique=True, editable=False)
    free = models.DecimalField(
        _("without approval"), max_digits=14, decimal_places=2, validators=[MinValueValidator(Decimal(0))]
    )
    most = models.DecimalField(
        _("at most"), max_digits=14, decimal_places=2, validators=[MinValueValidator(Decimal(0))]
    )

    objects = SettingQuerySet.as_manager()

    class Meta:
        verbose_name = _("ceiling of compensation")
        verbose_name_plural = _("ceilings of compensation")
        constraints = [
            models.CheckConstraint(
                condition=Q(free__gte=0) & Q(most__gte=F("free")), name="ceiling_holds_what_is_free"
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_grade_display())


class Compensation(Recorded):
    """One thing that the customer gets. `value` is its worth in the base currency, at the rate of its day.

    `state` repeats the last line of the ledger, so that of two people at once only one moves it on.
    """

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="compensations")
    measure = models.CharField(_("what"), max_length=16, choices=Measure)
    kind = models.CharField(_("kind"), max_length=10, choices=RedressKind, editable=False)
    amount = models.DecimalField(
        _("cash value"),
        max_digits=14,
        decimal_places=2,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(MOST_AMOUNT)],
        help_text=_("Also of what is not paid in cash: what it costs us."),
    )
    currency = models.CharField(_("currency"), max_length=3, choices=Currency)
    value = models.DecimalField(_("in the base currency"), max_digits=16, decimal_places=2, editable=False)
    rate = models.DecimalField(_("rate"), max_digits=18, decimal_places=8, editable=False)
    cost_team = models.ForeignKey(
        Team,
        verbose_name=_("cost borne by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=RedressState, editable=False)
    needs_approval = models.BooleanField(_("needs approval"), default=False, editable=False)
    # What the last check saw: the ceiling of the grade then, and what was promised for the case up to this
    # one. Empty on rows from before these were kept.
    ceiling_free = models.DecimalField(max_digits=14, decimal_places=2, null=True, editable=False)
    ceiling_most = models.DecimalField(max_digits=14, decimal_places=2, null=True, editable=False)
    case_total = models.DecimalField(max_digits=16, decimal_places=2, null=True, editable=False)
    # The grade or its ceiling was lowered since: a second person has to agree before it goes on.
    awaits_second = models.BooleanField(_("needs a second person again"), default=False, editable=False)
    # Above the ceiling of today, and kept because it had been offered: a second person agreed.
    is_exception = models.BooleanField(_("kept above the ceiling"), default=False, editable=False)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("proposed by"),
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("approved by"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    # A copy from the day of the approval, so that the database can hold that somebody else approved.
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )

    objects = CompensationQuerySet.as_manager()

    class Meta:
        verbose_name = _("compensation")
        verbose_name_plural = _("compensations")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=0, value__gte=0), name="compensation_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | (
                    ~Q(approved_by=F("proposed_by"))
                    & (Q(handler__isnull=True) | ~Q(approved_by=F("handler")))
                ),
                name="compensation_approved_by_a_second",
            ),
            models.CheckConstraint(
                condition=Q(needs_approval=True)
                | Q(value=0)
                | Q(case_total__isnull=True)
                | Q(case_total__lte=F("ceiling_free")),
                name="compensation_says_what_needs_approval",
            ),
            models.CheckConstraint(
                condition=Q(value=0)
                | Q(case_total__isnull=True)
                | Q(case_total__lte=F("ceiling_most"))
                | Q(is_exception=True, approved_by__isnull=False),
                name="compensation_within_the_ceiling",
            ),
            models.CheckConstraint(
                condition=Q(case_total__isnull=True, ceiling_free__isnull=True, ceiling_most__isnull=True)
                | Q(
                    case_total__gte=F("value"),
                    ceiling_free__isnull=False,
                    ceiling_most__gte=F("ceiling_free"),
                ),
                name="compensation_keeps_its_ceiling_whole",
            ),
            models.CheckConstraint(
                condition=Q(awaits_second=False)
                | Q(state__in=[RedressState.APPROVED, RedressState.OFFERED, RedressState.ACCEPTED]),
                name="compensation_in_doubt_is_not_given",
            ),
            models.CheckConstraint(
                condition=Q(needs_approval=False)
                | Q(approved_by__isnull=False)
                | Q(state__in=["proposed", "not_approved", "reversed"]),
                name="compensation_above_ceiling_approved",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at", "id"],
                name="compensation_to_approve",
                condition=Q(state=RedressState.PROPOSED),
            ),
            models.Index(
                fields=["created_at", "id"],
                name="compensation_in_doubt",
                condition=Q(awaits_second=True),
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_measure_display())


class CompensationMove(models.Model):
    """One line of the ledger. Lines are added and never changed; totals are sums of them.

    `committed` counts towards the ceiling of the case, `given` is what it has cost: both are signed.
    """

    compensation = models.ForeignKey(Compensation, on_delete=models.PROTECT, related_name="moves")
    kind = models.CharField(_("step"), max_length=12, choices=RedressState)
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    committed = models.DecimalField(max_digits=16, decimal_places=2, default=Decimal(0))
    given = models.DecimalField(max_digits=16, decimal_places=2, default=Decimal(0))
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = LedgerQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of a compensation")
        verbose_name_plural = _("steps of compensations")
        ordering = ["at", "id"]
        constraints = [
            # Each step is taken once: the second click, whatever came between, finds it there.
            models.UniqueConstraint(fields=["compensation", "kind"], name="one_step_of_a_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.compensation_id} {self.kind}"
