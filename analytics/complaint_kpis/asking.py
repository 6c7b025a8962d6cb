"""What a page, a file or the API asks for: whose figures, of which cases, of which days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import Http404
from django.urls import reverse

from analytics.complaint_kpis.windows import MOST_DAYS, Compared, Span, Step, compared, step_for
from analytics.models import CaseTally
from analytics.periods import Window
from complaints.choices.cases import CaseKind
from core.access import reach_of, teams_in_reach
from core.models import Team, User
from core.roles import Reach

ALL_KINDS = "all"


@dataclass(frozen=True)
class Whose:
    """Whose figures: everybody's, a team's with those below, or one person's own."""

    team_id: int | None = None
    owner_id: int | None = None

    @property
    def scope(self) -> str:
        """The key under which the sums are stored."""
        if self.owner_id is not None:
            return f"user:{self.owner_id}"
        return "all" if self.team_id is None else f"team:{self.team_id}"


@dataclass(frozen=True)
class Asked:
    """A choice, as the address has it."""

    user: User
    whose: Whose
    kind: str
    span: str
    windows: Compared
    step: str

    @property
    def kinds(self) -> list[str]:
        """The kinds of cases that count."""
        return list(CaseKind.values) if self.kind == ALL_KINDS else [self.kind]

    @property
    def parameters(self) -> dict[str, str]:
        """The choice as query parameters, for links to other pages with the same choice."""
        found = {"period": self.span, "kind": self.kind, "by": self.step}
        if self.span == Span.CHOSEN:
            found |= {"from": f"{self.windows.now.first}", "to": f"{self.windows.now.until}"}
        if self.whose.team_id:
            found["team"] = str(self.whose.team_id)
        return found

    def rows_url(self, fact: str, window: Window | None, **sides: Any) -> str:
        """Return the address of the list of exactly the cases that a number counted."""
        query: dict[str, Any] = {"counted": str(fact)}
        if window is not None:
            query |= {"counted_from": window.first.isoformat(), "counted_to": window.until.isoformat()}
        if self.kind != ALL_KINDS:
            query["counted_kind"] = self.kind
        if self.whose.owner_id:
            query["counted_owner"] = self.whose.owner_id
        elif self.whose.team_id:
            query["counted_team"] = self.whose.team_id
        query |= {f"counted_{name}": value for name, value in sides.items()}
        return f"{reverse('complaints:complaint-list')}?{urlencode(query)}"


def teams_for(user: User) -> list[Team]:
    """Return the teams whose figures the person may see, by name; none for who sees only the own."""
    reach = reach_of(user, CaseTally)
    rows = Team.objects.order_by("name")
    if reach == Reach.ALL:
        return list(rows)
    return list(rows.filter(pk__in=teams_in_reach(user))) if reach == Reach.TEAM else []


def whose_for(user: User, team: Any) -> Whose:
    """Return whose figures are asked for, within the person's reach; 404 for a team out of it."""
    reach = reach_of(user, CaseTally)
    if reach not in {Reach.ALL, Reach.TEAM}:
        return Whose(owner_id=user.pk)
    number = _number(team)
    if number is not None and number not in {one.pk for one in teams_for(user)}:
        raise Http404
    if number is None and reach == Reach.TEAM:
        # A lead without a team has only the own figures.
        return Whose(team_id=user.team_id) if user.team_id else Whose(owner_id=user.pk)
    return Whose(team_id=number)


def asked_of(user: User, given: Mapping[str, Any], *, as_of: date) -> Asked:
    """Return the choice in the parameters of an address; refuses what is no choice.

    The last complete day is the one before `as_of`, the day of the computation.
    """
    last = as_of - timedelta(days=1)
    span = _one_of(given.get("period"), Span.values, Span.MONTH)
    first, until = _day(given.get("from")), _day(given.get("to"))
    if span == Span.CHOSEN:
        first, until = _ordered(first or last - timedelta(days=29), until or last)
    windows = compared(span, last, first=first, until=until)
    return Asked(
        user=user,
        whose=whose_for(user, given.get("team")),
        kind=_one_of(given.get("kind"), [*CaseKind.values, ALL_KINDS], CaseKind.COMPLAINT),
        span=span,
        windows=windows,
        step=_one_of(given.get("by"), Step.values, step_for(windows.now)),
    )


def _ordered(first: date, until: date) -> tuple[date, date]:
    first, until = min(first, until), max(first, until)
    return max(first, until - timedelta(days=MOST_DAYS)), until


def _one_of(value: Any, allowed: list[str], default: str) -> str:
    if value in (None, ""):
        return str(default)
    if value not in allowed:
        raise Http404
    return str(value)


def _day(value: Any) -> date | None:
    if value in (None, ""):
        return None
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        raise Http404 from None
    if not 1990 <= day.year <= 2190:
        raise Http404
    return day


def _number(value: Any) -> int | None:
    if value in (None, ""):
        return None
    text = str(value)
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Http404
    return int(text)
