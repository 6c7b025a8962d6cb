"""Teams and people that rows of the platform name: few enough to know them all."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from core.imports.parsing import Row
from core.imports.values import half_width
from core.models import Team, User


def key_of(text: str) -> str:
    """Return a name as comparison sees it."""
    return half_width(text).strip().casefold()


class Staff:
    """The people who may sign in, by login name, e-mail and full name."""

    @cached_property
    def people(self) -> list[User]:
        """Everybody, services left out."""
        return list(User.objects.people().order_by("pk"))

    @cached_property
    def _by_key(self) -> Mapping[str, list[User]]:
        found: dict[str, list[User]] = {}
        for user in self.people:
            found.setdefault(key_of(user.full_name), []).append(user)
        for user in self.people:
            found |= {key_of(text): [user] for text in (user.username, user.email) if text}
        return found

    def find(self, row: Row, field: str) -> User | None:
        """Return who is named, or refuse the row with the names that come near."""
        found = self._by_key.get(key_of(row.values[field]), [])
        if len(found) == 1:
            return found[0]
        if found:
            logins = ", ".join(sorted(user.username for user in found)[:5])
            row.refuse("several_people", field, candidates=logins)
        else:
            row.refuse_name(
                "no_such_person", field, row.texts.get(field, ""), (user.full_name for user in self.people)
            )
        return None


def teams_by_key() -> dict[str, Team]:
    """Return every team by its name."""
    return {key_of(team.name): team for team in Team.objects.select_related("parent", "lead").order_by("-pk")}
