"""Forms of service policies: targets, statutory deadlines in rows, and the levels of a ladder."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from complaints.choices.cases import ClockKind, MetBy, Unit
from complaints.domain.policies import Statutory
from complaints.models import Category, Level, Policy, QuietHours
from complaints.seeded_words import in_words
from core.forms import VersionMixin
from core.notice_forms import DAYS
from core.people import offer_people
from customers.forms.base import RecordForm, people_choices

_PLAIN = tuple(kind for kind in ClockKind if kind != ClockKind.STATUTORY)
#: Empty rows for further statutory deadlines, and how many there may be at all.
_SPARE, _MOST_ROWS = 1, 12
_ROW = re.compile(r"^statutory_(\d{1,2})_amount$")


class PolicyForm(VersionMixin, RecordForm):
    """A policy, its targets, and its statutory deadlines in as many rows as it has and one more."""

    class Meta:
        model = Policy
        fields = ["name", "kind", "grade", "tier", "category_code", "calendar", "position", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = [(row.code, f"{row.code} · {row.name}") for row in Category.objects.current()]
        any_word = pgettext("policy", "Any")
        self.fields["category_code"] = forms.ChoiceField(
            label=_("Category"), choices=[("", any_word), *codes], required=False
        )
        for name in ("grade", "tier"):
            field = self.fields[name]
            field.choices = [("", any_word), *(pair for pair in field.choices if pair[0])]  # type: ignore[attr-defined]
        self.fields["calendar"].empty_label = _("Calendar of the queue")  # type: ignore[attr-defined]
        self.fields["calendar"].help_text = ""
        self.fields["position"].help_text = _("The first that fits a case holds: 0 is asked first.")
        rows = list(self.instance.targets.all()) if self.instance.pk else []
        known = {row.clock: row for row in rows}
        for kind in _PLAIN:
            self._add_target(str(kind), kind.label, known.get(kind.value), Unit.WORKING_HOURS)
        law = [row for row in rows if row.clock == ClockKind.STATUTORY]
        self.rows = max(len(law) + _SPARE, self._rows_sent())
        for place in range(1, self.rows + 1):
            self._add_statutory(place, law[place - 1] if place <= len(law) else None)
        self.fieldsets = (
            (_("For which cases"), ("name", "kind", "grade", "tier", "category_code", "calendar")),
            (
                _("Targets; an empty one is not asked for"),
                tuple(f"{part}_{kind}" for kind in _PLAIN for part in ("amount", "unit")),
            ),
            (
                _("Statutory deadlines; a row without a number is dropped"),
                tuple(
                    f"statutory_{place}_{part}"
                    for place in range(1, self.rows + 1)
                    for part in ("name", "met_by", "amount", "unit", "was")
                ),
            ),
            (_("Order and use"), ("position", "is_active")),
        )

    def _rows_sent(self) -> int:
        places = [int(found[1]) for name in self.data if (found := _ROW.match(name))]
        return min(max(places, default=0), _MOST_ROWS)

    def _add_target(self, key: str, label: Any, row: Any, unit: str) -> None:
        self.fields[f"amount_{key}"] = forms.IntegerField(
            label=_("%(clock)s: at most") % {"clock": label},
            min_value=1,
            max_value=1_000_000,
            required=False,
            initial=row.amount if row else None,
        )
        self.fields[f"unit_{key}"] = forms.ChoiceField(
            label=_("%(clock)s: unit") % {"clock": label},
            choices=Unit.choices,
            initial=row.unit if row else unit,
            required=False,
        )

    def _add_statutory(self, place: int, row: Any) -> None:
        number = {"n": place}
        self.fields[f"statutory_{place}_name"] = forms.CharField(
            label=_("Statutory deadline %(n)d: name") % number,
            max_length=80,
            required=False,
            initial=in_words(row.name) if row else "",
        )
        self.fields[f"statutory_{place}_met_by"] = forms.ChoiceField(
            label=_("Statutory deadline %(n)d: met by") % number,
            choices=MetBy.choices,
            required=False,
            initial=row.met_by if row else MetBy.SOLUTION,
        )
        self.fields[f"statutory_{place}_amount"] = forms.IntegerField(
            label=_("Statutory deadline %(n)d: at most") % number,
            min_value=1,
            max_value=1_000_000,
            required=False,
            initial=row.amount if row else None,
        )
        self.fields[f"statutory_{place}_unit"] = forms.ChoiceField(
            label=_("Statutory deadline %(n)d: unit") % number,
            choices=Unit.choices,
            required=False,
            initial=row.unit if row else Unit.WORKING_DAYS_CLOSE,
        )
        self.fields[f"statutory_{place}_was"] = forms.CharField(
            widget=forms.HiddenInput, max_length=80, required=False, initial=row.name if row else ""
        )

    def clean(self) -> dict[str, Any]:
        """Ask each statutory deadline for its name where there are several."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        used = [place for place in range(1, self.rows + 1) if data.get(f"statutory_{place}_amount")]
        for place in used if len(used) > 1 else ():
            if not data.get(f"statutory_{place}_name", "").strip():
                self.add_error(f"statutory_{place}_name", _("Give each statutory deadline a name."))
        return data

    @property
    def targets(self) -> dict[str, tuple[int, str] | None]:
        """The targets; None for a clock that the policy does not ask for."""
        data = self.cleaned_data
        return {
            kind.value: (data[f"amount_{kind}"], data[f"unit_{kind}"] or Unit.WORKING_HOURS.value)
            if data.get(f"amount_{kind}")
            else None
            for kind in _PLAIN
        }

    @property
    def statutory(self) -> list[Statutory]:
        """The statutory deadlines. A name of the product that was left as shown stays as it is kept."""
        data, found = self.cleaned_data, []
        for place in range(1, self.rows + 1):
            amount = data.get(f"statutory_{place}_amount")
            if not amount:
                continue
            was, name = data[f"statutory_{place}_was"], data[f"statutory_{place}_name"].strip()
            found.append(
                Statutory(
                    was if was and name == in_words(was) else name,
                    amount,
                    data[f"statutory_{place}_unit"] or Unit.WORKING_DAYS_CLOSE.value,
                    data[f"statutory_{place}_met_by"] or MetBy.SOLUTION.value,
                    was,
                )
            )
        return found


class LevelForm(RecordForm):
    """A level of a ladder; of statutory deadlines, of which."""

    class Meta:
        model = Level
        fields = [
            "clock", "name", "number", "offset", "in_working_time", "recipient", "person", "action",
            "by_mail", "through_quiet_hours",
        ]  # fmt: skip

    def __init__(self, *args: Any, policy: Policy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = policy.targets.filter(clock=ClockKind.STATUTORY).exclude(name="").order_by("name")
        names = [(row.name, in_words(row.name)) for row in rows]
        self.fields["name"] = forms.ChoiceField(
            label=_("Statutory deadline"),
            choices=[("", _("All without levels of their own")), *names],
            required=False,
        )
        if not names:
            del self.fields["name"]
        offer_people(self.fields["person"], people_choices())


class QuietHoursForm(VersionMixin, RecordForm):
    """When messages of levels of one grade wait."""

    quiet_days = forms.MultipleChoiceField(
        label=_("Quiet hours begin on"), choices=DAYS, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = QuietHours
        fields = ["quiet_from", "quiet_to", "quiet_days"]
        widgets = {"quiet_from": forms.TimeInput, "quiet_to": forms.TimeInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["quiet_days"] = list(self.instance.quiet_days)
        self.fields["quiet_from"].help_text = _(
            "Levels fire all the same; what they tell waits until then. Leave both empty for none."
        )

    def clean_quiet_days(self) -> str:
        """Return the digits."""
        return "".join(self.cleaned_data["quiet_days"])
