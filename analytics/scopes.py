"""Which customers a dashboard speaks about: everybody, a team and those below it, a tag, or both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import Http404

from analytics.models import KpiValue
from core.access import reach_of, teams_in_reach
from core.models import Team, User
from core.roles import Reach
from customers.models import Tag


@dataclass(frozen=True)
class Scope:
    """A choice of team (with the teams below it) and tag; None means all."""

    team_id: int | None = None
    tag_id: int | None = None

    @property
    def key(self) -> str:
        """The key under which its figures are stored."""
        parts = []
        if self.team_id is not None:
            parts.append(f"team:{self.team_id}")
        if self.tag_id is not None:
            parts.append(f"tag:{self.tag_id}")
        return "+".join(parts) or "all"

    @property
    def parameters(self) -> dict[str, Any]:
        """The query parameters that lists understand."""
        given = {"team": self.team_id, "tag": self.tag_id}
        return {name: value for name, value in given.items() if value is not None}


def teams_above() -> dict[int, list[int]]:
    """Return for every team the ids of itself and the teams above it."""
    parents = dict(Team.objects.values_list("pk", "parent_id"))

    def line(pk: int | None) -> Iterator[int]:
        seen: set[int] = set()
        while pk is not None and pk not in seen:
            seen.add(pk)
            yield pk
            pk = parents.get(pk)

    return {pk: list(line(pk)) for pk in parents}


def teams_for(user: User) -> list[Team]:
    """Return the teams whose figures the user may see, by name."""
    reach = reach_of(user, KpiValue)
    if reach is None:
        return []
    rows = Team.objects.order_by("name")
    return list(rows if reach == Reach.ALL else rows.filter(pk__in=teams_in_reach(user)))


def scope_for(user: User, team: Any = None, tag: Any = None) -> Scope:
    """Return the scope asked for, or the widest that the user may see.

    404 for a team out of reach or unknown, and for an unknown tag: existence must not leak.
    """
    team_id, tag_id = _number(team), _number(tag)
    allowed = {one.pk for one in teams_for(user)}
    if team_id is None and reach_of(user, KpiValue) != Reach.ALL:
        team_id = user.team_id
    if team_id is None and reach_of(user, KpiValue) != Reach.ALL:
        # A manager without a team reaches no figures: a scope that nobody has.
        team_id = 0
    elif team_id is not None and team_id not in allowed:
        raise Http404
    if tag_id is not None and not Tag.objects.visible_to(user).filter(pk=tag_id).exists():
        raise Http404
    return Scope(team_id, tag_id)


def _number(value: Any) -> int | None:
    if value in (None, ""):
        return None
    try:
        return int(value)
    except (TypeError, ValueError):
        raise Http404 from None
