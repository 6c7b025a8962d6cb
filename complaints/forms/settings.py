"""Forms of what administrators set up."""

from __future__ import annotations

import re
from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from complaints.models import BusinessCalendar, Category, Handler, Queue
from complaints.spans import read_spans
from core.forms import VersionMixin, time_zone_choices
from core.models import User
from core.people import offer_people
from customers.forms.base import RecordForm, people_choices

_NAMES = ("name_en", "name_zh_hans", "name_zh_hant")


class QueueForm(VersionMixin, RecordForm):
    """A queue."""

    class Meta:
        model = Queue
        fields = [*_NAMES, "kind", "team", "calendar", "is_automatic", "is_default", "position", "is_active"]


class HandlerForm(VersionMixin, RecordForm):
    """Somebody who handles cases."""

    skills = forms.CharField(
        label=_("Skills"),
        required=False,
        help_text=_("Words with commas, as categories ask for."),
    )

    class Meta:
        model = Handler
        fields = ["queues", "cap", "skills", "calendar", "is_active"]
        widgets = {"queues": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["skills"] = ", ".join(self.instance.skills or [])
        self.fields["queues"].queryset = Queue.objects.active()  # type: ignore[attr-defined]

    def clean_skills(self) -> list[str]:
        """Return the words."""
        words = re.split(r"[,，、;；\n]", self.cleaned_data["skills"])
        return sorted({word.strip()[:40] for word in words if word.strip()})


class NewHandlerForm(HandlerForm):
    """Who, too."""

    person = forms.ModelChoiceField(User.objects.none(), label=_("Person"))
    field_order = ["person"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_people(self.fields["person"], people_choices().filter(handler__isnull=True))


class CategoryForm(RecordForm):
    """A category, or its next edition."""

    class Meta:
        model = Category
        fields = ["kind", "code", *_NAMES, "parent_code", "queue", "skill", "position"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Category.objects.current()
        if self.instance.pk is not None:
            rows = rows.of_kind(self.instance.kind).exclude(code=self.instance.code)
            del self.fields["kind"], self.fields["code"]
        choices = [("", "—"), *((row.code, f"{row.code} · {row.name}") for row in rows)]
        self.fields["parent_code"] = forms.ChoiceField(label=_("Belongs to"), choices=choices, required=False)


class CalendarForm(VersionMixin, RecordForm):
    """A calendar."""

    class Meta:
        model = BusinessCalendar
        fields = ["name", "time_zone", "follows_china", "notices_until", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"] = forms.ChoiceField(label=_("Time zone"), choices=time_zone_choices)


class SpansField(forms.CharField):
    """Opening hours as people write them: 09:00–12:00, 13:00–18:00."""

    def clean(self, value: Any) -> list[tuple[time, time]]:
        """Return the spans."""
        try:
            return read_spans(super().clean(value) or "")
        except ValueError as error:
            raise forms.ValidationError(_("Write hours like 09:00–12:00, 13:00–18:00.")) from error


WEEKDAYS = (
    _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"),
)  # fmt: skip


class HoursForm(VersionMixin, forms.Form):
    """The hours of a week, from a day on; it knows which version of the calendar its person saw."""

    valid_from = forms.DateField(
        label=_("From"), help_text=_("Today or later; what is past stays as it was.")
    )

    def __init__(self, *args: Any, calendar: BusinessCalendar, **kwargs: Any) -> None:
        self.instance = calendar
        super().__init__(*args, **kwargs)
        for day, label in enumerate(WEEKDAYS):
            self.fields[f"day_{day}"] = SpansField(label=label, required=False, max_length=200)
        self.fields["day_0"].help_text = _("Like 09:00–12:00, 13:00–18:00. Empty: closed.")
        self.fieldsets = (
            (_("From which day on"), ("version", "valid_from")),
            (_("Hours"), tuple(f"day_{day}" for day in range(7))),
        )

    @property
    def weekly(self) -> dict[int, list[tuple[time, time]]]:
        """The spans of each weekday."""
        return {day: self.cleaned_data[f"day_{day}"] for day in range(7)}


class DayForm(forms.Form):
    """A day that is not as its weekday."""

    day = forms.DateField(label=_("Day"))
    name = forms.CharField(label=_("Name"), max_length=80)
    spans = SpansField(label=_("Hours"), required=False, max_length=200, help_text=_("Empty: closed."))
