"""Whom to tell: who is wanted, and who stands in where nobody of them is there.

An absent person is told all the same, and the deputy with them. Where nobody wanted is there, the next lead
above is told instead, then managers of the team and of those above, then administrators.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from core.domain.absences import away_now
from core.models import Team, User
from core.roles import Role

#: Tells of a person whether they may have it at all, as a second person who decides.
Fits = Callable[[User], bool]


@dataclass(frozen=True)
class StandIn:
    """Somebody who is told because `absent` is not there; the deputy, or who comes next in the house."""

    absent: User
    by: User


@dataclass(frozen=True)
class Whom:
    """`people` are told; those of them who are `there`, and deputies, can act at once.

    `is_fallback`: nobody who was wanted is there. `stood_in` names who is told instead of whom.
    """

    people: tuple[User, ...] = ()
    there: tuple[User, ...] = ()
    stood_in: tuple[StandIn, ...] = ()
    is_fallback: bool = False

    def stand_ins(self) -> list[dict[str, str]]:
        """Return who stood in for whom, as evidence keeps it."""
        return [{"absent": str(one.absent), "by": str(one.by)} for one in self.stood_in]


@dataclass
class _Found:
    people: list[User] = field(default_factory=list)
    there: list[User] = field(default_factory=list)
    stood_in: list[StandIn] = field(default_factory=list)


def whom_to_tell(
    team: Team | None, wanted: Iterable[User | None], *, at: datetime, fits: Fits | None = None
) -> Whom:
    """Return whom to tell. With `fits` only people who may have it count, deputies and stand-ins included."""
    asked = [person for person in dict.fromkeys(wanted) if person is not None and is_reachable(person)]
    first = _there(asked, at, fits)
    if first.there:
        return Whom(tuple(first.people), tuple(first.there), tuple(first.stood_in))
    for group in _after(team, asked):
        found = _there(group, at, fits)
        if found.there:
            instead = [StandIn(absent, found.there[0]) for absent in asked]
            people = [*first.people, *(one for one in found.people if one not in first.people)]
            return Whom(tuple(people), tuple(found.there), (*instead, *found.stood_in), is_fallback=True)
    return Whom(tuple(first.people), is_fallback=True)


def is_reachable(person: User) -> bool:
    """Tell whether somebody can sign in and read it."""
    return person.is_active and not person.is_service


def _there(group: Iterable[User], at: datetime, fits: Fits | None) -> _Found:
    """Split a group into who is told, and who of them or for them can act today."""
    people = [one for one in group if is_reachable(one) and (fits is None or fits(one))]
    found = _Found(people)
    if not people:
        return found
    today = timezone.localdate(at)
    away = away_now([one.pk for one in people], on=today)
    deputies = [absence.deputy for absence in away.values()]
    gone = away_now([one.pk for one in deputies], on=today) if deputies else {}
    for person in people:
        absence = away.get(person.pk)
        if absence is None:
            found.there.append(person)
            continue
        deputy = absence.deputy
        if is_reachable(deputy) and deputy.pk not in gone and (fits is None or fits(deputy)):
            found.there.append(deputy)
            found.stood_in.append(StandIn(person, deputy))
    return found


def _after(team: Team | None, asked: list[User]) -> Iterator[list[User]]:
    chain = leads_above(team)
    places = [place for place, lead in enumerate(chain) if lead in asked]
    begin = places[-1] + 1 if places else 0
    for lead in (*chain[begin:], *reversed(chain[:begin])):
        if lead not in asked:
            yield [lead]
    yield managers_above(team)
    yield administrators()


def leads_above(team: Team | None, *, steps: int = 0) -> list[User]:
    """Return the leads of the team `steps` up and of every team above it, the nearest first."""
    chain: list[Team] = []
    while team is not None and team not in chain:
        chain.append(team)
        team = team.parent
    return [one.lead for one in chain[steps:] if one.lead is not None and is_reachable(one.lead)]


def managers_above(team: Team | None) -> list[User]:
    """Return the managers of the team and of those above it."""
    if team is None:
        return []
    rows = User.objects.people().in_role(Role.MANAGER).filter(team__in=Team.objects.ids_above(team.pk))
    return list(rows.order_by("pk"))


def administrators() -> list[User]:
    """Return the administrators."""
    return list(User.objects.people().in_role(Role.ADMINISTRATOR).order_by("pk"))
