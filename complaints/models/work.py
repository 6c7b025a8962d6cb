"""Work orders: what another department does for a case, with a clock of its own."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from complaints.choices.cases import WorkState
from complaints.models.complaints import Complaint
from complaints.querysets.cases import WorkOrderQuerySet
from complaints.seeded_words import in_words
from core.models import Team
from customers.models.base import Recorded


class WorkOrder(Recorded):
    """Something a team has to do so that a case can be solved; due before the case itself is."""

    complaint = models.ForeignKey(
        Complaint, verbose_name=_("case"), on_delete=models.CASCADE, related_name="work_orders"
    )
    number = models.CharField(_("number"), max_length=24, unique=True, editable=False)
    title = models.CharField(_("what is to be done"), max_length=200)
    note = models.TextField(_("note"), blank=True)
    team = models.ForeignKey(
        Team, verbose_name=_("team"), on_delete=models.PROTECT, related_name="work_orders"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("done by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="work_orders",
    )
    due_at = models.DateTimeField(_("due"))
    # Moves with the clock of the case until somebody sets a time of its own.
    follows_case = models.BooleanField(_("due with the case"), default=True)
    state = models.CharField(_("state"), max_length=10, choices=WorkState, default=WorkState.OPEN)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True, editable=False)
    outcome = models.TextField(_("outcome"), blank=True)

    objects = WorkOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("work order")
        verbose_name_plural = _("work orders")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[WorkState.OPEN, WorkState.ACCEPTED], ended_at__isnull=True)
                | (~Q(state__in=[WorkState.OPEN, WorkState.ACCEPTED]) & Q(ended_at__isnull=False)),
                name="work_order_has_ended_when_its_state_says_so",
            ),
            models.CheckConstraint(
                condition=~Q(state=WorkState.ACCEPTED) | Q(owner__isnull=False),
                name="accepted_work_order_has_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["team", "due_at", "id"],
                name="work_order_open_of_team",
                condition=Q(state__in=[WorkState.OPEN, WorkState.ACCEPTED]),
            ),
            models.Index(fields=["due_at", "id"], name="work_order_by_due"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def outcome_shown(self) -> str:
        """What came of it; what the product noted by itself, in the language in force."""
        return in_words(self.outcome)

    def get_absolute_url(self) -> str:
        """The page of its case."""
        return self.complaint.get_absolute_url()
