"""Measure cases: write what counts of each as rows, and mark the months whose sums are old by that.

A fact is worked out from the case alone, so that measuring again changes nothing. Facts and the mark of
their months are written in one transaction: a run that is killed leaves no month that looks up to date.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from complaints.choices.cases import ENDED, ClockKind, State
from complaints.choices.facts import Fact
from complaints.domain.case_facts import Measuring
from complaints.measures import RECOVERY_DAYS
from complaints.models import (
    CallBack,
    CaseFact,
    Clock,
    Compensation,
    CompensationMove,
    Complaint,
    Escalation,
    FactMonth,
)

#: Cases measured in one transaction.
AT_ONCE = 500
#: Days before the last measuring in which changes are looked for again: they may be entered late.
WINDOW = timedelta(days=35)

_COMPARED = (
    "on", "hit", "net", "gross", "amount", "kind", "grade", "category", "intake", "team_id", "owner_id",
)  # fmt: skip


def measure_changed(
    at: datetime, *, since: datetime | None, progress: Callable[[float], None] = lambda _share: None
) -> dict[str, int]:
    """Measure what is open, what was changed after `since` less the window, and what may be judged by now.

    Without `since` every case is measured. Returns how many cases were looked at and how many facts changed.
    """
    keys = _keys(at, since - WINDOW if since is not None else None)
    changed = 0
    earliest = Complaint.objects.order_by("received_at").values_list("received_at", flat=True).first()
    measuring = Measuring(at, since=min(earliest or at, at))
    for start in range(0, len(keys), AT_ONCE):
        changed += _measure(keys[start : start + AT_ONCE], measuring)
        progress(min((start + AT_ONCE) / len(keys), 1.0))
    return {"cases": len(keys), "facts": changed}


def _keys(at: datetime, since: datetime | None) -> list[int]:
    rows = Complaint.objects.order_by("pk")
    if since is None:
        return list(rows.values_list("pk", flat=True))
    judged = timedelta(days=RECOVERY_DAYS)
    own = rows.filter(
        ~Q(state__in=ENDED)
        # A deadline that waits for the decision letter runs on after the end.
        | Q(next_due_at__isnull=False)
        | Q(updated_at__gte=since)
        | Q(state=State.CLOSED, ended_at__gte=since - judged, ended_at__lte=at - judged + timedelta(days=2))
    )
    found = set(own.values_list("pk", flat=True))
    found.update(CallBack.objects.filter(updated_at__gte=since).values_list("complaint", flat=True))
    found.update(Compensation.objects.filter(updated_at__gte=since).values_list("complaint", flat=True))
    moves = CompensationMove.objects.filter(at__gte=since)
    found.update(moves.values_list("compensation__complaint", flat=True))
    # A letter may meet its deadline long after the case has ended, and changes nothing of the case itself.
    met = Clock.objects.filter(kind=ClockKind.STATUTORY, met_at__gte=since)
    found.update(met.values_list("complaint", flat=True))
    levels = Escalation.objects.filter(acknowledged_at__gte=since)
    found.update(levels.values_list("complaint", flat=True))
    return sorted(found)


@transaction.atomic
def _measure(keys: list[int], measuring: Measuring) -> int:
    """Write the facts of these cases that are new or differ; return how many."""
    # Two runs at once take the cases in the same order, and the second finds nothing left to change.
    list(Complaint.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))
    wanted = {_key(row): row for row in measuring.facts(keys)}
    stored = {_key(row): row for row in CaseFact.objects.filter(complaint__in=keys)}
    new = [row for key, row in wanted.items() if key not in stored or _differs(row, stored[key])]
    gone = [row for key, row in stored.items() if key not in wanted or _differs(row, wanted[key])]
    CaseFact.objects.filter(pk__in=[row.pk for row in gone]).delete()
    CaseFact.objects.bulk_create(new, batch_size=1_000)
    _mark(row.on for row in (*new, *gone) if row.what != Fact.OPEN)
    return len({_key(row) for row in (*new, *gone)})


def _key(row: CaseFact) -> tuple[int, str, int]:
    return row.complaint_id, row.what, row.ref


def _differs(one: CaseFact, other: CaseFact) -> bool:
    return any(getattr(one, name) != getattr(other, name) for name in _COMPARED)


def _mark(days: Iterable[date]) -> None:
    """Say that sums of these months are old."""
    months = sorted({day.replace(day=1) for day in days})
    FactMonth.objects.bulk_create([FactMonth(month=month) for month in months], ignore_conflicts=True)
    FactMonth.objects.filter(month__in=months).update(version=F("version") + 1)


@transaction.atomic
def forget_facts(keys: Iterable[int]) -> None:
    """Take the facts of cases that are taken away, and say that the sums of their months are old."""
    rows = CaseFact.objects.filter(complaint__in=list(keys))
    _mark(rows.exclude(what=Fact.OPEN).order_by().values_list("on", flat=True))
    rows.delete()


def facts_of(first: date, last: date) -> Any:
    """Return the facts of the days from the first to the last, what is open now left out."""
    return CaseFact.objects.between(first, last).exclude(what=Fact.OPEN).order_by()
