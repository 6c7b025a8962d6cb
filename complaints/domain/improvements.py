"""Improvements: planned, done, checked by the rates before and after, and acted upon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.choices.cases import State
from complaints.choices.learning import IMPROVEMENT_MOVES, ImprovementState
from complaints.models import Complaint, Improvement
from complaints.rates import rate_ratio
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.notifications import notify
from core.errors import Conflict, DomainError
from core.models import User
from customers.domain.changes import ensure_fresh, ensure_known, ensure_valid, locked, write_changes
from customers.models import Customer

IMPROVEMENT_FIELDS = ("title", "description", "cause", "category", "crisis", "owner", "due_on")
#: The most days before and after that are compared; both sides take as many as there are after.
MOST_DAYS = 90
LEAST_DAYS = 14


@transaction.atomic
def plan_improvement(data: Mapping[str, Any], *, by: User) -> Improvement:
    """Plan an improvement. Refuses values that its fields cannot hold."""
    ensure_known(data, IMPROVEMENT_FIELDS)
    improvement = Improvement(**data, created_by=by)
    ensure_valid(improvement, {*data, "title", "due_on"})
    improvement.save(force_insert=True)
    record(AuditAction.CREATED, by=by, subject=improvement)
    return improvement


@transaction.atomic
def edit_improvement(
    improvement: Improvement, data: Mapping[str, Any], *, by: User, version: int | None = None
) -> Improvement:
    """Write the fields that differ. Refused once it is closed."""
    ensure_known(data, IMPROVEMENT_FIELDS)
    stored = locked(improvement)
    ensure_fresh(stored, version)
    if stored.state == ImprovementState.CLOSED:
        raise Conflict("improvement_closed", _("This improvement is closed."))
    write_changes(stored, data, by=by, at=timezone.now())
    return stored


@transaction.atomic
def move_improvement(
    improvement: Improvement, state: str, *, by: User, note: str = "", at: datetime | None = None
) -> Improvement:
    """Move it on along plan, do, check, act. Entering the check says that it is in force from today.

    Refused: a move that its state does not allow, and closing without a word on what is kept.
    """
    moment, text = at or timezone.now(), note.strip()
    stored = locked(improvement)
    if state not in IMPROVEMENT_MOVES[stored.state]:
        words = _("This improvement is at “%(state)s”.") % {"state": stored.get_state_display()}
        raise Conflict("improvement_moved", words)
    values: dict[str, Any] = {"state": state}
    if state == ImprovementState.CHECK:
        values |= {"done_on": timezone.localdate(moment), "effect": {}, "measured_at": None}
    if state == ImprovementState.CLOSED:
        if not text:
            words = _("Say what you keep, or do otherwise.")
            raise DomainError("note_needed", words, fields={"note": words})
        values["lesson"] = text
    write_changes(stored, values, by=by, at=moment, note=text)
    return stored


def measure(improvement: Improvement, *, at: datetime) -> dict[str, Any]:
    """Compare the complaint rates per 1,000 customers before and after, store and return what was found.

    As many days before as after, ninety at the most; {} while there are fewer than fourteen.
    """
    if improvement.done_on is None:
        return {}
    days = min((timezone.localdate(at) - improvement.done_on).days, MOST_DAYS)
    if days < LEAST_DAYS:
        return {}
    begin = improvement.done_on - timedelta(days=days)
    end = improvement.done_on + timedelta(days=days)
    before, after = (
        _count(improvement, begin, improvement.done_on),
        _count(improvement, improvement.done_on, end),
    )
    customers = (_customers(improvement.done_on), _customers(end))
    effect: dict[str, Any] = {
        "days": days,
        "before": before,
        "after": after,
        "customers_before": customers[0],
        "customers_after": customers[1],
    }
    found = rate_ratio(before, customers[0] * days / 1_000, after, customers[1] * days / 1_000)
    if found is not None:
        effect |= {name: asdict(found)[name] for name in ("ratio", "low", "high")}
        effect["verdict"] = "lower" if found.is_lower else "higher" if found.is_higher else "unclear"
    Improvement.objects.filter(pk=improvement.pk).update(effect=effect, measured_at=at)
    return effect


def _count(improvement: Improvement, first: date, until: date) -> int:
    start, end = (timezone.make_aware(datetime.combine(day, time.min)) for day in (first, until))
    rows = Complaint.objects.complaints().filter(received_at__gte=start, received_at__lt=end)
    if improvement.category is not None:
        rows = rows.filter(category__code=improvement.category.code)
    return int(rows.exclude(state=State.MERGED).count())


def _customers(on: date) -> int:
    """Customers that were there on the day."""
    end = timezone.make_aware(datetime.combine(on, time.min))
    return int(Customer.objects.live().filter(created_at__lte=end).count())


def measure_all(at: datetime) -> int:
    """Measure every improvement that is being checked; again on the same day finds the same."""
    rows = Improvement.objects.filter(state__in=[ImprovementState.CHECK, ImprovementState.ACT])
    return sum(bool(measure(one, at=at)) for one in rows.select_related("category").order_by("pk"))


def remind(on: date) -> int:
    """Remind owners of improvements that are due today or late, once for each due day."""
    rows = Improvement.objects.unclosed().filter(due_on__lte=on).select_related("owner")
    for one in rows:
        notify(
            [one.owner],
            kind="improvement_due",
            title=gettext_lazy("Improvement due: %(title)s"),
            params={"title": one.title},
            url=one.get_absolute_url(),
            subject=one,
            dedupe=f"improvement-{one.pk}-{one.due_on:%Y-%m-%d}",
        )
    return len(rows)
