"""Files of teams: the tree of the house."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.domain.teams import create_team, delete_team, update_team
from core.errors import DomainError
from core.imports.declared import DeclaredSession, Plan
from core.imports.fields import TargetField
from core.imports.groups import ImportGroup
from core.imports.kinds.finding import Staff, key_of, teams_by_key
from core.imports.unversioned import UnversionedTarget
from core.models import Team, User
from core.team_tree import below

FIELDS: tuple[TargetField, ...] = (
    TargetField(
        "name", gettext_lazy("Team"), max_length=100, is_required=True, is_key=True, also=(gettext_lazy("Name"),),
        synonyms="team name, department, group, branch, 团队, 团队名称, 部门, 部门名称, 组, 團隊, 團隊名稱, 部門, 部門名稱, 組, 名称, 名稱",
    ),
    TargetField(
        "parent", gettext_lazy("Belongs to"), max_length=100,
        synonyms="parent, parent team, above, superior, 上级团队, 上级部门, 上级, 隶属, 所属部门, 上級團隊, 上級部門, 上級, 隸屬, 所屬部門",
        help=gettext_lazy("A team that is there, or stands above this row. Empty: at the top, or as before."),
    ),
    TargetField(
        "lead", gettext_lazy("Lead"), max_length=254,
        synonyms="leader, manager, head, 负责人, 主管, 经理, 部门负责人, 負責人, 經理, 部門負責人, 领导, 領導",
        help=gettext_lazy("Full name, login name or e-mail of somebody who may sign in."),
    ),
)  # fmt: skip


class TeamTarget(UnversionedTarget):
    """Teams; one that stands above in the file may be named as the one above."""

    key = "core.team"
    title = gettext_lazy("Teams")
    group = ImportGroup.ORGANISATION
    order = 20
    fields = FIELDS
    plain = ("name",)
    identity = (("name",),)
    watched = ("name", "parent", "lead")
    list_url_name = "core:team-list"
    model = Team

    def key_text(self, value: Any) -> str:
        """Names are compared as they are with those of the teams that are there."""
        return key_of(str(value))

    def find(self, plans: Sequence[Plan], session: DeclaredSession, *, lock: bool) -> None:
        """The team of that name, its lead, and the one above it, here or above in the file."""
        known, tree = teams_by_key(), Team.objects.tree()
        for plan in plans:
            plan.record = known.get(key_of(plan.values["name"]))
            if plan.record is not None:
                plan.values["name"] = plan.record.name
            if "lead" in plan.row.values:
                self._find_lead(plan, session)
            if "parent" in plan.row.values:
                self._find_parent(plan, session, known, tree)

    def _find_lead(self, plan: Plan, session: DeclaredSession) -> None:
        """Somebody who may sign in; or who leads the team already, as an export of it says."""
        lead = plan.record.lead if plan.record is not None else None
        if lead is None or key_of(lead.username) != key_of(plan.row.values["lead"]):
            lead = session.memo.setdefault("staff", Staff()).find(plan.row, "lead")
        if lead is not None:
            plan.values["lead"] = lead

    def _find_parent(
        self,
        plan: Plan,
        session: DeclaredSession,
        known: Mapping[str, Team],
        tree: Mapping[int, int | None],
    ) -> None:
        text = plan.row.values["parent"]
        parent = known.get(key_of(text))
        if key_of(text) == key_of(plan.values["name"]) or (
            parent is not None and plan.record is not None and parent.pk in below(dict(tree), plan.record.pk)
        ):
            plan.row.refuse("team_below_itself", "parent")
        elif parent is not None:
            plan.values["parent"] = parent
        elif (above := session.seen.find(f"0:{key_of(text)}")) is not None and above[0] < plan.row.line:
            plan.values["parent"] = text
        else:
            plan.row.refuse("parent_team_unknown", "parent")

    def create(self, values: Mapping[str, Any], session: DeclaredSession) -> models.Model:
        """Make the team."""
        return create_team(_with_parent(values), by=session.by)

    def update(self, record: Any, changes: Mapping[str, Any], by: User) -> Any:
        """Move it, or give it another lead."""
        return update_team(record, _with_parent(changes), by=by)

    def remove(self, record: Any, by: User) -> None:
        """Delete a team that nothing refers to."""
        delete_team(record, by=by)


def _with_parent(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values with the team above that was made by an earlier row."""
    parent = values.get("parent")
    if not isinstance(parent, str):
        return dict(values)
    found = teams_by_key().get(key_of(parent))
    if found is None:
        text = _("No team of this name is there, nor stands above this row.")
        raise DomainError("parent_team_unknown", text, fields={"parent": text})
    return {**values, "parent": found}
