"""Unreasonable complaints: criteria, designations with evidence, and objections against them."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.choices.conduct import DesignationState, ObjectionOutcome, Restraint, Scope
from complaints.choices.letters import HandoverWay
from complaints.models.complaints import Complaint
from complaints.models.entries import Entry
from complaints.models.names import Named, has_a_name
from complaints.querysets.cases import SettingQuerySet
from complaints.querysets.letters import BelowDesignation, DesignationQuerySet
from core.models import Attachment
from customers.models import Customer, Person
from customers.models.base import Recorded

MOST_MONTHS = 12


class ConductCriterion(Named, Recorded):
    """One sign of unreasonable conduct."""

    explanation = models.CharField(
        _("what counts, and what does not"),
        max_length=300,
        blank=True,
        help_text=_("Read by whoever proposes."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = SettingQuerySet.as_manager()

    class Meta:
        verbose_name = _("criterion of unreasonable conduct")
        verbose_name_plural = _("criteria of unreasonable conduct")
        ordering = ["position", "id"]
        constraints = [has_a_name("criterion")]


class Designation(Recorded):
    """A matter, or somebody's conduct, is called unreasonable: proposed by one, decided by another.

    It ends on `expires_on` by itself and never keeps a new complaint from being received. `handler` is who
    handled the case when it was decided, so that the database can hold that they did not decide.
    """

    complaint = models.ForeignKey(
        Complaint, verbose_name=_("case"), on_delete=models.PROTECT, related_name="designations"
    )
    scope = models.CharField(_("what is designated"), max_length=8, choices=Scope, default=Scope.MATTER)
    customer = models.ForeignKey(
        Customer,
        verbose_name=_("customer"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="designations",
    )
    person = models.ForeignKey(
        Person,
        verbose_name=_("complainant"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="designations",
    )
    criteria = models.ManyToManyField(
        ConductCriterion, verbose_name=_("criteria"), related_name="designations"
    )
    reason = models.TextField(_("reasons"), max_length=5_000)
    single_contact = models.BooleanField(Restraint.SINGLE_CONTACT.label, default=False)
    in_writing = models.BooleanField(Restraint.IN_WRITING.label, default=False)
    limited_contact = models.BooleanField(Restraint.LIMITED_CONTACT.label, default=False)
    no_further_answer = models.BooleanField(Restraint.NO_FURTHER_ANSWER.label, default=False)
    contact = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("contact person"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    contacts_a_month = models.PositiveSmallIntegerField(
        _("contacts a month"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(30)],
    )
    months = models.PositiveSmallIntegerField(
        _("for how many months"),
        default=6,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_MONTHS)],
        help_text=_("From the decision on, at most 12. Renewing is a new proposal."),
    )
    state = models.CharField(
        _("state"), max_length=8, choices=DesignationState, default=DesignationState.PROPOSED, editable=False
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("proposed by"),
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)
    decision_note = models.CharField(
        _("reasons of the decision"), max_length=1_000, blank=True, editable=False
    )
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("handler then"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    starts_on = models.DateField(_("in force from"), null=True, editable=False)
    expires_on = models.DateField(_("ends on"), null=True, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("lifted by"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    end_note = models.CharField(_("why it was lifted"), max_length=1_000, blank=True, editable=False)
    renews = models.OneToOneField(
        "self",
        verbose_name=_("renews"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="renewed_by",
    )
    # What the complainant was told, and that they were.
    notice = models.TextField(_("notice to the complainant"), max_length=5_000, blank=True, editable=False)
    notice_way = models.CharField(
        _("handed over by"), max_length=8, choices=HandoverWay, blank=True, editable=False
    )
    notified_on = models.DateField(_("notified on"), null=True, editable=False)
    anonymised_at = models.DateTimeField(_("anonymised"), null=True, editable=False)

    objects = DesignationQuerySet.as_manager()

    class Meta:
        verbose_name = _("designation as unreasonable")
        verbose_name_plural = _("designations as unreasonable")
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="designation_decided_by_a_second",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | Q(handler__isnull=True) | ~Q(decided_by=F("handler")),
                name="designation_not_decided_by_the_handler",
            ),
            models.CheckConstraint(
                condition=Q(state=DesignationState.PROPOSED, decided_by__isnull=True)
                | ~Q(state=DesignationState.PROPOSED) & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="designation_is_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(months__gte=1, months__lte=MOST_MONTHS), name="designation_lasts_a_year_at_most"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["in_force", "expired", "lifted"])
                | Q(starts_on__isnull=False, expires_on__isnull=False, expires_on__gt=F("starts_on")),
                name="designation_in_force_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(single_contact=True)
                | Q(in_writing=True)
                | Q(limited_contact=True)
                | Q(no_further_answer=True),
                name="designation_has_a_measure",
            ),
            models.CheckConstraint(
                condition=Q(single_contact=False) | Q(contact__isnull=False),
                name="single_contact_is_somebody",
            ),
            models.CheckConstraint(
                condition=Q(limited_contact=False) | Q(contacts_a_month__gte=1),
                name="limited_contact_has_a_limit",
            ),
            models.CheckConstraint(
                condition=Q(no_further_answer=False) | Q(scope=Scope.MATTER),
                name="only_a_matter_gets_no_further_answer",
            ),
            models.CheckConstraint(
                condition=Q(anonymised_at__isnull=False)
                | Q(scope=Scope.MATTER)
                | Q(scope=Scope.CUSTOMER, customer__isnull=False)
                | Q(scope=Scope.PERSON, person__isnull=False),
                name="designation_of_conduct_names_whose",
            ),
            models.UniqueConstraint(
                fields=["complaint", "scope"],
                condition=Q(state=DesignationState.PROPOSED),
                name="one_proposal_a_case_and_scope",
            ),
        ]
        indexes = [
            models.Index(fields=["created_at", "id"], name="designation_by_made"),
            models.Index(
                fields=["expires_on", "id"],
                name="designation_to_expire",
                condition=Q(state=DesignationState.IN_FORCE),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint.number} · {self.get_scope_display()}"

    def get_absolute_url(self) -> str:
        """The page of the designation."""
        return reverse("complaints:designation-detail", args=[self.pk])

    @property
    def restraints(self) -> list[str]:
        """The measures, as values of `Restraint`."""
        return [one for one in Restraint.values if getattr(self, one)]


class ConductEvidence(models.Model):
    """One piece of what shows the conduct: a line of the log, a file, or another case."""

    designation = models.ForeignKey(Designation, on_delete=models.CASCADE, related_name="evidence")
    entry = models.ForeignKey(Entry, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    attachment = models.ForeignKey(
        Attachment, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    case = models.ForeignKey(Complaint, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = BelowDesignation.as_manager()

    class Meta:
        verbose_name = _("evidence of conduct")
        verbose_name_plural = _("evidence of conduct")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(entry__isnull=False, attachment__isnull=True, case__isnull=True)
                | Q(entry__isnull=True, attachment__isnull=False, case__isnull=True)
                | Q(entry__isnull=True, attachment__isnull=True, case__isnull=False),
                name="evidence_is_one_thing",
            ),
            models.UniqueConstraint(fields=["designation", "entry"], name="entry_is_evidence_once"),
            models.UniqueConstraint(fields=["designation", "attachment"], name="file_is_evidence_once"),
            models.UniqueConstraint(fields=["designation", "case"], name="case_is_evidence_once"),
        ]

    def __str__(self) -> str:
        return str(self.entry or self.attachment or self.case)


class ConductObjection(models.Model):
    """The complainant objects; somebody who neither proposed nor decided reviews it.

    `proposer`, `decider` and `handler` repeat the designation, so that the database can hold that.
    """

    designation = models.ForeignKey(Designation, on_delete=models.CASCADE, related_name="objections")
    text = models.TextField(_("what the complainant says"), max_length=5_000)
    received_on = models.DateField(_("received on"))
    recorded_at = models.DateTimeField(_("recorded"), default=timezone.now)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decider = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField(_("outcome"), max_length=8, choices=ObjectionOutcome, blank=True)
    note = models.CharField(_("reasons"), max_length=1_000, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reviewed_at = models.DateTimeField(_("reviewed"), null=True, blank=True)

    objects = BelowDesignation.as_manager()

    class Meta:
        verbose_name = _("objection against a designation")
        verbose_name_plural = _("objections against designations")
        ordering = ["-recorded_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", reviewed_by__isnull=True)
                | ~Q(outcome="") & Q(reviewed_by__isnull=False, reviewed_at__isnull=False),
                name="objection_is_reviewed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True)
                | ~Q(reviewed_by=F("proposer"))
                & ~Q(reviewed_by=F("decider"))
                & (Q(handler__isnull=True) | ~Q(reviewed_by=F("handler"))),
                name="objection_is_reviewed_by_a_third",
            ),
            models.UniqueConstraint(
                fields=["designation"], condition=Q(outcome=""), name="one_open_objection_a_designation"
            ),
        ]

    def __str__(self) -> str:
        return self.text[:80]
