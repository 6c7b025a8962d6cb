"""Who may do what to which rows: one reading of the role table for pages, API, exports and jobs."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from core.roles import REACH_ORDER, Reach, Role

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


def reach_of(user: User, model: type[models.Model] | models.Model, action: str = "view") -> str | None:
    """Return the widest reach with which the user may do `action` to rows of `model`, or None."""
    row = role_table().get(model._meta.label_lower, {})
    reaches = [row[role][0] for role in roles_of(user) if role in row and action in row[role][1]]
    return max(reaches, key=lambda reach: REACH_ORDER[reach], default=None)


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
        cached = frozenset()
        if user.team_id:
            from core.models import Team

            cached = Team.objects.ids_below(user.team_id)
        user._teams_in_reach = cached  # type: ignore[attr-defined]
    return cached


def teams_above(user: User) -> frozenset[int]:
    """Return the ids of the user's team and of every team above it. One query a user object."""
    cached: frozenset[int] | None = getattr(user, "_teams_above", None)
    if cached is None:
        cached = frozenset()
        if user.team_id:
            from core.models import Team

            cached = Team.objects.ids_above(user.team_id)
        user._teams_above = cached  # type: ignore[attr-defined]
    return cached


class ScopedQuerySet(models.QuerySet[Any]):
    """A queryset whose rows have an owner, a team and perhaps a recycle bin.

    `owner_path` and `team_path` lead to the user and the team that own a row; None where there is no
    such axis. `live_paths` name the `deleted_at` columns that must be empty for a row to be shown.
    """

    owner_path: str | None = "owner"
    team_path: str | None = "team"
    live_paths: tuple[str, ...] = ()

    def live(self) -> Self:
        """Rows that are not in the recycle bin, nor below a record that is."""
        return self.filter(**{f"{path}__isnull": True for path in self.live_paths})

    def in_reach(self, user: User, action: str = "view") -> Self:
        """Rows, recycled ones included, to which one of the user's roles allows `action`."""
        reach = reach_of(user, self.model, action)
        if reach is None:
            return self.none()
        if reach == Reach.ALL or (self.owner_path is None and self.team_path is None):
            return self
        condition = Q(pk__in=[])
        if self.owner_path is not None:
            condition |= Q(**{self.owner_path: user.pk})
        if reach == Reach.TEAM and self.team_path is not None:
            condition |= Q(**{f"{self.team_path}__in": teams_in_reach(user)})
        return self.filter(condition)

    def visible_to(self, user: User, action: str = "view") -> Self:
        """Live rows to which one of the user's roles allows `action`: the one predicate of every door."""
        return self.in_reach(user, action).live()


def rows_of(role: str) -> Iterable[tuple[str, str, frozenset[str]]]:
    """Yield (model label, reach, actions) of one role, for the page that explains rights."""
    for label, row in sorted(role_table().items()):
        if role in row:
            yield label, *row[role]
