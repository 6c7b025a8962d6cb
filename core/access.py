"""Who may do what to which rows: one reading of the role table for pages, API, exports and jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from core.lent import NOTHING, forget_lent, lent_to
from core.roles import REACH_ORDER, Reach, Role
from core.team_tree import Tree, above, below

if TYPE_CHECKING:
    from core.models import User

#: What an installation knows as a right: (reach, actions) per role, for one model.
Row = dict[str, tuple[str, frozenset[str]]]


@cache
def role_table() -> dict[str, Row]:
    """Return the whole role table: model label → role key → (reach, actions)."""
    table: dict[str, Row] = {}
    for config in apps.get_app_configs():
        rights = _rights_module(config.name)
        if rights is None:
            continue
        for model_name, actions in rights.ACTIONS.items():
            row = {
                role: (reach, frozenset(words.split()))
                for role, (reach, words) in rights.RIGHTS[model_name].items()
            }
            row.setdefault(Role.ADMINISTRATOR, (Reach.ALL, frozenset(actions.split())))
            table[f"{config.label}.{model_name}"] = row
    return table


@cache
def sensitive_fields() -> dict[str, frozenset[str]]:
    """Return model label → fields that are masked for whoever lacks the right `reveal` on the model."""
    found: dict[str, frozenset[str]] = {}
    for config in apps.get_app_configs():
        rights = _rights_module(config.name)
        for model_name, fields in getattr(rights, "SENSITIVE", {}).items():
            found[f"{config.label}.{model_name}"] = frozenset(fields.split())
    return found


def _rights_module(app: str) -> Any | None:
    try:
        return import_module(f"{app}.rights")
    except ModuleNotFoundError as error:
        if error.name != f"{app}.rights":
            raise
        return None


def roles_of(user: User) -> frozenset[str]:
    """Return the role keys that the user holds; a superuser is an administrator."""
    if not user.is_active:
        return frozenset()
    cached: frozenset[str] | None = getattr(user, "_role_keys", None)
    if cached is None:
        cached = frozenset(user.groups.values_list("name", flat=True)) & frozenset(Role.values)
        if user.is_superuser:
            cached |= {Role.ADMINISTRATOR.value}
        user._role_keys = cached  # type: ignore[attr-defined]
    return cached


def renew(user: User) -> User:
    """Read the user anew and forget what is remembered of its rights, for work that goes on for long.

    The same object, since those who do the work hold it.
    """
    for name in ("_role_keys", "_teams_in_reach", "_teams_above", "_team_tree"):
        user.__dict__.pop(name, None)
    forget_lent(user)
    user.refresh_from_db()
    return user


def reach_of(user: User, model: type[models.Model] | models.Model, action: str = "view") -> str | None:
    """Return the widest reach with which the user may do `action` to rows of `model`, or None."""
    row = role_table().get(model._meta.label_lower, {})
    reaches = [row[role][0] for role in roles_of(user) if role in row and action in row[role][1]]
    return max(reaches, key=lambda reach: REACH_ORDER[reach], default=None)


def roles_with(action: str, model: type[models.Model]) -> frozenset[str]:
    """Return the keys of the roles that allow `action` on some row of `model`."""
    row = role_table().get(model._meta.label_lower, {})
    return frozenset(role for role, (_reach, words) in row.items() if action in words)


def can(user: Any, action: str, model: type[models.Model] | models.Model) -> bool:
    """Tell whether any of the user's roles allows `action` on some row of `model`."""
    return bool(getattr(user, "is_authenticated", False)) and reach_of(user, model, action) is not None


def require(user: Any, action: str, model: type[models.Model] | models.Model) -> None:
    """Refuse with PermissionDenied unless the user may do `action` to some row of `model`."""
    if not can(user, action, model):
        raise PermissionDenied(_("Your role does not allow this."))


def sees_field(user: Any, model: type[models.Model] | models.Model, field: str) -> bool:
    """Tell whether the user may read `field` in clear: not sensitive, or with the right `reveal`.

    Of a model: on every row that the user sees. Of one record: on that record.
    """
    if field not in sensitive_fields().get(model._meta.label_lower, ()):
        return True
    if not getattr(user, "is_authenticated", False):
        return False
    revealed = reach_of(user, model, "reveal")
    if revealed is None:
        return False
    seen = reach_of(user, model)
    if seen is None or REACH_ORDER[revealed] >= REACH_ORDER[seen]:
        return True
    if isinstance(model, type):
        return False
    # Of several roles one sees further than the one that reveals: this record alone can tell.
    rows: Any = type(model)._default_manager
    return bool(rows.in_reach(user, "reveal").filter(pk=model.pk).exists())


def teams_in_reach(user: User) -> frozenset[int]:
    """Return the ids of the user's team and of every team below it. One query a user object."""
    cached: frozenset[int] | None = getattr(user, "_teams_in_reach", None)
    if cached is None:
        cached = _walked(user, below)
        user._teams_in_reach = cached  # type: ignore[attr-defined]
    return cached


def teams_above(user: User) -> frozenset[int]:
    """Return the ids of the user's team and of every team above it. The tree is read once a user object."""
    cached: frozenset[int] | None = getattr(user, "_teams_above", None)
    if cached is None:
        cached = _walked(user, above)
        user._teams_above = cached  # type: ignore[attr-defined]
    return cached


def _walked(user: User, walk: Callable[[Tree, int], frozenset[int]]) -> frozenset[int]:
    if not user.team_id:
        return frozenset()
    tree: Tree | None = getattr(user, "_team_tree", None)
    if tree is None:
        from core.models import Team

        tree = Team.objects.tree()
        user._team_tree = tree  # type: ignore[attr-defined]
    return walk(tree, user.team_id)


def holds(
    user: User,
    action: str,
    model: type[models.Model],
    *,
    owner_id: int | None,
    team_id: int | None,
    root_id: int | None = None,
    lent: bool = True,
) -> bool:
    """Tell whether `action` on one row of `model` is within reach, as `in_reach` would, from what is known.

    `owner_id` and `team_id` own the row; `root_id` is the record through whose shares it is reached.
    Without `lent` only what is the person's or the teams' own counts.
    """
    reach = reach_of(user, model, action)
    if reach is None or reach == Reach.ALL:
        return reach is not None
    if owner_id == user.pk or (reach == Reach.TEAM and team_id in teams_in_reach(user)):
        return True
    known = lent_to(user) if lent else NOTHING
    return owner_id in known.owners(action) or root_id in known.records(model, action)


class ScopedQuerySet(models.QuerySet[Any]):
    """A queryset whose rows have an owner, a team and perhaps a recycle bin.

    `owner_path` and `team_path` lead to the user and the team that own a row; None where there is no
    such axis. `live_paths` name the `deleted_at` columns that must be empty for a row to be shown.
    `share_path` leads to the record through whose shares the row is reached (`core.lent`);
    `lent_when_absent` is True for work that a deputy does for an absent owner. `reached_through` names the
    record by which alone a row is reached, empty where the row itself says who owns it.
    """

    owner_path: str | None = "owner"
    team_path: str | None = "team"
    live_paths: tuple[str, ...] = ()
    share_path: str = ""
    lent_when_absent: bool = False
    reached_through: str = ""

    def live(self) -> Self:
        """Rows that are not in the recycle bin, nor below a record that is."""
        return self.filter(**{f"{path}__isnull": True for path in self.live_paths})

    def in_reach(self, user: User, action: str = "view") -> Self:
        """Rows, recycled ones included, to which one of the user's roles allows `action`."""
        return self.reached(user, action, lent_for=action)

    def reached(self, user: User, action: str, *, lent_for: str) -> Self:
        """Rows in reach of `action`, with what is lent for another action; for "" without anything lent."""
        reach = reach_of(user, self.model, action)
        if reach is None:
            return self.none()
        if reach == Reach.ALL or (self.owner_path is None and self.team_path is None):
            return self
        return self.filter(self._reached_by(user, reach, action, lent_for))

    def parts_in_reach(
        self, user: User, action: str = "view", *, lent_for: str | None = None
    ) -> list[Q] | None:
        """Return the conditions that `in_reach` joins by "or", or None where everything is in reach.

        Where the rows are few, a database finds them by the index of each part; joined, it reads the table.
        What is lent is that of `action`, unless `lent_for` names another.
        """
        reach = reach_of(user, self.model, action)
        if reach == Reach.ALL or (self.owner_path is None and self.team_path is None):
            return None if reach else []
        lent_for = action if lent_for is None else lent_for
        condition = self._reached_by(user, reach, action, lent_for) if reach else Q(pk__in=[])
        if condition.negated or condition.connector != Q.OR:
            return [condition]
        children = [child for child in condition.children if child != ("pk__in", [])]
        return [child if isinstance(child, Q) else Q(child) for child in children]

    def _reached_by(self, user: User, reach: str, action: str, lent_for: str) -> Q:
        """What is in reach, where that is not everything."""
        return self._held_by(user, reach, action) | self._lent_to(user, lent_for)

    def _held_by(self, user: User, reach: str, action: str) -> Q:  # noqa: ARG002 (for those below)
        """The rows of the person and, where the reach says so, of the teams; below others, by the action."""
        condition = Q(pk__in=[])
        if self.owner_path is not None:
            condition |= Q(**{self.owner_path: user.pk})
        if reach == Reach.TEAM and self.team_path is not None:
            condition |= Q(**{f"{self.team_path}__in": teams_in_reach(user)})
        return condition

    def _lent_to(self, user: User, action: str) -> Q:
        """What is lent, as lists of ids: a subquery here would cost the lists their indexes."""
        lent = lent_to(user) if self.share_path or self.lent_when_absent else NOTHING
        condition = Q()
        shared = lent.records(self.model, action) if self.share_path else frozenset()
        if shared:
            condition |= Q(**{f"{self.share_path}__in": sorted(shared)})
        owners = lent.owners(action) if self.lent_when_absent else frozenset()
        if owners and self.owner_path is not None:
            condition |= Q(**{f"{self.owner_path}__in": sorted(owners)})
        return condition

    def visible_to(self, user: User, action: str = "view") -> Self:
        """Live rows to which one of the user's roles allows `action`: the one predicate of every door."""
        return self.in_reach(user, action).live()


def rows_of(role: str) -> Iterable[tuple[str, str, frozenset[str]]]:
    """Yield (model label, reach, actions) of one role, for the page that explains rights."""
    for label, row in sorted(role_table().items()):
        if role in row:
            yield label, *row[role]
