"""Portraits of complainants: the types, one of them drawn, and all traits as a list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views import View

from complaints.choices.cases import CaseKind, Decision, State
from complaints.choices.foresight import OF_CASES, PortraitKind
from complaints.choices.solving import Branch, Gap
from complaints.days import Year
from complaints.domain.taxonomy import newest_categories
from complaints.filters.foresight import PortraitFilterSet, TraitFilterSet
from complaints.models import Cause, Portrait, PortraitTrait
from complaints.portrait_words import finding, type_name
from complaints.portraits import LEAST_CELL
from complaints.sorting.foresight import PORTRAIT_SORTS, TRAIT_SORTS
from core.access import can
from core.views.base import RightsMixin, render_page
from core.views.lists import ListPage
from customers.views.base import RecordFilters, fetch

NAV = "complaints"
#: Width of the drawing of a share, in its own units.
WIDTH = 100.0


@dataclass(frozen=True)
class Bar:
    """A trait drawn: the bar of its share, the line of its interval, the tick of the base (0 to 100)."""

    trait: PortraitTrait
    url: str
    share: str
    low: str
    high: str
    base: str


@dataclass(frozen=True)
class Group:
    """The bars of one attribute on one scale; `top` is the share at which the scale ends."""

    label: str
    is_of_cases: bool
    top: float
    total: int
    bars: tuple[Bar, ...]
    hidden: tuple[str, ...]


@dataclass(frozen=True)
class Root:
    """A cause, a bone or a gap with its number of complaints."""

    label: str
    n: int
    url: str
    width: str


class PortraitList(RecordFilters, ListPage):
    """The types, those with most complaints first."""

    model = Portrait
    filterset_class = PortraitFilterSet
    template_name = "complaints/portrait_list.html"
    sort_keys = PORTRAIT_SORTS
    default_sort = "-cases"
    export_key = "complaints.portrait"
    nav_current = NAV

    def rows(self) -> Any:
        """Add the traits that the sentence of each row speaks of."""
        return super().rows().prefetch_related(Prefetch("traits", PortraitTrait.objects.told()))

    def get_context(self) -> dict[str, Any]:
        """Put each row of the page into words."""
        context, categories = super().get_context(), newest_categories()
        for row in context["page"].rows:
            row.name, row.finding = type_name(row, categories), finding(row, row.traits.all())
            row.cases_url = cases_url(row)
        return context


class TraitList(RecordFilters, ListPage):
    """Traits of all types, the most over-represented first."""

    model = PortraitTrait
    filterset_class = TraitFilterSet
    template_name = "complaints/trait_list.html"
    sort_keys = TRAIT_SORTS
    default_sort = "-lift"
    export_key = "complaints.portraittrait"
    nav_current = NAV

    def rows(self) -> Any:
        """Only those with figures."""
        rows: Any = super().rows()
        return rows.told()

    def get_context(self) -> dict[str, Any]:
        """Name the type of each row of the page."""
        context, categories = super().get_context(), newest_categories()
        for row in context["page"].rows:
            row.type_name = type_name(row.portrait, categories)
            row.cases_url = cases_url(row.portrait, trait=f"{row.attribute}:{row.value}")
        return context


class PortraitDetail(RightsMixin, View):
    """One type: who complains, from what root, how it ends."""

    required_right = ("view", Portrait)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        portrait: Portrait = fetch(request, Portrait.objects.all(), pk)
        traits = list(portrait.traits.all())
        page = _Page(portrait)
        query = urlencode({"portrait": portrait.pk})
        context = {
            "portrait": portrait,
            "year": Year(portrait.day),
            "name": type_name(portrait, page.categories),
            "finding": finding(portrait, traits),
            "groups": page.groups(traits),
            "roots": page.roots(),
            "endings": page.endings(),
            "decisions": page.decisions(),
            "cases_url": cases_url(portrait),
            "least": LEAST_CELL,
            "nav_current": NAV,
            "export_key": "complaints.portraittrait",
            "export_url": _export_url(query) if can(self.person, "export", PortraitTrait) else "",
            "query": query,
            "answers_url": _answers_url(portrait),
        }
        return render_page(request, "complaints/portrait_detail.html", context)


def _export_url(query: str) -> str:
    asked = {"key": "complaints.portraittrait", "query": query}
    return f"{reverse('core:export-start')}?{urlencode(asked)}"


def cases_url(portrait: Portrait, **more: Any) -> str:
    """Return the list of the complaints that the portrait was made from, narrowed by `more`."""
    year = Year(portrait.day)
    asked: dict[str, Any] = {
        "kind": CaseKind.COMPLAINT.value,
        "from": f"{year.first:%Y-%m-%d}",
        "to": f"{year.last:%Y-%m-%d}",
        "state": [state.value for state in State if state != State.MERGED],
        **_of_type(portrait),
        **more,
    }
    return f"{reverse('complaints:complaint-list')}?{urlencode(asked, doseq=True)}"


def _of_type(portrait: Portrait) -> dict[str, Any]:
    if portrait.kind == PortraitKind.CATEGORY:
        return {"category": portrait.content.get("codes") or [portrait.code]}
    return {"crisis_kind": portrait.code} if portrait.kind == PortraitKind.CRISIS else {}


def _answers_url(portrait: Portrait) -> str:
    year = Year(portrait.day)
    asked = {
        "state": "done",
        "scored": "true",
        "received_from": f"{year.first:%Y-%m-%d}",
        "received_to": f"{year.last:%Y-%m-%d}",
        **_of_type(portrait),
    }
    return f"{reverse('complaints:callback-list')}?{urlencode(asked, doseq=True)}"


class _Page:
    """The parts of the page of one portrait."""

    def __init__(self, portrait: Portrait) -> None:
        self.portrait = portrait

    @cached_property
    def categories(self) -> Any:
        return newest_categories()

    def groups(self, traits: Iterable[PortraitTrait]) -> list[Group]:
        """Put the traits of each attribute on one scale, in the order in which they are stored."""
        found: dict[str, list[PortraitTrait]] = {}
        for trait in traits:
            found.setdefault(trait.attribute, []).append(trait)
        return [self._group(key, rows) for key, rows in found.items()]

    def _group(self, key: str, rows: list[PortraitTrait]) -> Group:
        ends = [row.high for row in rows if row.high is not None] + [row.base_share for row in rows]
        top = min(max(*ends, 0.05), 1.0)
        label = str(rows[0].get_attribute_display())
        bars = tuple(self._bar(row, top) for row in rows if row.n is not None)
        hidden = tuple(str(row.label) for row in rows if row.n is None)
        return Group(label, key in OF_CASES, top, rows[0].total, bars, hidden)

    def _bar(self, row: PortraitTrait, top: float) -> Bar:
        url = cases_url(self.portrait, trait=f"{row.attribute}:{row.value}")
        spots = [_placed(value or 0.0, top) for value in (row.share, row.low, row.high, row.base_share)]
        return Bar(row, url, *spots)

    def roots(self) -> list[tuple[str, list[Root]]]:
        """Return causes, bones and gaps under their headings; what has none is left out."""
        content = self.portrait.content
        codes = [code for code, _n in content.get("causes", [])]
        causes = {row.code: row.name for row in Cause.objects.filter(code__in=codes)}
        parts = (
            (_("Causes"), "causes", "cause", causes),
            (_("Bones of the fishbone"), "branches", "branch", dict(Branch.choices)),
            (_("Service gaps"), "gaps", "gap", dict(Gap.choices)),
        )
        return [
            (heading, self._roots(content[key], parameter, labels))
            for heading, key, parameter, labels in parts
            if content.get(key)
        ]

    def _roots(self, pairs: list[Any], parameter: str, labels: Any) -> list[Root]:
        most = max(n for _key, n in pairs)
        return [
            Root(str(labels.get(key, key)), n, cases_url(self.portrait, **{parameter: key}), _placed(n, most))
            for key, n in pairs
        ]

    def decisions(self) -> list[Root]:
        """Return how often each decision was taken."""
        pairs = self.portrait.content.get("decisions")
        return self._roots(pairs, "decision", dict(Decision.choices)) if pairs else []

    def endings(self) -> list[tuple[str, Any, str]]:
        """Return (heading, share with its interval or None, address of the rows)."""
        content, url = self.portrait.content, self.portrait
        upheld = [Decision.UPHELD.value, Decision.PARTLY.value]
        return [
            (_("Upheld, at least partly"), content.get("upheld"), cases_url(url, decision=upheld)),
            (_("Compensation given"), content.get("compensated"), cases_url(url, compensated="true")),
            (_("Reopened"), content.get("reopened"), cases_url(url, reopened="true")),
            (_("Complained again within 90 days"), content.get("again"), ""),
            (_("Of the same type again within 90 days"), content.get("again_same"), ""),
        ]


def _placed(value: float, top: float) -> str:
    """Return a place on the scale as a number that no language writes otherwise."""
    return f"{min(value / top, 1.0) * WIDTH:.2f}" if top else "0"
