"""Querysets of investigating, redressing and calling back."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.db.models import Count, F, Min, Q, Sum

from complaints.choices.solving import CallBackState, RedressState
from complaints.querysets.cases import BelowComplaint, SettingQuerySet

if TYPE_CHECKING:
    from core.models import User


class CauseQuerySet(SettingQuerySet):
    """The register of causes."""

    def with_counts(self) -> Self:
        """Add `n`, its complaints, those received before and after it was fixed, and when it came back."""
        at = F("fixed_at")
        received = "complaints__complaint__received_at"
        return self.annotate(
            n=Count("complaints"),
            n_before=Count("complaints", filter=Q(fixed_at__isnull=True) | Q(**{f"{received}__lte": at})),
            n_after=Count("complaints", filter=Q(**{f"{received}__gt": at})),
            came_back_at=Min(received, filter=Q(**{f"{received}__gt": at})),
        )

    def for_list(self) -> Self:
        """Everything one row shows."""
        return self.with_counts().select_related("owner")


class CompensationQuerySet(BelowComplaint):
    """Compensations."""

    def awaiting_approval(self) -> Self:
        """Those above the ceiling of their case, of now or of then, that nobody has decided about."""
        return self.filter(Q(state=RedressState.PROPOSED) | Q(awaits_second=True))

    def for_list(self) -> Self:
        """Everything one row shows."""
        return self.select_related("complaint", "complaint__customer", "proposed_by", "cost_team")


class LedgerQuerySet(BelowComplaint):
    """Lines of the ledgers of compensations."""

    complaint_path = "compensation__complaint"

    def committed(self) -> Decimal:
        """What is promised or given, in the base currency."""
        return self.aggregate(total=Sum("committed"))["total"] or Decimal(0)


class CallBackQuerySet(BelowComplaint):
    """Call-backs; whoever has to make one settles it, also where the case is only read."""

    def _held_by(self, user: User, reach: str, action: str) -> Q:
        return super()._held_by(user, reach, action) | Q(owner=user.pk)

    def due(self) -> Self:
        """Those that somebody still has to make."""
        return self.filter(state=CallBackState.DUE)

    def overdue(self, at: datetime) -> Self:
        """Those whose time has come."""
        return self.due().filter(due_at__lte=at)

    def for_list(self) -> Self:
        """Everything one row shows."""
        return self.select_related("complaint", "complaint__customer", "complaint__owner", "owner")
