"""Calendars as administrators set them: hours from a day on, and days that are not as the others.

What is past stays as it was: new hours begin today at the earliest, and a day that is over is not touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import available_timezones

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from complaints.domain.clocks import work_out_again
from complaints.domain.free_names import ensure_free_name
from complaints.domain.holidays import enter_holidays
from complaints.models import BusinessCalendar, CalendarDay, CalendarHours, Clock, Complaint
from complaints.spans import Hours, stored_spans
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.jobs import later
from core.domain.versions import ensure_fresh, locked
from core.errors import DomainError
from core.models import User
from core.zones import zone_named
from customers.domain.changes import bump, ensure_valid, write_changes

#: Cases that one step of the job works out.
CHUNK = 200


@transaction.atomic
def save_calendar(
    name: str,
    time_zone: str,
    *,
    by: User,
    follows_china: bool = True,
    notices_until: int | None = None,
    is_active: bool = True,
    calendar: BusinessCalendar | None = None,
    version: int | None = None,
) -> BusinessCalendar:
    """Make or change a calendar and return it. Refused: a name in use, and switching off the usual one."""
    values: dict[str, Any] = {"name": name.strip(), "time_zone": time_zone}
    values |= {"follows_china": follows_china, "notices_until": notices_until, "is_active": is_active}
    if time_zone not in available_timezones():
        text = _("This time zone is not known.")
        raise DomainError("unknown_zone", text, fields={"time_zone": text})
    ensure_free_name(BusinessCalendar, values["name"], _("Another calendar has this name."), but=calendar)
    if calendar is None:
        made = BusinessCalendar(created_by=by, **values)
        ensure_valid(made, set(values))
        made.save(force_insert=True)
        record(AuditAction.CREATED, by=by, subject=made)
        return made
    stored = locked(calendar)
    ensure_fresh(stored, version)
    if stored.is_default and not is_active:
        text = _("The calendar that is used where no other is named stays in use.")
        raise DomainError("default_needed", text, fields={"is_active": text})
    if stored.time_zone != time_zone and Clock.objects.filter(calendar=stored).exists():
        text = _("Deadlines were worked out in this zone: it stays. Make another calendar instead.")
        raise DomainError("zone_in_use", text, fields={"time_zone": text})
    if write_changes(stored, values, by=by, at=timezone.now()):
        enter_holidays(stored)
        _follow(stored)
    return stored


@transaction.atomic
def set_hours(
    calendar: BusinessCalendar,
    weekly: Mapping[int, Sequence[Hours]],
    *,
    valid_from: date,
    by: User,
    version: int | None = None,
) -> None:
    """Give the calendar other hours from a day on; those before it end on the day before.

    Refused: a day that is past, spans that overlap, a week without any hours, and hours that somebody
    else has set since `version` of the calendar was read.
    """
    if valid_from < today_of(calendar):
        text = _("Hours begin today or later: what is past stays as it was.")
        raise DomainError("in_the_past", text, fields={"valid_from": text})
    if not any(weekly.values()):
        text = _("A week needs some working time.")
        raise DomainError("no_hours", text)
    for spans in weekly.values():
        ensure_apart(spans)
    stored = locked(calendar)
    ensure_fresh(stored, version)
    CalendarHours.objects.filter(calendar=stored, valid_from__gte=valid_from).delete()
    # Those that a later plan ended, too: its rows have just gone, and theirs would overlap the new ones.
    still = Q(valid_to__isnull=True) | Q(valid_to__gte=valid_from)
    CalendarHours.objects.filter(still, calendar=stored).update(valid_to=valid_from - timedelta(days=1))
    CalendarHours.objects.bulk_create(
        CalendarHours(calendar=stored, weekday=day, opens=opens, closes=closes, valid_from=valid_from)
        for day, spans in weekly.items()
        for opens, closes in spans
    )
    told = f"{valid_from}: " + "; ".join(f"{day} {_told(spans)}" for day, spans in weekly.items() if spans)
    bump(stored, at=timezone.now())
    record(AuditAction.CHANGED, by=by, subject=stored, changes={"hours": ("", told)})
    enter_holidays(stored)
    _follow(stored)


def _told(spans: Iterable[Hours]) -> str:
    return ", ".join(f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in spans)


def ensure_apart(spans: Sequence[Hours]) -> None:
    """Refuse spans of one day that overlap. One that ends on the next day may only be the last."""
    rows = sorted(spans)
    for (_opens, closes), (opens, _closes) in pairwise(rows):
        if closes <= _opens or closes > opens:
            text = _("Spans of one day must not overlap.")
            raise DomainError("overlap", text)


@transaction.atomic
def set_day(
    calendar: BusinessCalendar,
    day: date,
    *,
    name: str,
    spans: Sequence[Hours],
    by: User,
    follows: bool = True,
) -> CalendarDay:
    """Say that a day is not as its weekday: closed (no spans), or worked on. Refused for a past day.

    Open cases are worked out anew, unless a caller who sets many days asks for it at the end
    (`follow_days`).
    """
    ensure_apart(spans)
    stored = locked(calendar)
    _ensure_to_come(day, stored)
    values = {
        "name": name.strip(),
        "is_open": bool(spans),
        "spans": stored_spans(spans),
        "is_seeded": False,
    }
    row, _created = CalendarDay.objects.update_or_create(calendar=stored, day=day, defaults=values)
    told = f"{day} {name} {_told(spans)}".strip()
    record(AuditAction.CHANGED, by=by, subject=stored, changes={"days": ("", told)})
    if follows:
        _follow(stored)
    return row


def follow_days(calendars: Iterable[BusinessCalendar]) -> None:
    """Ask for open cases to be worked out anew after many days were set, once for each calendar."""
    for calendar in {row.pk: row for row in calendars}.values():
        _follow(calendar)


@transaction.atomic
def remove_day(row: CalendarDay, *, by: User, follows: bool = True) -> None:
    """Let the day be as its weekday again. Refused for a day that is past.

    A holiday that the product entered is kept as a day with the hours of its weekday: it would come back.
    """
    stored = locked(row.calendar)
    _ensure_to_come(row.day, stored)
    if row.is_seeded and stored.follows_china:
        hours = stored.hours.filter(weekday=row.day.weekday(), valid_to__isnull=True).order_by("opens")
        set_day(stored, row.day, name=row.name, spans=[(one.opens, one.closes) for one in hours], by=by)
        return
    if CalendarDay.objects.filter(pk=row.pk).delete()[0]:
        record(AuditAction.CHANGED, by=by, subject=stored, changes={"days": (str(row), "")})
        if follows:
            _follow(stored)


def today_of(calendar: BusinessCalendar) -> date:
    """Return the day that it is where the calendar holds."""
    return timezone.localdate(timezone=zone_named(calendar.time_zone))


def _ensure_to_come(day: date, calendar: BusinessCalendar) -> None:
    if day < today_of(calendar):
        text = _("This day is past: it stays as it was.")
        raise DomainError("in_the_past", text, fields={"day": text})


# ---- what follows -----------------------------------------------------------------------------------
def _follow(calendar: BusinessCalendar) -> None:
    """Ask for the open cases to be worked out anew; one job for each change of the calendar."""
    BusinessCalendar.objects.filter(pk=calendar.pk).update(updated_at=timezone.now())
    key = f"calendar-{calendar.pk}-{timezone.now():%Y%m%dT%H%M%S%f}"
    later(
        "complaints.tasks.follow_calendar",
        title=gettext_noop("Deadlines by the changed calendar"),
        dedupe=key,
        calendar_id=calendar.pk,
    )


def follow_calendar(calendar: BusinessCalendar) -> int:
    """Work out the running clocks of the calendar anew, a case at a time, and return how many cases.

    Running it again changes nothing more, so a killed job simply begins again.
    """
    rows = Clock.objects.running().filter(calendar=calendar)
    cases, last = 0, 0
    while True:
        found = list(
            rows.filter(complaint__gt=last)
            .order_by("complaint_id")
            .values_list("complaint_id", flat=True)
            .distinct()[:CHUNK]
        )
        if not found:
            return cases
        for key in found:
            _work_out(key)
        cases, last = cases + len(found), found[-1]


@transaction.atomic
def _work_out(complaint_id: int) -> None:
    # What still runs on a case that has ended meanwhile waits for its decision letter, by the same calendar.
    case = locked(Complaint.objects.get(pk=complaint_id))
    work_out_again(case, at=timezone.now(), reason="calendar")
