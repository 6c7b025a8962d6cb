"""Files of holidays and make-up days, for business calendars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from complaints.choices.calendars import DayKind
from complaints.domain.calendar_settings import ensure_apart, follow_days, remove_day, set_day, today_of
from complaints.models import BusinessCalendar, CalendarDay, CalendarHours
from complaints.seeded_words import says
from complaints.spans import read_spans, spans_stored, stored_spans
from core.errors import DomainError
from core.imports.declared import DeclaredSession, Plan
from core.imports.fields import TargetField
from core.imports.groups import ImportGroup
from core.imports.targets import UndoLine
from core.imports.unversioned import UnversionedTarget
from core.models import User
from customers.imports.people import key_of
from customers.rules import FIRST_DAY, LAST_DAY

FIELDS: tuple[TargetField, ...] = (
    TargetField(
        "calendar", _("Calendar"), max_length=80, also=(_("Business calendar"),),
        synonyms="calendar name, business calendar, 日历, 工作日历, 日历名称, 日曆, 工作日曆, 日曆名稱, 行事曆, 行事历",
        help=_("Empty: the calendar that is used where no other is named."),
    ),
    TargetField(
        "day", _("Day"), "date", is_required=True, is_key=True, bounds=lambda: (FIRST_DAY, LAST_DAY),
        synonyms="date, holiday date, 日期, 日子, 放假日期, 调休日期, 調休日期",
    ),
    TargetField(
        "is_open", _("Closed or working day"), "choice", choices=DayKind,
        synonyms="type, kind, open, status, 类型, 性质, 是否上班, 是否工作日, 休或班, 類型, 性質",
        words={
            "closed": "holiday, off, free, no, 0, 休, 放假, 休息, 休假, 节假日, 否, 節假日",
            "open": "open, make-up day, work, workday, yes, 1, 班, 上班, 调休, 补班, 工作, 是, 調休, 補班",
        },
        help=_("Empty: a working day where hours are given, else closed."),
    ),
    TargetField(
        "spans", _("Hours"), max_length=200,
        synonyms="opening hours, working hours, time, 时间, 工作时间, 上班时间, 时段, 時間, 工作時間, 上班時間, 時段",
        help=_("Such as 09:00–12:00, 13:00–18:00. Of a working day without, those of a Monday."),
    ),
    TargetField(
        "name", _("Name"), max_length=80,
        synonyms="holiday, holiday name, description, remark, 名称, 节日, 节日名称, 假日名称, 备注, 名稱, 節日, 節日名稱, 假日名稱, 備註",
    ),
)  # fmt: skip


class _Calendars:
    """The calendars of the installation with the hours of their Mondays: few enough to know them all."""

    @cached_property
    def _rows(self) -> list[BusinessCalendar]:
        return list(BusinessCalendar.objects.active().order_by("pk"))

    @cached_property
    def _mondays(self) -> dict[int, list[list[str]]]:
        rows = CalendarHours.objects.filter(weekday=0, valid_to__isnull=True).order_by("opens")
        found: dict[int, list[list[str]]] = {}
        for row in rows:
            found.setdefault(row.calendar_id, []).extend(stored_spans([(row.opens, row.closes)]))
        return found

    def load(self, plans: Sequence[Plan]) -> None:
        """All are known after the first question."""

    def fill(self, plan: Plan) -> None:
        """Put the calendar into the plan, or refuse the row."""
        text = plan.row.values.get("calendar")
        if not text:
            found = next((row for row in self._rows if row.is_default), None)
            if found is None:
                plan.row.refuse("no_calendar", "calendar")
        else:
            found = next((row for row in self._rows if self._is_called(row, text)), None)
            if found is None:
                plan.row.refuse_name("unknown_calendar", "calendar", text, map(str, self._rows))
        if found is not None:
            plan.values["calendar"] = found

    def _is_called(self, calendar: BusinessCalendar, text: str) -> bool:
        names = {key_of(calendar.name), key_of(str(calendar))}
        return key_of(text) in names or says(calendar.name, text)

    def monday_of(self, calendar: BusinessCalendar) -> list[list[str]]:
        """Return the hours of a Monday as it is now."""
        return self._mondays.get(calendar.pk, [])


class CalendarDayTarget(UnversionedTarget):
    """Days that are not as their weekday. Days that are past stay as they were."""

    key = "complaints.calendarday"
    title = _("Holidays and make-up days")
    group = ImportGroup.ORGANISATION
    order = 40
    fields = FIELDS
    plain = ("day", "name")
    identity = (("calendar", "day"), ("day",))
    watched = ("name", "is_open", "spans", "is_seeded")
    references = (lambda session: _Calendars(),)
    list_url_name = "complaints:settings"
    model = CalendarDay

    def page_of(self, record: Any) -> str:
        """The page of the calendar."""
        return reverse("complaints:calendar-detail", args=[record.calendar_id])

    def prepare(self, plan: Plan, session: DeclaredSession) -> None:
        """Read the hours; a working day without has those of a Monday."""
        values, given = plan.values, plan.row.values
        try:
            spans = read_spans(given.get("spans", ""))
            ensure_apart(spans)
        except ValueError:
            plan.row.refuse("bad_spans", "spans")
            return
        except DomainError:
            plan.row.refuse("spans_overlap", "spans")
            return
        is_open = given["is_open"] == DayKind.OPEN if "is_open" in given else bool(spans)
        kept = stored_spans(spans)
        if is_open and not kept:
            calendars = next(one for one in session.references if isinstance(one, _Calendars))
            kept = calendars.monday_of(values["calendar"])
        values.setdefault("name", "")
        values |= {"is_open": is_open, "spans": kept if is_open else []}
        if spans and not is_open:
            plan.row.refuse("closed_with_hours", "spans")
        elif is_open and not kept:
            plan.row.refuse("open_without_hours", "spans")

    def find(self, plans: Sequence[Plan], session: DeclaredSession, *, lock: bool) -> None:
        """The day as the calendar has it; what is past may be named, and not changed."""
        days = Q(calendar__in={plan.values["calendar"] for plan in plans})
        rows = CalendarDay.objects.filter(days, day__in={plan.values["day"] for plan in plans})
        known = {(row.calendar_id, row.day): row for row in rows}
        for plan in plans:
            calendar, day = plan.values["calendar"], plan.values["day"]
            _times, first, _note = session.seen.add(f"day:{calendar.pk}:{day}", plan.row.line)
            if first != plan.row.line and not plan.row.same_as:
                # One row names the usual calendar, the other leaves it empty.
                plan.row.refuse("same_key_twice", "day", line=first)
                continue
            plan.record = known.get((calendar.pk, day))
            if day < today_of(calendar) and (plan.record is None or self.differences(plan)):
                plan.row.refuse("day_past", "day")

    def differences(self, plan: Plan) -> dict[str, Any]:
        """What the day has not yet; a day without a name in the file, or with its own in any language, keeps it."""
        is_named = "name" in plan.row.values and not says(plan.record.name, plan.values["name"])
        names = ("name", "is_open", "spans") if is_named else ("is_open", "spans")
        return {name: plan.values[name] for name in names if getattr(plan.record, name) != plan.values[name]}

    def create(self, values: Mapping[str, Any], session: DeclaredSession) -> models.Model:
        """Enter the day."""
        spans = spans_stored(values["spans"])
        return set_day(
            values["calendar"], values["day"], name=values["name"], spans=spans, by=session.by, follows=False
        )

    def update(self, record: Any, changes: Mapping[str, Any], by: User) -> Any:
        """Change the day."""
        spans = spans_stored(changes.get("spans", record.spans))
        name = changes.get("name", record.name)
        stored: Any = set_day(record.calendar, record.day, name=name, spans=spans, by=by, follows=False)
        stored.undo_extra = {"was_seeded": record.is_seeded}
        return stored

    def follow(self, plans: Sequence[Plan], session: DeclaredSession) -> None:
        """Let open cases be worked out anew, once for each calendar."""
        follow_days(plan.values["calendar"] for plan in plans)

    # ---- taking back --------------------------------------------------------------------------------
    def undo(self, lines: Sequence[UndoLine], *, by: User, at: datetime, note: str) -> dict[int, str]:
        """Let the days be as they were, and work out open cases once for each calendar."""
        ids = [line.object_id for line in lines]
        calendars = list(BusinessCalendar.objects.filter(days__in=ids).distinct())
        left = super().undo(lines, by=by, at=at, note=note)
        if len(left) < len(lines):
            follow_days(calendars)
        return left

    def change_back(self, record: Any, undo: Mapping[str, Any], by: User) -> None:
        """Give the day its old hours; a holiday of the product is one again."""
        super().change_back(record, undo, by)
        CalendarDay.objects.filter(pk=record.pk).update(is_seeded=undo["was_seeded"])

    def remove(self, record: Any, by: User) -> None:
        """Let the day be as its weekday again."""
        remove_day(record, by=by, follows=False)
