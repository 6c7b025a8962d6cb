"""Why somebody may, or may not: the answers of `core.access` in plain words.

Read by people only. Every door goes on asking `in_reach`; a test holds that both always agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from core.access import ScopedQuerySet, role_table, roles_of, teams_above, teams_in_reach
from core.choices import ShareLevel
from core.display import format_day
from core.lent import DEPUTY_ACTIONS, root_of
from core.models import Absence, Share, Team, User
from core.roles import Reach, Role


@dataclass(frozen=True)
class Answer:
    """Yes or no to one action, and the reasons in the words of the reader."""

    allowed: bool
    reasons: tuple[str, ...]


class Explains(Protocol):
    """Explains one record to many people; what it needs of the record is read once."""

    def explain(self, user: User, action: str) -> Answer:
        """Answer for one person and action."""
        ...


_explainers: dict[str, Callable[[Any], Explains]] = {}


def register_explainer(model: type[models.Model], make: Callable[[Any], Explains]) -> None:
    """Declare how records are explained whose queryset decides about reach in a way of its own."""
    _explainers[model._meta.label_lower] = make


def explainer_of(record: models.Model) -> Explains:
    """Return what explains the record."""
    make = _explainers.get(record._meta.label_lower)
    return make(record) if make is not None else Row.of(record)


def explain(user: User, action: str, model: type[models.Model]) -> Answer:
    """Tell whether the person may do `action` to some row of `model`: which role gives it, how far."""
    given = grants(user, action, model)
    if not given:
        return Answer(False, (refusal(user),))
    return Answer(True, tuple(_role_words(role, reach) for role, reach in given))


def refusal(user: User) -> str:
    """Say why nothing gives the action at all."""
    return _("No role gives this.") if user.is_active else _("Can no longer sign in.")


def grants(user: User, action: str, model: type[models.Model]) -> list[tuple[str, str]]:
    """Return (role, reach) of each role of the person that gives the action, in the order of the roles."""
    row = role_table().get(model._meta.label_lower, {})
    held = roles_of(user)
    return [
        (role, row[role][0])
        for role in Role.values
        if role in held and role in row and action in row[role][1]
    ]


def _role_words(role: str, reach: str) -> str:
    return _("Role %(role)s: %(reach)s") % {"role": Role(role).label, "reach": Reach(reach).label}


@dataclass(frozen=True)
class Row:
    """What decides about one row: who owns it, which team, and what was lent of it."""

    model: type[models.Model]
    has_axes: bool
    owner_id: int | None = None
    team_id: int | None = None
    owner: str = ""
    team: str = ""
    shares: tuple[Share, ...] = ()
    absences: tuple[Absence, ...] = field(default=())

    @classmethod
    def of(cls, record: models.Model, *, on: date | None = None) -> Row:
        """Read it; a handful of queries, however many people are asked about afterwards."""
        day = on or timezone.localdate()
        model = type(record)
        rows: Any = model._default_manager.all()
        if not isinstance(rows, ScopedQuerySet):
            return cls(model, False)
        owner_id, team_id, root_id = (
            _value(rows, record, path) for path in (rows.owner_path, rows.team_path, rows.share_path or None)
        )
        label = root_of(model)
        shares = (
            tuple(Share.objects.about(label, root_id).running(day).for_list())
            if label and root_id is not None
            else ()
        )
        absences: tuple[Absence, ...] = ()
        if rows.lent_when_absent and owner_id is not None:
            absences = tuple(Absence.objects.running(day).filter(user=owner_id).for_list())
        owner = User.objects.filter(pk=owner_id).first() if owner_id else None
        team = Team.objects.filter(pk=team_id).first() if team_id else None
        return cls(
            model,
            rows.owner_path is not None or rows.team_path is not None,
            owner_id,
            team_id,
            str(owner or ""),
            str(team or ""),
            shares,
            absences,
        )

    def explain(self, user: User, action: str) -> Answer:
        """Answer for one person and action."""
        return self.explain_as(user, action, self.model, lent_for=action)

    def explain_as(self, user: User, action: str, model: type[models.Model], *, lent_for: str) -> Answer:
        """Answer by the roles' rights on `model`, with what is lent for another action."""
        given = grants(user, action, model)
        if not given:
            return Answer(False, (refusal(user),))
        found = [word for role, reach in given for word in self._by_role(user, role, reach)]
        everywhere = not self.has_axes or any(reach == Reach.ALL for _role, reach in given)
        if not everywhere:
            found += [*self._by_shares(user, lent_for), *self._by_absences(user, lent_for)]
        if found:
            return Answer(True, tuple(dict.fromkeys(found)))
        return Answer(False, (*(_role_words(role, reach) for role, reach in given), self._whose()))

    def _by_role(self, user: User, role: str, reach: str) -> Iterable[str]:
        name = Role(role).label
        if reach == Reach.ALL or not self.has_axes:
            yield _role_words(role, Reach.ALL)
            return
        if self.owner_id == user.pk:
            yield _("Role %(role)s, and owns the record") % {"role": name}
        if reach == Reach.TEAM and self.team_id is not None and self.team_id in teams_in_reach(user):
            words = {"role": name, "team": self.team}
            if self.team_id == user.team_id:
                yield _("Role %(role)s, and is in the record's team %(team)s") % words
            else:
                yield _("Role %(role)s, and the record's team %(team)s is below their own") % words

    def _by_shares(self, user: User, action: str) -> Iterable[str]:
        is_root = root_of(self.model) == self.model._meta.label_lower
        for share in self.shares:
            gives = action == "view" or (
                action == "change" and is_root and share.level == ShareLevel.CHANGE.value
            )
            receives = share.user_id == user.pk or (
                share.team_id is not None and share.team_id in teams_above(user)
            )
            if gives and receives:
                yield share_words(share)

    def _by_absences(self, user: User, action: str) -> Iterable[str]:
        if action in DEPUTY_ACTIONS:
            for absence in self.absences:
                if absence.deputy_id == user.pk:
                    yield _("Stands in for %(name)s until %(day)s") % {
                        "name": absence.user,
                        "day": format_day(absence.ends_on),
                    }

    def _whose(self) -> str:
        if self.owner and self.team:
            return _("The record belongs to %(owner)s, team %(team)s.") % {
                "owner": self.owner,
                "team": self.team,
            }
        if self.owner or self.team:
            return _("The record belongs to %(name)s.") % {"name": self.owner or self.team}
        return _("The record belongs to nobody.")


def _value(rows: Any, record: models.Model, path: str | None) -> int | None:
    if path is None:
        return None
    found: int | None = rows.filter(pk=record.pk).values_list(path, flat=True).first()
    return found


def share_words(share: Share) -> str:
    """Say who shared, with whom where that is a team, and until when."""
    words = {"by": share.by, "team": share.team, "day": format_day(share.until)}
    if share.team is not None:
        if share.until is None:
            return _("Shared with team %(team)s by %(by)s") % words
        return _("Shared with team %(team)s by %(by)s until %(day)s") % words
    if share.until is None:
        return _("Shared by %(by)s") % words
    return _("Shared by %(by)s until %(day)s") % words


# ---- everybody --------------------------------------------------------------------------------------
def prepared(users: Iterable[User]) -> list[User]:
    """Return the users with roles and teams read for all of them at once. Groups come prefetched."""
    tree = Team.objects.tree()
    found = list(users)
    for user in found:
        keys = {group.name for group in user.groups.all()} & set(Role.values)
        user._role_keys = frozenset(keys | ({Role.ADMINISTRATOR.value} if user.is_superuser else set()))  # type: ignore[attr-defined]
        user._team_tree = tree  # type: ignore[attr-defined]
    return found


def who_reaches(record: models.Model, *, action: str = "view") -> list[tuple[User, tuple[str, ...]]]:
    """Return everybody who may do `action` to the record, by name, each with the reasons."""
    explainer = explainer_of(record)
    users = prepared(User.objects.active().for_list().order_by("full_name", "pk"))
    answers = ((user, explainer.explain(user, action)) for user in users)
    return [(user, answer.reasons) for user, answer in answers if answer.allowed]
