"""The alarm block of one warning: rhythm, reasons, what is at stake, what may be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from analytics.choices import SuggestedAction, WarningState
from analytics.maths.intervals import Estimate, wilson
from analytics.models import ChurnWarning
from analytics.reasons import headline, in_words
from core.access import holds
from core.models import User
from customers.choices import TaskState
from customers.models import OrderDay

SHOWN_DAYS = 731
"""Two years of rhythm, less for a younger customer, more where the silence would fill it."""


@dataclass(frozen=True)
class Alarm:
    """Everything the block shows."""

    warning: ChurnWarning
    headline: str
    reasons: list[tuple[int | None, str]]
    baseline: int
    points: int
    ticks: list[tuple[date, Any]]
    start: date
    last_day: date | None
    usual_gap: float | None
    missed: int
    hit_rate: Estimate | None
    may_change: bool
    task_is_open: bool

    @property
    def action(self) -> str:
        """The suggested action in words."""
        return str(SuggestedAction(self.warning.suggested_action).label)

    @property
    def is_open(self) -> bool:
        """True while nobody has been in touch."""
        return self.warning.state == WarningState.OPEN


def alarm_of(warning: ChurnWarning, user: User) -> Alarm:
    """Return the block of a warning that came with its customer; two queries."""
    last = date.fromisoformat(warning.evidence["inputs"]["last_day"])
    gap = next((one["params"]["gap"] for one in warning.reasons if one["code"] == "silence"), None)
    silent = (warning.as_of - last).days
    first = date.fromisoformat(warning.evidence["inputs"]["first_day"])
    start = max(warning.as_of - timedelta(days=SHOWN_DAYS), first - timedelta(days=14))
    start = min(start, last - timedelta(days=14))
    days = OrderDay.objects.purchases().filter(
        customer=warning.customer_id, day__gte=start, day__lte=warning.as_of
    )
    lost, judged = ChurnWarning.objects.live().hit_rate()
    return Alarm(
        warning=warning,
        headline=headline(warning.reasons),
        reasons=[(one["weight"], in_words(one)) for one in warning.reasons],
        baseline=round(100 * warning.evidence["result"]["risk_on_habit"]),
        points=round(100 * warning.risk),
        ticks=list(days.order_by("day").values_list("day", "amount")),
        start=start,
        last_day=last,
        usual_gap=gap,
        missed=int(silent // gap) if gap else 0,
        hit_rate=wilson(lost, judged),
        may_change=warning.is_unclosed and may_change(warning, user),
        task_is_open=warning.task is not None and warning.task.state == TaskState.OPEN,
    )


def may_change(warning: ChurnWarning, user: User) -> bool:
    """Tell whether the user may move this warning. No query but the teams'."""
    customer = warning.customer
    return holds(
        user,
        "change",
        ChurnWarning,
        owner_id=customer.owner_id,
        team_id=customer.team_id,
        root_id=customer.pk,
    )
