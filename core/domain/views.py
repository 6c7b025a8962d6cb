"""Saved views: kept, changed, shared, deleted, put in order; and what a person has chosen for a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.access import can, require, roles_with, teams_above
from core.choices import AuditAction, ViewScope
from core.domain.audit import differences, record
from core.domain.notifications import notify
from core.domain.shares import MOST_TOLD
from core.errors import Conflict, DomainError
from core.lists import ListDefinition, list_named
from core.models import ListChoice, SavedView, Team, User

#: Views of one person for one list, and the longest query.
MOST_VIEWS = 50
_MOST_VALUES = 200
_FIELDS = ("name", "scope", "team", "query", "sort", "columns")


def definition_of(key: str, *, by: User) -> ListDefinition:
    """Return the list; one that is unknown, or whose rows the person may not see, does not exist."""
    found = list_named(key)
    if found is None or not can(by, "view", found.model):
        raise DomainError("unknown_list", _("There is no such list."), status=404)
    return found


@transaction.atomic
def save_view(key: str, data: Mapping[str, Any], *, by: User) -> SavedView:
    """Keep a view of the list under a name and return it; the team that it is for is told.

    Refused: a name that the person has used for this list, sharing beyond one's right or own teams, more
    than 50 views, filters that are no filters of the list.
    """
    definition = definition_of(key, by=by)
    require(by, "add", SavedView)
    values = _checked(definition, {"scope": ViewScope.PRIVATE, "team": None, **data}, by)
    if SavedView.objects.filter(owner=by, list_key=key).count() >= MOST_VIEWS:
        raise Conflict("too_many_views", _("You have %(n)d views of this list.") % {"n": MOST_VIEWS})
    last = SavedView.objects.filter(owner=by, list_key=key).aggregate(last=Max("position"))["last"]
    view = SavedView(list_key=key, owner=by, position=0 if last is None else last + 1, **values)
    _store(view)
    record(AuditAction.CREATED, by=by, subject=view)
    _tell_team(view, definition, by)
    return view


@transaction.atomic
def change_view(
    view: SavedView, data: Mapping[str, Any], *, by: User, version: int | None = None
) -> SavedView:
    """Write the fields of `data` that differ; a team that the view comes to is told.

    Refuses what `save_view` refuses, and a stale version.
    """
    stored = _own(view, by, "change")
    _ensure_fresh(stored, version)
    definition = definition_of(stored.list_key, by=by)
    values = _checked(definition, {**{name: getattr(stored, name) for name in _FIELDS}, **data}, by)
    changes = differences(stored, values)
    if not changes:
        return stored
    for name, value in values.items():
        setattr(stored, name, value)
    stored.version, stored.updated_at = stored.version + 1, timezone.now()
    _store(stored)
    record(AuditAction.CHANGED, by=by, subject=stored, changes=changes)
    if "team" in changes:
        _tell_team(stored, definition, by)
    return stored


def _tell_team(view: SavedView, definition: ListDefinition, by: User) -> None:
    """Tell the people of the team, and of those below it, whose roles show them the list."""
    if view.team_id is None:
        return
    roles = roles_with("view", definition.model) & roles_with("view", SavedView)
    people = User.objects.people().filter(team__in=Team.objects.ids_below(view.team_id))
    people = people.filter(Q(is_superuser=True) | Q(groups__name__in=roles)).exclude(pk=by.pk)
    notify(
        people.distinct().order_by("pk")[:MOST_TOLD],
        kind="core.share_received",
        title=gettext_lazy("%(by)s shares a view with your team: %(view)s"),
        params={"by": by, "view": view.name},
        subject=view,
        url=f"{reverse(definition.url_name)}?view={view.pk}" if definition.url_name else "",
    )


@transaction.atomic
def delete_view(view: SavedView, *, by: User, version: int | None = None) -> None:
    """Remove a view; whoever opened their list with it sees the usual one. Refuses a stale version."""
    stored = _own(view, by, "delete")
    _ensure_fresh(stored, version)
    SavedView.objects.filter(pk=stored.pk).delete()
    record(AuditAction.DELETED, by=by, subject=stored)


@transaction.atomic
def move_view(view: SavedView, *, earlier: bool, by: User) -> None:
    """Let the view change places with its neighbour among the person's own views of the list."""
    stored = _own(view, by, "change")
    views = list(SavedView.objects.filter(owner=stored.owner).of_list(stored.list_key))
    place = next(index for index, other in enumerate(views) if other.pk == stored.pk)
    other = place - 1 if earlier else place + 1
    if 0 <= other < len(views):
        views[place], views[other] = views[other], views[place]
    for position, one in enumerate(views):
        SavedView.objects.filter(pk=one.pk).exclude(position=position).update(position=position)


def choice_of(user: User, key: str) -> ListChoice | None:
    """Return what the person has chosen for the list, or None."""
    return ListChoice.objects.select_related("view").filter(user=user, list_key=key).first()


@transaction.atomic
def choose_columns(key: str, columns: Sequence[str], *, by: User) -> None:
    """Keep which columns the person sees, in order; none means the usual ones again."""
    definition = definition_of(key, by=by)
    offered = {column.key for column in definition.columns_for(by) if column.on_page}
    chosen = [column for column in dict.fromkeys(columns) if column in offered]
    ListChoice.objects.update_or_create(user=by, list_key=key, defaults={"columns": chosen})


@transaction.atomic
def open_with(key: str, view: SavedView | None, *, by: User) -> None:
    """Let the list open with the view for this person, or as usual."""
    definition_of(key, by=by)
    ListChoice.objects.update_or_create(user=by, list_key=key, defaults={"view": view})


def _own(view: SavedView, by: User, action: str) -> SavedView:
    """Return the stored view; one that the person may not touch does not exist."""
    rows = SavedView.objects.in_reach(by, action).select_for_update()
    found: SavedView | None = rows.filter(pk=view.pk).first()
    if found is None:
        raise DomainError("unknown_view", _("There is no such view, or it is not yours."), status=404)
    return found


def _ensure_fresh(stored: SavedView, version: int | None) -> None:
    if version is not None and version != stored.version:
        raise Conflict("stale", _("This view was changed since you opened it. Load it again."))


def _store(view: SavedView) -> None:
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:
        text = _("You have a view of this name.")
        raise Conflict("name_taken", text, fields={"name": text}) from error


def _checked(definition: ListDefinition, values: Mapping[str, Any], by: User) -> dict[str, Any]:
    """Return the values as they are stored; refuse what the person may not share or the list not filter."""
    name = str(values.get("name") or "").strip()
    if not name:
        text = _("Give the view a name.")
        raise DomainError("no_name", text, fields={"name": text})
    scope, team = values["scope"], values.get("team")
    _ensure_may_share(scope, team, by)
    offered = {column.key for column in definition.columns if column.on_page}
    sort = str(values.get("sort") or "")
    return {
        "name": name[:60],
        "scope": scope,
        "team": team if scope == ViewScope.TEAM else None,
        "query": _query(definition, values.get("query") or {}),
        "sort": sort if sort.removeprefix("-") in definition.sort_keys else "",
        "columns": [key for key in values.get("columns") or [] if key in offered],
    }


def _ensure_may_share(scope: str, team: Team | None, by: User) -> None:
    if scope == ViewScope.PUBLIC and not can(by, "publish", SavedView):
        text = _("Your role may not share a view with everybody.")
        raise DomainError("may_not_publish", text, fields={"scope": text}, status=403)
    if scope != ViewScope.TEAM:
        return
    if team is None:
        text = _("Choose the team.")
        raise DomainError("no_team", text, fields={"team": text})
    if team.pk not in teams_above(by) and not can(by, "publish", SavedView):
        text = _("Share with your own team, or one that it belongs to.")
        raise DomainError("not_your_team", text, fields={"team": text}, status=403)


def _query(definition: ListDefinition, query: Any) -> dict[str, list[str]]:
    """Return the filters as name → values; anything that is no filter of the list is refused."""
    if not isinstance(query, Mapping):
        raise DomainError("bad_query", _("Filters are names with lists of values."), fields={"query": ""})
    known = set(definition.filterset_class.base_filters)
    unknown = sorted(str(name) for name in query if name not in known)
    if unknown:
        text = _("Not a filter of this list: %(names)s.") % {"names": ", ".join(unknown)[:100]}
        raise DomainError("bad_query", text, fields={"query": text})
    found = {}
    for name, given in query.items():
        values = given if isinstance(given, list | tuple) else [given]
        kept = [str(value)[:200] for value in values if str(value).strip()][:_MOST_VALUES]
        if kept:
            found[str(name)] = kept
    return found
