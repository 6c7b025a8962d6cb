"""What a row of a case comes to: open or history, its moments in order, where it lies, whose reach it is in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils import timezone

from complaints.choices.cases import Intake
from complaints.imports.options import FileState
from complaints.imports.references import CategoryReference, kind_of, refuse_who_left
from complaints.models import Category, Complaint, Queue
from core.access import reach_of, teams_in_reach
from core.imports.declared import DeclaredSession, Plan
from core.models import User
from core.roles import Reach

#: Clocks of other systems differ a little.
_SKEW = timedelta(minutes=10)
_MOST = Decimal(10) ** 10
_CLOCK = re.compile(r"\d\s*[:：时時点點]\s*\d")
#: Moments that lie between receipt and end, the last one first.
_BETWEEN = ("solved_at", "responded_at", "acknowledged_at")


def judge_facts(plan: Plan) -> None:
    """Refuse moments to come and amounts that no case has."""
    row = plan.row
    for name in ("received_at", "ended_at", *_BETWEEN):
        if name in row.values and row.values[name] > timezone.now() + _SKEW:
            row.refuse("date_in_future", name, last=timezone.localdate().isoformat())
    amount = row.values.get("amount_at_stake")
    if amount is not None and amount < 0:
        row.refuse("negative_number", "amount_at_stake")
    elif amount is not None and amount >= _MOST:
        row.refuse("too_large", "amount_at_stake", most=f"{_MOST - 1:,}")


class Judge:
    """Completes rows of cases that are not here yet, for one file."""

    def __init__(self, session: DeclaredSession, categories: CategoryReference) -> None:
        self._session, self._by = session, session.by
        self._categories = categories

    def complete(self, plan: Plan) -> None:
        """Add what a new case needs, or say what speaks against it."""
        values, given = plan.values, plan.row.values
        values["kind"] = kind_of(plan, self._session)
        values.setdefault("intake", Intake.OTHER)
        if values["kind"] != "complaint":
            values.pop("grade", None)
        if "person" in given and "customer" not in values:
            values.setdefault("contact_name", str(given["person"])[:120])
        values["state"] = given.get("state") or (FileState.CLOSED if "ended_at" in given else FileState.OPEN)
        if values["state"] == FileState.OPEN:
            self._complete_open(plan)
        else:
            self._complete_past(plan)
        self._order_moments(plan)
        self._place(plan)

    def _complete_open(self, plan: Plan) -> None:
        if "ended_at" in plan.row.values:
            plan.row.refuse("open_with_end", "ended_at")
        if "decision" in plan.row.values:
            plan.row.refuse("open_with_decision", "decision")
        refuse_who_left(plan)
        plan.values.pop("solved_at", None)

    def _complete_past(self, plan: Plan) -> None:
        values = plan.values
        if "ended_at" not in values and "solved_at" in values:
            values["ended_at"] = values["solved_at"]
            plan.row.texts["ended_at"] = plan.row.texts.get("solved_at", "")
        if "ended_at" not in values:
            plan.row.refuse("end_missing", "ended_at")

    def _order_moments(self, plan: Plan) -> None:
        """A day without a time of day counts to its end; what was done lies between receipt and end."""
        values, texts = plan.values, plan.row.texts
        received = values["received_at"]
        for name in ("ended_at", *_BETWEEN):
            if name in values:
                values[name] = _to_its_end(values[name], texts.get(name, ""))
                if values[name] < received:
                    plan.row.refuse("before_receipt", name)
        end = values.get("ended_at")
        for name in _BETWEEN:
            if end is not None and name in values and values[name] > end:
                if texts.get(name) and not _CLOCK.search(texts[name]) and _same_day(values[name], end):
                    values[name] = end
                else:
                    plan.row.refuse("after_end", name)

    # ---- where it lies ------------------------------------------------------------------------------
    def _place(self, plan: Plan) -> None:
        values = plan.values
        queue = values.get("queue") or self._queue_of(values.get("category"))
        if queue is None:
            queue = self._usual.get(values["kind"])
        if queue is not None and not queue.is_active and values["state"] == FileState.OPEN:
            plan.row.refuse("queue_out_of_use", "queue")
        values["queue"] = queue
        owner: User | None = values.get("owner")
        own = owner.team if owner is not None else None
        values["team"] = own or (queue.team if queue is not None else None) or self._by.team
        if not self._is_in_reach(values):
            field = next((name for name in ("owner", "queue") if name in plan.row.values), "")
            plan.row.refuse("case_elsewhere", field)

    def _queue_of(self, category: Category | None) -> Queue | None:
        if category is None or category.queue is not None:
            return category.queue if category is not None else None
        above = self._categories.above(category)
        return above.queue if above is not None else None

    @cached_property
    def _usual(self) -> Mapping[str, Queue]:
        """Kind → the queue that takes what belongs nowhere else."""
        rows = Queue.objects.active().filter(is_default=True).select_related("team")
        return {queue.kind: queue for queue in rows}

    @cached_property
    def _reach(self) -> tuple[str | None, frozenset[int]]:
        return reach_of(self._by, Complaint, "import"), frozenset(teams_in_reach(self._by))

    def _is_in_reach(self, values: Mapping[str, Any]) -> bool:
        """Tell whether the person will see the case: by its customer, who was found in reach, or by its team."""
        reach, teams = self._reach
        if reach == Reach.ALL or values.get("customer") is not None:
            return True
        owner, team = values.get("owner"), values.get("team")
        is_own = owner is not None and owner.pk == self._by.pk
        return is_own or (reach == Reach.TEAM and team is not None and team.pk in teams)


def _to_its_end(moment: datetime, text: str) -> datetime:
    """Return the last moment of a day that was given without a time of day; today it is now."""
    local = timezone.localtime(moment)
    if local.time() != time() or (_CLOCK.search(text) and "00:00" not in text):
        return moment
    end = timezone.make_aware(datetime.combine(local.date(), time(23, 59, 59)))
    return min(end, max(timezone.now(), moment))


def _same_day(one: datetime, other: datetime) -> bool:
    return timezone.localdate(one) == timezone.localdate(other)
