"""Business calendars on pages: hours from a day on, holidays, make-up days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import TemplateView

from complaints.domain.calendar_settings import remove_day, save_calendar, set_day, set_hours
from complaints.domain.holidays import missing_years
from complaints.forms.settings import WEEKDAYS, CalendarForm, DayForm, HoursForm
from complaints.models import BusinessCalendar, CalendarDay, CalendarHours
from complaints.views.settings import NAV, SettingForm
from core.access import can
from core.views.base import Right, RightsMixin
from core.views.lists import export_address
from customers.views.base import fetch


class CalendarDetail(RightsMixin, TemplateView):
    """A calendar: its hours, and the days that are not as the others."""

    required_right: ClassVar[Right] = ("view", BusinessCalendar)
    template_name = "complaints/calendar_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read hours and days of the year that is asked for."""
        calendar = fetch(self.request, BusinessCalendar.objects.all(), self.kwargs["pk"])
        today = timezone.localdate()
        asked = self.request.GET.get("year", "")
        year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else today.year
        return super().get_context_data(
            calendar=calendar,
            periods=periods_of(calendar),
            days=list(calendar.days.filter(day__year=year)),
            year=year,
            today=today,
            missing=missing_years(calendar, today),
            may_change=can(self.person, "change", BusinessCalendar),
            may_import=can(self.person, "import", CalendarDay),
            export_url=self._export_url(calendar),
            nav_current=NAV,
            **kwargs,
        )

    def _export_url(self, calendar: BusinessCalendar) -> str:
        """Return where the days of the calendar are offered as a file; files know calendars in use only."""
        query = f"calendar={calendar.pk}"
        key = "complaints.calendarday" if calendar.is_active else ""
        return export_address(self.person, key, CalendarDay, query)


def periods_of(calendar: BusinessCalendar) -> list[dict[str, Any]]:
    """Return the hours of the calendar by the days from which they hold, the latest first."""
    rows = list(CalendarHours.objects.filter(calendar=calendar))
    starts = sorted({row.valid_from for row in rows}, reverse=True)
    return [
        {
            "from": start,
            "to": max(_ends(rows, start), default=None),
            "days": [
                (
                    WEEKDAYS[day],
                    [row for row in rows if row.valid_from == start and row.weekday == day],
                )
                for day in range(7)
            ],
        }
        for start in starts
    ]


def _ends(rows: list[CalendarHours], start: date) -> list[date]:
    return [row.valid_to for row in rows if row.valid_from == start and row.valid_to is not None]


class CalendarEdit(SettingForm):
    """A calendar, new or changed."""

    required_right: ClassVar[Right] = ("change", BusinessCalendar)
    model = BusinessCalendar
    form_class = CalendarForm
    title = gettext_lazy("Business calendar")
    submit_label = gettext_lazy("Save calendar")
    success_message = gettext_lazy("Calendar saved.")

    def save(self, form: CalendarForm) -> BusinessCalendar:
        """Save the calendar."""
        version = form.seen_version
        return save_calendar(**form.values, by=self.person, calendar=self.row, version=version)

    def url_after(self, record: BusinessCalendar) -> str:
        """The page of the calendar."""
        return reverse("complaints:calendar-detail", args=[record.pk])


class _OfCalendar(SettingForm):
    """A form about one calendar."""

    required_right: ClassVar[Right] = ("change", BusinessCalendar)
    model = BusinessCalendar

    def form_arguments(self) -> dict[str, Any]:
        """These forms hold no record."""
        return {}

    def cancel_url(self) -> str:
        """Back to the calendar."""
        return reverse("complaints:calendar-detail", args=[self.row.pk])


class HoursEdit(_OfCalendar):
    """Other hours from a day on."""

    form_class = HoursForm
    title = gettext_lazy("Opening hours")
    submit_label = gettext_lazy("Save hours")
    success_message = gettext_lazy("Hours saved; open cases are worked out anew.")

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the calendar."""
        return {"calendar": self.row}

    def get_initial(self) -> dict[str, Any]:
        """Begin with the hours that hold now, from tomorrow on."""
        rows = list(self.row.hours.filter(valid_to__isnull=True).order_by("opens"))
        hours = {
            f"day_{day}": ", ".join(str(row).partition(" ")[2] for row in rows if row.weekday == day)
            for day in range(7)
        }
        return {"valid_from": timezone.localdate() + timedelta(days=1), **hours}

    def save(self, form: HoursForm) -> None:
        """Save the hours."""
        begin, version = form.cleaned_data["valid_from"], form.seen_version
        set_hours(self.row, form.weekly, valid_from=begin, by=self.person, version=version)


class DayEdit(_OfCalendar):
    """A day that is not as its weekday."""

    form_class = DayForm
    title = gettext_lazy("Special day")
    submit_label = gettext_lazy("Save day")
    success_message = gettext_lazy("Day saved; open cases are worked out anew.")
    form_columns = 1

    def save(self, form: DayForm) -> CalendarDay:
        """Save the day."""
        data = form.cleaned_data
        return set_day(self.row, data["day"], name=data["name"], spans=data["spans"], by=self.person)


class DayRemove(RightsMixin, View):
    """A day that is as its weekday again."""

    required_right: ClassVar[Right] = ("change", BusinessCalendar)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int, day: int) -> HttpResponse:
        """Remove it and go back."""
        calendar = fetch(request, BusinessCalendar.objects.all(), pk, "change")
        days = CalendarDay.objects.select_related("calendar")
        remove_day(get_object_or_404(days, pk=day, calendar=calendar), by=self.person)
        messages.success(request, _("The day is as its weekday again."))
        return redirect(reverse("complaints:calendar-detail", args=[calendar.pk]))
