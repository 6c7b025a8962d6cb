"""Holidays and make-up days as a file, which the import of them takes back."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from complaints.choices.calendars import DayKind
from complaints.filters.plans import CalendarDayFilterSet
from complaints.models import CalendarDay
from complaints.sorting.plans import CALENDAR_DAY_SORTS
from complaints.spans import spans_in_words, spans_stored
from core.lists import Column, ListDefinition, of, register_list


def _days(user: Any) -> Any:
    # Files name calendars in use.
    rows = CalendarDay.objects.visible_to(user, "export").filter(calendar__is_active=True)
    return rows.select_related("calendar")


def _kind(row: CalendarDay) -> str:
    return str((DayKind.OPEN if row.is_open else DayKind.CLOSED).label)


CALENDAR_DAYS = ListDefinition(
    key="complaints.calendarday",
    title=_("Holidays and make-up days"),
    model=CalendarDay,
    filterset_class=CalendarDayFilterSet,
    rows=_days,
    columns=[
        Column("calendar", _("Calendar"), lambda row: str(row.calendar)),
        Column("day", _("Day"), of("day")),
        Column("is_open", _("Closed or working day"), _kind),
        Column("spans", _("Hours"), lambda row: spans_in_words(spans_stored(row.spans))),
        Column("name", _("Name"), of("label")),
    ],
    sort_keys=CALENDAR_DAY_SORTS,
    default_sort="day",
)


def register_lists() -> None:
    """Offer it."""
    register_list(CALENDAR_DAYS)
