"""Business calendars over the API: hours from a day on, holidays, make-up days."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from complaints.domain.calendar_settings import remove_day, save_calendar, set_day, set_hours
from complaints.domain.holidays import missing_years
from complaints.filters.plans import CalendarFilterSet
from complaints.models import BusinessCalendar, CalendarDay, CalendarHours
from complaints.sorting.plans import CALENDAR_SORTS
from core.api.fields import ClockTimeField
from customers.api.base import Strict, StrictModelSerializer, VersionedViewSet, VersionField

#: Spans of one day, and so of each day of a week.
MOST_SPANS = 12


class CalendarHoursSerializer(serializers.ModelSerializer[CalendarHours]):
    """A span of a weekday (0 is Monday); one that does not close after it opens ends on the next day."""

    opens = ClockTimeField()
    closes = ClockTimeField()

    class Meta:
        model = CalendarHours
        fields = ["weekday", "opens", "closes", "valid_from", "valid_to"]
        read_only_fields = fields


class CalendarSerializer(StrictModelSerializer):
    """A calendar with its hours, also those that held before."""

    # The zones are refused by the verb: the list of them is long.
    time_zone = serializers.CharField(max_length=50)
    hours = CalendarHoursSerializer(many=True, read_only=True)
    version = VersionField()

    class Meta:
        model = BusinessCalendar
        fields = [
            "id", "name", "time_zone", "is_default", "follows_china", "notices_until", "is_active", "hours",
            "updated_at", "version",
        ]  # fmt: skip
        read_only_fields = ["is_default", "updated_at"]


class SpanSerializer(Strict):
    """From when to when."""

    opens = ClockTimeField()
    closes = ClockTimeField()


class WeekSpanSerializer(SpanSerializer):
    """A span of one weekday; 0 is Monday."""

    weekday = serializers.IntegerField(min_value=0, max_value=6)


class WeekSerializer(Strict):
    """The hours of a whole week from a day on; a weekday without a span is closed."""

    valid_from = serializers.DateField(help_text="Today or later: what is past stays as it was.")
    spans = serializers.ListField(child=WeekSpanSerializer(), min_length=1, max_length=7 * MOST_SPANS)
    version = VersionField()


class CalendarDaySerializer(serializers.ModelSerializer[CalendarDay]):
    """A day that is not as its weekday: closed, or worked on for the spans; `name` as the reader says it."""

    name = serializers.CharField(source="label", read_only=True)
    spans = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))

    class Meta:
        model = CalendarDay
        fields = ["day", "name", "is_open", "spans", "is_seeded"]
        read_only_fields = fields


class CalendarYearSerializer(serializers.Serializer[Any]):
    """The days of one year, and the years of which nobody has entered the holidays yet."""

    year = serializers.IntegerField()
    days = CalendarDaySerializer(many=True)
    missing_years = serializers.ListField(child=serializers.IntegerField())


class DayWriteSerializer(Strict):
    """A day that is not as its weekday; without a span it is closed."""

    day = serializers.DateField()
    name = serializers.CharField(max_length=80)
    spans = serializers.ListField(child=SpanSerializer(), required=False, max_length=MOST_SPANS, default=list)


class DayNameSerializer(Strict):
    """Which day."""

    day = serializers.DateField()


class YearSerializer(Strict):
    """Which year."""

    year = serializers.IntegerField(required=False, min_value=2000, max_value=2999)


_WEEK = OpenApiExample(
    "Five days",
    value={
        "valid_from": "2027-01-04",
        "spans": [{"weekday": day, "opens": "09:00", "closes": "18:00"} for day in range(5)],
    },
    request_only=True,
)
_HOLIDAY = OpenApiExample(
    "A holiday", value={"day": "2027-02-05", "name": "Eve of the Spring Festival"}, request_only=True
)
_YEAR = OpenApiParameter("year", int, description="By default this year.")


class CalendarViewSet(VersionedViewSet):
    """Calendars. Open cases are worked out anew after each change; what is past stays as it was."""

    model = BusinessCalendar
    serializer_class = CalendarSerializer
    filterset_class = CalendarFilterSet
    sort_keys = CALENDAR_SORTS
    default_sort = "name"
    http_method_names = ["get", "post", "patch", "put", "head", "options"]
    action_rights = {
        "create": "change",
        "set_hours": "change",
        "days": "view",
        "set_day": "change",
        "remove_day": "change",
    }

    def for_api(self, rows: Any) -> Any:
        """Add the hours."""
        return rows.prefetch_related("hours")

    def create_record(self, data: dict[str, Any]) -> BusinessCalendar:
        """Make one; it has no hours yet."""
        self.version_of(data)
        return save_calendar(**data, by=self.actor)

    def update_record(self, instance: BusinessCalendar, data: dict[str, Any]) -> BusinessCalendar:
        """Change it; a zone in which deadlines were worked out stays."""
        version = self.version_of(data)
        names = ("name", "time_zone", "follows_china", "notices_until", "is_active")
        values = {name: data.get(name, getattr(instance, name)) for name in names}
        return save_calendar(**values, by=self.actor, calendar=instance, version=version)

    @extend_schema(request=WeekSerializer, responses=CalendarSerializer, examples=[_WEEK], filters=False)
    @action(detail=True, methods=["post"], url_path="hours", url_name="hours")
    def set_hours(self, request: Request, pk: int) -> Response:
        """Give it other hours from a day on; those before it end on the day before."""
        calendar, data = self.get_object(), self.checked(WeekSerializer)
        weekly: dict[int, list[Any]] = defaultdict(list)
        for span in data["spans"]:
            weekly[span["weekday"]].append((span["opens"], span["closes"]))
        version = self.version_of(data)
        set_hours(calendar, weekly, valid_from=data["valid_from"], by=self.actor, version=version)
        return self.answer(self.fresh(calendar))

    @extend_schema(parameters=[_YEAR], responses=CalendarYearSerializer, filters=False)
    @action(detail=True, methods=["get"])
    def days(self, request: Request, pk: int) -> Response:
        """Return the holidays and make-up days of a year."""
        asked = YearSerializer(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        return self._year(self.get_object(), asked.validated_data.get("year"))

    @extend_schema(
        request=DayWriteSerializer, responses=CalendarYearSerializer, examples=[_HOLIDAY], filters=False
    )
    @days.mapping.post
    def set_day(self, request: Request, pk: int) -> Response:
        """Enter a day that is not as its weekday, or change it. 400 for a day that is past."""
        calendar, data = self.get_object(), self.checked(DayWriteSerializer)
        spans = [(span["opens"], span["closes"]) for span in data["spans"]]
        set_day(calendar, data["day"], name=data["name"], spans=spans, by=self.actor)
        return self._year(calendar, data["day"].year)

    @extend_schema(request=DayNameSerializer, responses=CalendarYearSerializer, filters=False)
    @action(detail=True, methods=["post"], url_path="remove-day", url_name="remove-day")
    def remove_day(self, request: Request, pk: int) -> Response:
        """Let a day be as its weekday again. 404 where it is."""
        calendar, day = self.get_object(), self.checked(DayNameSerializer)["day"]
        row = get_object_or_404(CalendarDay.objects.select_related("calendar"), calendar=calendar, day=day)
        remove_day(row, by=self.actor)
        return self._year(calendar, day.year)

    def _year(self, calendar: BusinessCalendar, year: int | None) -> Response:
        today = timezone.localdate()
        chosen = year or today.year
        found = {
            "year": chosen,
            "days": calendar.days.filter(day__year=chosen),
            "missing_years": missing_years(calendar, today),
        }
        return Response(CalendarYearSerializer(found).data)


routes = [("calendars", CalendarViewSet, "calendar")]
