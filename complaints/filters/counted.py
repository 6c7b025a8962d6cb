"""The filters behind a figure: the list shows exactly the cases that a number has counted."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters as filters
from django import forms
from django.utils.translation import gettext_lazy as _

from complaints.choices.cases import CaseKind, Grade, Intake
from complaints.choices.facts import Age, Fact
from complaints.domain.reports import cases_behind
from complaints.measures import band_limits
from complaints.models import CaseFact, DailyReport
from core.filters import DayFilter, ScopedFilterSet, visible
from core.models import Team, User


class CountedFilters(ScopedFilterSet):
    """Cases by their facts, as they were when the figures were computed.

    All parts together say which facts; without `counted` the others say nothing.
    """

    parts: ClassVar[tuple[str, ...]] = (
        "hit", "from", "to", "kind", "grade", "category", "intake", "team", "owner", "age",
    )  # fmt: skip
    counted = filters.ChoiceFilter(label=_("Counted"), choices=Fact, method="leave", widget=forms.HiddenInput)
    counted_hit = filters.BooleanFilter(label=_("Counted as met"), method="leave", widget=forms.HiddenInput)
    counted_from = DayFilter(label=_("Counted from"), method="leave", widget=forms.HiddenInput)
    counted_to = DayFilter(label=_("Counted until"), method="leave", widget=forms.HiddenInput)
    counted_kind = filters.ChoiceFilter(
        label=_("Counted kind"), choices=CaseKind, method="leave", widget=forms.HiddenInput
    )
    counted_grade = filters.ChoiceFilter(
        label=_("Counted grade"),
        choices=[*Grade.choices, ("-", "–")],
        method="leave",
        widget=forms.HiddenInput,
    )
    counted_category = filters.CharFilter(
        label=_("Counted category"), max_length=40, method="leave", widget=forms.HiddenInput
    )
    counted_intake = filters.ChoiceFilter(
        label=_("Counted channel"), choices=Intake, method="leave", widget=forms.HiddenInput
    )
    counted_team = filters.ModelChoiceFilter(
        label=_("Counted team"), queryset=visible(Team), method="leave", widget=forms.HiddenInput
    )
    counted_owner = filters.ModelChoiceFilter(
        label=_("Counted handler"), queryset=visible(User), method="leave", widget=forms.HiddenInput
    )
    counted_age = filters.ChoiceFilter(
        label=_("Counted age"), choices=Age, method="leave", widget=forms.HiddenInput
    )

    report = filters.ModelChoiceFilter(
        label=_("Daily TOP 3"), queryset=visible(DailyReport), method="leave", widget=forms.HiddenInput
    )
    problem = filters.CharFilter(label=_("Problem"), max_length=60, method="leave", widget=forms.HiddenInput)

    def leave(self, rows: Any, name: str, value: Any) -> Any:
        """One part alone filters nothing: `filter_queryset` puts them together."""
        return rows

    def filter_queryset(self, queryset: Any) -> Any:
        """Narrow the rows by the ordinary filters, then by the facts."""
        rows = self._of_report(super().filter_queryset(queryset))
        what = self.form.cleaned_data.get("counted")
        if not what:
            return rows
        return rows.filter(pk__in=self._facts(what).order_by().values("complaint"))

    def _of_report(self, rows: Any) -> Any:
        """The complaints that a rank of a daily report has counted; `problem` names it: "causes:room"."""
        report, problem = self.form.cleaned_data.get("report"), self.form.cleaned_data.get("problem") or ""
        if report is None:
            return rows
        part, _colon, code = problem.partition(":")
        return rows.filter(pk__in=cases_behind(report, part, code))

    def _facts(self, what: str) -> Any:
        given = {part: self.form.cleaned_data.get(f"counted_{part}") for part in self.parts}
        rows = CaseFact.objects.filter(what=what).between(given["from"], given["to"])
        if given["hit"] is not None:
            rows = rows.filter(hit=given["hit"])
        for part in ("kind", "grade", "category", "intake"):
            if given[part]:
                # A dash stands for what has none.
                rows = rows.filter(**{part: "" if given[part] == "-" else given[part]})
        if given["owner"]:
            rows = rows.filter(owner=given["owner"])
        if given["team"]:
            rows = rows.filter(team__in=Team.objects.ids_below(given["team"].pk))
        if given["age"]:
            above, up_to = band_limits(int(given["age"]))
            rows = rows.filter(gross__gt=above) if above else rows
            rows = rows if up_to is None else rows.filter(gross__lte=up_to)
        return rows
