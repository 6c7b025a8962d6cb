"""Quiet hours of the house by grade: a level fires on time, its message waits until they end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.choices.cases import Grade
from complaints.models import Complaint, QuietHours
from core.domain.versions import ensure_fresh, locked
from core.errors import DomainError
from core.models import User
from core.quiet import Timing, end_of_quiet
from core.zones import zone_named
from customers.domain.changes import ensure_known, write_changes

QUIET_FIELDS = ("quiet_from", "quiet_to", "quiet_days")
_DAYS = "0123456"
#: What holds until administrators say otherwise: severe complaints are told day and night.
BUILT_IN: dict[str, tuple[time | None, time | None]] = {
    Grade.SEVERE: (None, None),
    Grade.GENERAL: (None, None),
    Grade.MINOR: (time(21), time(8)),
}


def seed_quiet_hours() -> None:
    """Make the quiet hours of each grade exist."""
    for grade, (begin, end) in BUILT_IN.items():
        QuietHours.objects.get_or_create(grade=grade, defaults={"quiet_from": begin, "quiet_to": end})


def quiet_hours() -> list[QuietHours]:
    """Return the quiet hours of every grade, from grave to light."""
    rows = {row.grade: row for row in QuietHours.objects.all()}
    return [rows[grade] for grade in BUILT_IN if grade in rows]


def speaks_at(case: Complaint, at: datetime) -> datetime:
    """Return when the message of a level of the case goes out: `at`, or the end of the quiet hours."""
    row = QuietHours.objects.filter(grade=case.grade or Grade.MINOR).first()
    if row is None:
        return at
    days = frozenset(int(day) for day in row.quiet_days)
    return end_of_quiet(at, Timing(zone_named(""), row.quiet_from, row.quiet_to, days))


@transaction.atomic
def set_quiet_hours(
    row: QuietHours, data: Mapping[str, Any], *, by: User, version: int | None = None
) -> QuietHours:
    """Change the quiet hours of a grade; empty ends mean none. What waits already keeps its time.

    Refused: one end without the other, ends that are the same, no day, and a row changed since `version`.
    """
    ensure_known(data, QUIET_FIELDS)
    stored = locked(row)
    ensure_fresh(stored, version)
    values = {name: getattr(stored, name) for name in QUIET_FIELDS} | dict(data)
    values["quiet_days"] = "".join(sorted(set(values["quiet_days"]) & set(_DAYS)))
    begin, end = values["quiet_from"], values["quiet_to"]
    if (begin is None) != (end is None):
        _refuse("quiet_hours_open", "quiet_to", _("Quiet hours need a beginning and an end."))
    if begin is not None and begin == end:
        _refuse("quiet_hours_empty", "quiet_to", _("Choose an end that differs from the beginning."))
    if not values["quiet_days"]:
        _refuse("no_day", "quiet_days", _("Choose a day at least."))
    write_changes(stored, values, by=by, at=timezone.now())
    return stored


def _refuse(code: str, name: str, text: str) -> None:
    raise DomainError(code, text, fields={name: text})
