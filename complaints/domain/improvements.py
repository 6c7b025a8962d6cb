"""Improvements: planned, done, checked by the rates before and after, and acted upon."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.choices.learning import IMPROVEMENT_MOVES, ImprovementState
from complaints.choices.solving import CauseState
from complaints.domain.causes import fix_cause
from complaints.domain.effects import complaints_with, effect_around, named_shares
from complaints.models import Cause, Improvement
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.notifications import notify
from core.domain.versions import ensure_fresh, locked
from core.errors import Conflict, DomainError
from core.models import User
from core.zones import midnight
from customers.domain.changes import ensure_known, ensure_valid, write_changes

IMPROVEMENT_FIELDS = ("title", "description", "cause", "cause_note", "category", "crisis", "owner", "due_on")


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
    changes = write_changes(stored, data, by=by, at=timezone.now())
    if {"cause", "category"} & set(changes) and stored.effect:
        # What was measured was measured on other complaints.
        stored.effect, stored.measured_at = {}, None
        stored.save(update_fields=["effect", "measured_at"])
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


@transaction.atomic
def measure(improvement: Improvement, *, at: datetime) -> dict[str, Any]:
    """Compare the complaint rates before and after, store and return what was found (`effects`).

    Complaints with its cause count, else those of its category; {} where neither is named, or too few days
    have passed. Fewer complaints and none at all since then make its cause count as fixed.
    """
    rows = complaints_with(improvement.cause, improvement.category)
    if improvement.done_on is None or rows is None:
        return {}
    effect = effect_around(rows, improvement.done_on, at=at)
    if not effect:
        return {}
    if improvement.cause is not None:
        effect |= named_shares(improvement.done_on, effect["days"])
    Improvement.objects.filter(pk=improvement.pk).update(effect=effect, measured_at=at)
    if improvement.cause is not None and effect.get("verdict") == "lower" and not effect["after"]:
        _count_as_fixed(improvement, improvement.cause)
    return effect


def _count_as_fixed(improvement: Improvement, cause: Cause) -> None:
    """Say so from the day on which the improvement came into force; people may have said it before."""
    stored = locked(cause)
    if stored.state == CauseState.FIXED or improvement.done_on is None:
        return
    since = midnight(improvement.done_on)
    # Also later than the days that were compared.
    if stored.complaints.filter(complaint__received_at__gte=since).exists():
        return
    fix_cause(stored, by=None, at=since, note=improvement.title)


def measure_all(at: datetime) -> int:
    """Measure every improvement that is being checked; again on the same day finds the same."""
    rows = Improvement.objects.filter(state__in=[ImprovementState.CHECK, ImprovementState.ACT])
    return sum(bool(measure(one, at=at)) for one in rows.select_related("category", "cause").order_by("pk"))


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
