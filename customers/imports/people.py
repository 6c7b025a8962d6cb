"""Owners, teams and tags that rows name: few enough to know them all."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from core.access import can, reach_of, teams_in_reach
from core.imports.parsing import Row
from core.models import Team, User
from core.roles import Reach
from customers import standardise
from customers.imports.options import possible_owners
from customers.models import Customer, Tag
from customers.rules import can_hand_over


class People:
    """Looks up what a row says about people, for one person who imports."""

    def __init__(self, by: User) -> None:
        self.by = by

    @cached_property
    def _everybody(self) -> list[User]:
        return list(User.objects.people().select_related("team"))

    @cached_property
    def _users(self) -> dict[str, User | None]:
        """Login name, e-mail and full name → user; None where two people share a name."""
        found: dict[str, User | None] = {}
        users = self._everybody
        for user in users:
            name = key_of(user.full_name)
            found[name] = None if name in found else user
        for user in users:
            found |= {key_of(text): user for text in (user.email, user.username) if text}
        return found

    @cached_property
    def _owner_ids(self) -> frozenset[int]:
        return frozenset(possible_owners(self.by).values_list("pk", flat=True))

    @cached_property
    def _teams(self) -> dict[str, Team]:
        teams = Team.objects.all()
        if reach_of(self.by, Customer, "import") != Reach.ALL:
            teams = teams.filter(pk__in=teams_in_reach(self.by))
        return {key_of(team.name): team for team in teams}

    @cached_property
    def _tags(self) -> dict[str, str]:
        return {key_of(name): name for name in Tag.objects.values_list("name", flat=True)}

    def default_owner(self, options: Mapping[str, Any]) -> User | None:
        """Return the owner of customers whose row names none."""
        owner = options.get("owner")
        if owner is None:
            return None
        return next((user for user in self._users.values() if user is not None and user.pk == owner), None)

    def fill(self, row: Row, values: dict[str, Any]) -> None:
        """Add owner and team to the values; refuse names that nobody has."""
        if text := row.values.get("owner"):
            owner = self.user(row, "owner", text)
            if owner is not None and owner.pk not in self._owner_ids:
                row.refuse("may_not_assign", "owner")
            elif owner is not None:
                values["owner"] = owner
        if (text := row.values.get("team")) and (team := self.team(row, "team", text)) is not None:
            values["team"] = team

    def user(self, row: Row, field: str, text: str) -> User | None:
        """Return who is named, or refuse the row with the names that come near."""
        key = key_of(text)
        owner = self._users.get(key)
        if owner is None and key in self._users:
            logins = sorted(u.username for u in self._everybody if key_of(u.full_name) == key)
            row.refuse("ambiguous_user", field, candidates=", ".join(logins[:5]))
        elif owner is None:
            row.refuse_name("unknown_user", field, text, [user.full_name for user in self._everybody])
        return owner

    def team(self, row: Row, field: str, text: str) -> Team | None:
        """Return the team in reach that is named, or refuse the row with the names that come near."""
        team = self._teams.get(key_of(text))
        if team is None:
            row.refuse_name("unknown_team", field, text, [known.name for known in self._teams.values()])
        return team

    def refuse_hand_over(self, row: Row, customer: Customer, values: dict[str, Any]) -> None:
        """Only who may assign gives a known customer to somebody else; a new owner brings the own team."""
        owner = values.get("owner")
        if owner is not None and owner != customer.owner:
            if not can_hand_over(self.by, owner):
                row.refuse("may_not_assign", "owner")
            values.setdefault("team", owner.team or customer.team)
        elif "team" in values and values["team"] != customer.team and not can(self.by, "assign", Customer):
            row.refuse("may_not_assign", "team")

    def tags(self, row: Row) -> list[str]:
        """Return the tags of the row as others write them; refuse new ones where the role may not make"
        " them."""
        names = []
        for text in row.values.get("tags", []):
            known = self._tags.get(key_of(text))
            if known is None and not can(self.by, "add", Tag):
                row.refuse("unknown_tag", "tags", name=text)
            names.append(known or standardise.half_width(text)[:50])
        return names


def key_of(text: str) -> str:
    """Return a name as comparison sees it."""
    return standardise.half_width(text).casefold()
