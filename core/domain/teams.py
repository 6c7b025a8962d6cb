"""The tree of teams."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from core.access import require
from core.choices import AuditAction
from core.domain.audit import differences, record
from core.domain.checks import check_record, unique_or_conflict
from core.errors import Conflict, DomainError
from core.models import Team, User

FIELDS = ("name", "parent", "lead")


@transaction.atomic
def create_team(data: Mapping[str, Any], *, by: User) -> Team:
    """Store a team. Refused: a name that another team has."""
    require(by, "add", Team)
    team = Team(**{name: data[name] for name in FIELDS if name in data})
    check_record(team)
    with unique_or_conflict():
        team.save()
    changes = {name: (None, getattr(team, name)) for name in FIELDS}
    record(AuditAction.CREATED, by=by, subject=team, changes=changes)
    return team


@transaction.atomic
def update_team(team: Team, data: Mapping[str, Any], *, by: User) -> Team:
    """Change a team. Refused: to put it below itself, or below a team that is below it."""
    require(by, "change", Team)
    _lock_tree()
    changes = differences(team, {name: data[name] for name in FIELDS if name in data})
    if not changes:
        return team
    parent = data.get("parent")
    if "parent" in changes and parent is not None and parent.pk in Team.objects.ids_below(team.pk):
        text = _("A team cannot belong to itself or to a team below it.")
        raise DomainError("team_below_itself", text, fields={"parent": text})
    for name, (_old, new) in changes.items():
        setattr(team, name, new)
    check_record(team)
    with unique_or_conflict():
        team.save(update_fields=list(changes))
    record(AuditAction.CHANGED, by=by, subject=team, changes=changes)
    return team


@transaction.atomic
def delete_team(team: Team, *, by: User) -> None:
    """Delete a team that nothing refers to. Refused: while it has members, teams below it or records."""
    require(by, "delete", Team)
    _lock_tree()
    entry = team.pk
    try:
        with transaction.atomic():
            deleted, _rows = Team.objects.filter(pk=entry).delete()
    except ProtectedError as error:
        text = _("This team still has members, teams below it, or records. Move them first.")
        raise Conflict("team_in_use", text) from error
    if not deleted:
        raise Conflict("already_deleted", _("This team is deleted already."))
    record(AuditAction.DELETED, by=by, subject=team)


def _lock_tree() -> None:
    """Let moves come one after the other: two at once could close a circle that neither sees."""
    list(Team.objects.select_for_update().order_by("pk").values_list("pk", flat=True))
