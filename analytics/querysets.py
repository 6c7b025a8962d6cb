"""Querysets of the analytics package."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Count, Q, Sum

from analytics.choices import UNCLOSED, RunState, WarningState
from core.access import ScopedQuerySet, reach_of, teams_in_reach
from core.roles import Reach
from customers.querysets import BelowCustomer

if TYPE_CHECKING:
    from core.models import User

IDLE_DAYS = 7
"""Days after which an open warning that nobody moved counts as idle."""


class SegmentMapQuerySet(ScopedQuerySet):
    """Segment maps."""

    owner_path = None
    team_path = None


class PolicyQuerySet(ScopedQuerySet):
    """The one scoring policy."""

    owner_path = None
    team_path = None


class RunQuerySet(ScopedQuerySet):
    """Nightly runs."""

    owner_path = None
    team_path = None

    def unfinished(self) -> Self:
        """Runs that wait or are under way."""
        return self.filter(state__in=[RunState.PENDING, RunState.RUNNING])

    def latest_done(self) -> Any | None:
        """The run whose figures stand on every page."""
        return self.filter(state=RunState.DONE).order_by("-finished_at", "-id").first()


class ModelFitQuerySet(ScopedQuerySet):
    """Fitted models."""

    owner_path = None
    team_path = None


class KpiQuerySet(ScopedQuerySet):
    """Stored figures. A reach of `team` sees the scopes of its own teams only."""

    def in_reach(self, user: User, action: str = "view") -> Self:
        """Figures of the scopes that one of the user's roles covers."""
        reach = reach_of(user, self.model, action)
        if reach is None:
            return self.none()
        if reach == Reach.ALL:
            return self
        return self.filter(team__in=teams_in_reach(user) if reach == Reach.TEAM else [])


class TallyQuerySet(ScopedQuerySet):
    """Sums of cases: one's own, and within a reach of `team` those of one's teams."""

    def in_reach(self, user: User, action: str = "view") -> Self:
        """Sums of the scopes that one of the user's roles covers."""
        reach = reach_of(user, self.model, action)
        if reach is None:
            return self.none()
        if reach == Reach.ALL:
            return self
        mine = Q(owner=user.pk)
        return self.filter(mine | Q(team__in=teams_in_reach(user)) if reach == Reach.TEAM else mine)


class WarningQuerySet(BelowCustomer):
    """Churn warnings: seen by who sees the customer."""

    def unclosed(self) -> Self:
        """Warnings on which somebody still has to act."""
        return self.filter(state__in=UNCLOSED)

    def judged(self) -> Self:
        """Closed warnings with an outcome: saved or lost."""
        return self.filter(state__in=[WarningState.SAVED, WarningState.LOST])

    def idle(self, at: datetime, days: int = IDLE_DAYS) -> Self:
        """Open warnings that nobody has touched for `days`."""
        return self.filter(state=WarningState.OPEN, opened_at__lte=at - timedelta(days=days))

    def for_list(self) -> Self:
        """Everything one row shows."""
        return self.select_related("customer", "customer__totals", "owner")

    def for_page(self) -> Self:
        """What the page of one warning shows."""
        return self.select_related(
            "customer", "customer__totals", "customer__metrics", "owner", "task", "closed_by"
        )

    def hit_rate(self) -> tuple[int, int]:
        """(warnings that came true, warnings judged)."""
        counts = (
            self.judged()
            .order_by()
            .aggregate(lost=Count("pk", filter=Q(state=WarningState.LOST)), judged=Count("pk"))
        )
        return counts["lost"], counts["judged"]

    def by_owner(self, at: datetime) -> models.QuerySet[Any, dict[str, Any]]:
        """One row an owner: open, at stake, idle, and saved of judged in the last 12 months."""
        year_ago = at - timedelta(days=365)
        recent = Q(closed_at__gte=year_ago)
        found: models.QuerySet[Any, dict[str, Any]] = (
            self.filter(Q(state__in=UNCLOSED) | recent)
            .order_by()
            .values("owner", "owner__full_name", "owner__username", "owner__team__name")
            .annotate(
                open=Count("pk", filter=Q(state__in=UNCLOSED)),
                at_stake=Sum("value_at_stake", filter=Q(state__in=UNCLOSED)),
                idle=Count(
                    "pk", filter=Q(state=WarningState.OPEN, opened_at__lte=at - timedelta(days=IDLE_DAYS))
                ),
                saved=Count("pk", filter=recent & Q(state=WarningState.SAVED)),
                judged=Count("pk", filter=recent & Q(state__in=[WarningState.SAVED, WarningState.LOST])),
            )
        )
        return found


class WarningMoveQuerySet(BelowCustomer):
    """History of warnings."""

    owner_path = "warning__customer__owner"
    team_path = "warning__customer__team"
    live_paths = ("warning__customer__deleted_at",)
    share_path = "warning__customer"
