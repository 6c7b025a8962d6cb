"""Why it happened: the investigation of a case, and the register of causes that cases share."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.choices.solving import Branch, CauseState, FindingPart, FindingState, Gap
from complaints.models.complaints import Complaint
from complaints.models.names import Named, has_a_name
from complaints.querysets.cases import BelowComplaint
from complaints.querysets.solving import CauseQuerySet
from customers.models.base import Recorded

MOST_WHYS = 7


class Investigation(Recorded):
    """What was found out about one complaint. Nobody who wrote on it since it was confirmed confirms it.

    `writer` is who wrote last; `people` holds everybody.
    """

    complaint = models.OneToOneField(Complaint, on_delete=models.CASCADE, related_name="investigation")
    summary = models.TextField(_("findings"), blank=True)
    evidence = models.TextField(_("evidence"), blank=True)
    gap = models.CharField(_("service gap"), max_length=14, choices=Gap, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=FindingState, default=FindingState.DRAFT)
    writer = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("written by"), on_delete=models.PROTECT, related_name="+"
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("confirmed by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)

    objects = BelowComplaint.as_manager()

    class Meta:
        verbose_name = _("investigation")
        verbose_name_plural = _("investigations")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state=FindingState.CONFIRMED, confirmed_by__isnull=False, confirmed_at__isnull=False
                )
                | Q(state=FindingState.DRAFT, confirmed_by__isnull=True, confirmed_at__isnull=True),
                name="confirmed_finding_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("writer")),
                name="finding_is_confirmed_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return str(self.complaint)


class FindingPerson(models.Model):
    """What one person did to a finding since it was confirmed last: wrote on it, or confirmed it.

    One row a person: whoever wrote cannot confirm as well, whichever door it is tried through. A change of
    a confirmed finding begins anew.
    """

    investigation = models.ForeignKey(Investigation, on_delete=models.CASCADE, related_name="people")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    part = models.CharField(_("part"), max_length=9, choices=FindingPart)
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("person of an investigation")
        verbose_name_plural = _("people of investigations")
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["investigation", "person"], name="who_writes_does_not_confirm"),
            models.UniqueConstraint(
                fields=["investigation"],
                condition=Q(part=FindingPart.CONFIRMED),
                name="a_finding_is_confirmed_by_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.get_part_display()}"


class Why(models.Model):
    """One question of the chain and its answer; the next one asks why that is so."""

    investigation = models.ForeignKey(Investigation, on_delete=models.CASCADE, related_name="whys")
    position = models.PositiveSmallIntegerField(_("place"))
    question = models.CharField(_("why?"), max_length=200, blank=True)
    answer = models.CharField(_("because"), max_length=300)

    class Meta:
        verbose_name = _("why")
        verbose_name_plural = _("whys")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["investigation", "position"], name="one_why_a_place"),
            models.CheckConstraint(
                condition=Q(position__gte=1, position__lte=MOST_WHYS), name="at_most_seven_whys"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question} {self.answer}".strip()


class FishboneCause(models.Model):
    """One possible cause on a bone of the diagram."""

    investigation = models.ForeignKey(Investigation, on_delete=models.CASCADE, related_name="bones")
    branch = models.CharField(_("bone"), max_length=12, choices=Branch)
    text = models.CharField(_("cause"), max_length=120)
    weight = models.PositiveSmallIntegerField(
        _("weight"), default=3, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    is_root = models.BooleanField(_("root cause"), default=False)

    class Meta:
        verbose_name = _("cause on the fishbone")
        verbose_name_plural = _("causes on the fishbone")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(weight__gte=1, weight__lte=5), name="bone_weighs_one_to_five"),
        ]

    def __str__(self) -> str:
        return self.text


class Cause(Named, Recorded):
    """Something that makes complaints again and again. Whether it is fixed is tested by later complaints."""

    code = models.CharField(
        _("code"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9_.-]+$", _("Small letters, digits, dots and dashes."))],
    )
    branch = models.CharField(_("bone"), max_length=12, choices=Branch, blank=True)
    gap = models.CharField(_("service gap"), max_length=14, choices=Gap, blank=True)
    category_code = models.CharField(_("category"), max_length=40, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=CauseState, default=CauseState.OPEN, editable=False
    )
    fixed_at = models.DateTimeField(_("fixed"), null=True, blank=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    objects = CauseQuerySet.as_manager()

    class Meta:
        verbose_name = _("cause")
        verbose_name_plural = _("causes")
        ordering = ["code"]
        constraints = [
            has_a_name("cause"),
            models.CheckConstraint(
                condition=Q(state=CauseState.OPEN, fixed_at__isnull=True)
                | (~Q(state=CauseState.OPEN) & Q(fixed_at__isnull=False)),
                name="fixed_cause_says_when",
            ),
        ]

    def get_absolute_url(self) -> str:
        """The page of the cause."""
        return reverse("complaints:cause-detail", args=[self.pk])

    @property
    def days_held(self) -> int | None:
        """Days for which the fix holds until today, or held until the first later complaint.

        None where it was never fixed; of rows that `with_counts` has read only.
        """
        if self.fixed_at is None:
            return None
        until: datetime = getattr(self, "came_back_at", None) or timezone.now()
        return max((until - self.fixed_at).days, 0)


class ComplaintCause(models.Model):
    """A complaint that a cause made."""

    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="causes")
    cause = models.ForeignKey(Cause, on_delete=models.PROTECT, related_name="complaints")
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = BelowComplaint.as_manager()

    class Meta:
        verbose_name = _("cause of a complaint")
        verbose_name_plural = _("causes of complaints")
        constraints = [
            models.UniqueConstraint(fields=["complaint", "cause"], name="a_cause_is_linked_once"),
        ]

    def __str__(self) -> str:
        return f"{self.cause_id} → {self.complaint_id}"
