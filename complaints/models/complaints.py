"""Cases: complaints and service requests."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.choices.cases import (
    ENDED,
    OPEN,
    CaseKind,
    Decision,
    Emotion,
    Grade,
    Impact,
    Intake,
    Priority,
    State,
)
from complaints.models.acceptance import ACCEPTANCE_CONSTRAINTS, Accepted
from complaints.models.taxonomy import Category, Queue
from complaints.querysets.cases import ComplaintQuerySet
from core.models import Team
from customers.models import Customer, Person
from customers.models.activity import Subject
from customers.models.base import Foreign, Recorded, external_identity


class Complaint(Accepted, Recorded, Foreign, Subject):
    """One case, from the moment it is received. Times are facts, written once by the domain.

    `cycle` counts reopenings, so that a level of escalation may fire once in each. `grade_evidence` and
    `dispatch_evidence` say which rules decided and what they saw. `next_due_at` is the earliest clock
    that still runs, kept by the clocks themselves, so that lists can sort by it. A subject (a course, an
    order) may be pointed to weakly.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=CaseKind, default=CaseKind.COMPLAINT)
    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    # Of the other kind, where it was turned into this one: people keep asking by the number that they know.
    former_number = models.CharField(_("former number"), max_length=20, blank=True, editable=False)
    title = models.CharField(_("in one sentence"), max_length=200)
    description = models.TextField(_("what happened"), blank=True)
    remedy_sought = models.CharField(_("what the customer asks for"), max_length=300, blank=True)
    intake = models.CharField(_("received by"), max_length=10, choices=Intake, default=Intake.PHONE)
    customer = models.ForeignKey(
        Customer,
        verbose_name=_("customer"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="complaints",
    )
    person = models.ForeignKey(
        Person,
        verbose_name=_("complainant"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="complaints",
    )
    # As given by somebody whom nobody has matched to a person yet.
    contact_name = models.CharField(_("name given"), max_length=120, blank=True)
    contact_phone = models.CharField(_("phone given"), max_length=40, blank=True)
    contact_email = models.EmailField(_("e-mail given"), blank=True)
    language = models.CharField(
        _("language of the customer"), max_length=10, choices=settings.LANGUAGES, blank=True
    )
    category = models.ForeignKey(
        Category,
        verbose_name=_("category"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    queue = models.ForeignKey(
        Queue, verbose_name=_("queue"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.NEW)
    grade = models.CharField(_("grade"), max_length=8, choices=Grade, blank=True)
    grade_evidence = models.JSONField(default=dict, blank=True, editable=False)
    #: Stays true when the complaint is regraded: what a second person reads does not depend on today's grade.
    was_severe = models.BooleanField(default=False, editable=False)
    priority = models.CharField(_("priority"), max_length=8, choices=Priority, default=Priority.NORMAL)
    # A priority that somebody set is left alone when grade or tier change.
    priority_is_set = models.BooleanField(default=False, editable=False)
    impact = models.CharField(_("reach of the trouble"), max_length=12, choices=Impact, default=Impact.ONE)
    is_safety = models.BooleanField(_("somebody's safety is at stake"), default=False)
    is_media = models.BooleanField(_("media or public attention"), default=False)
    is_legal = models.BooleanField(_("legal steps or a regulator"), default=False)
    #: In the currency of the organisation, as it was told at intake.
    amount_at_stake = models.DecimalField(
        _("amount at stake"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    emotion_before = models.CharField(_("emotion at intake"), max_length=1, choices=Emotion, blank=True)
    emotion_after = models.CharField(_("emotion afterwards"), max_length=1, choices=Emotion, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("handler"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="cases",
    )
    team = models.ForeignKey(
        Team, verbose_name=_("team"), null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )
    dispatch_evidence = models.JSONField(default=dict, blank=True, editable=False)
    occurred_on = models.DateField(_("happened on"), null=True, blank=True)
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True, blank=True, editable=False)
    responded_at = models.DateTimeField(_("first response"), null=True, blank=True, editable=False)
    solved_at = models.DateTimeField(_("solution given"), null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True, editable=False)
    # Since when the last word is the customer's; empty once we have answered.
    unanswered_since = models.DateTimeField(_("unanswered since"), null=True, blank=True, editable=False)
    next_due_at = models.DateTimeField(_("next due"), null=True, blank=True, editable=False)
    cycle = models.PositiveSmallIntegerField(_("cycle"), default=1, editable=False)
    solution = models.TextField(_("solution"), blank=True)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("merged into"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="merged",
    )
    level = models.PositiveSmallIntegerField(_("highest level of escalation"), default=0, editable=False)
    # Worked on in a former system: no deadline of ours ran, and nobody was to be called back.
    is_history = models.BooleanField(_("brought in when it had ended"), default=False, editable=False)

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        constraints = [
            *external_identity("complaint"),
            *ACCEPTANCE_CONSTRAINTS,
            models.UniqueConstraint(
                fields=["former_number"],
                condition=~Q(former_number=""),
                name="a_former_number_is_of_one_case",
            ),
            models.CheckConstraint(
                condition=~Q(former_number=F("number")), name="former_number_is_another_number"
            ),
            models.CheckConstraint(condition=~Q(title=""), name="complaint_has_a_title"),
            models.CheckConstraint(
                condition=Q(is_history=False) | ~Q(external_id=""),
                name="history_has_the_number_of_its_system",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ENDED, ended_at__isnull=False)
                | (~Q(state__in=ENDED) & Q(ended_at__isnull=True)),
                name="complaint_has_ended_when_its_state_says_so",
            ),
            models.CheckConstraint(
                condition=Q(state=State.MERGED, merged_into__isnull=False)
                | (~Q(state=State.MERGED) & Q(merged_into__isnull=True)),
                name="merged_complaint_names_its_target",
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=F("id")), name="complaint_is_not_merged_into_itself"
            ),
            models.CheckConstraint(
                condition=Q(kind=CaseKind.REQUEST) | ~Q(grade=""), name="complaint_has_a_grade"
            ),
            models.CheckConstraint(
                condition=~Q(grade=Grade.SEVERE) | Q(was_severe=True), name="severe_complaint_is_kept_as_such"
            ),
            models.CheckConstraint(
                condition=Q(amount_at_stake__isnull=True) | Q(amount_at_stake__gte=0),
                name="amount_at_stake_is_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(state=State.NEW) | Q(owner__isnull=False) | ~Q(state__in=["working", "waiting"]),
                name="case_in_progress_has_a_handler",
            ),
        ]
        indexes = [
            # Sorts of the list, and its paging.
            models.Index(fields=["received_at", "id"], name="complaint_by_received"),
            models.Index(fields=["next_due_at", "id"], name="complaint_by_due"),
            # A column of the board.
            models.Index(fields=["state", "kind", "next_due_at", "id"], name="complaint_on_board"),
            # My day and the load of a handler read only what is open; there is far more that has ended.
            models.Index(
                fields=["owner", "next_due_at", "id"],
                name="complaint_open_of_owner",
                condition=Q(state__in=OPEN),
            ),
            # Dispatch looks for what nobody handles, the oldest first.
            models.Index(
                fields=["queue", "received_at", "id"],
                name="complaint_unassigned",
                condition=Q(owner__isnull=True, state=State.NEW),
            ),
            models.Index(fields=["customer", "received_at"], name="complaint_of_customer"),
            models.Index(fields=["team", "received_at"], name="complaint_of_team"),
            models.Index(fields=["category", "received_at"], name="complaint_of_category"),
            # Whether somebody has complained of this before is asked by the address that they give.
            models.Index(
                Lower("contact_email"),
                "received_at",
                name="complaint_by_mail",
                condition=~Q(contact_email=""),
            ),
            models.Index(
                fields=["contact_phone", "received_at"],
                name="complaint_by_phone",
                condition=~Q(contact_phone=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        """The page of the case."""
        return reverse("complaints:complaint-detail", args=[self.pk])

    @property
    def is_complaint(self) -> bool:
        """True for a complaint, False for a service request."""
        return self.kind == CaseKind.COMPLAINT

    @property
    def is_open(self) -> bool:
        """True while somebody still has to do something for the customer."""
        return self.state in OPEN

    @property
    def has_ended(self) -> bool:
        """True once it is closed, withdrawn or merged."""
        return self.state in ENDED
