"""The tree of teams as a file, which the import of teams takes back."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.filters import TeamFilterSet
from core.keyset import SortKey
from core.lists import Column, ListDefinition, of
from core.models import Team
from core.sorting import TEAM_SORTS


def _teams(user: Any) -> Any:
    return Team.objects.visible_to(user, "export").select_related("parent", "lead").with_depth()


TEAM_EXPORT = ListDefinition(
    key="core.team",
    title=_("Teams"),
    model=Team,
    filterset_class=TeamFilterSet,
    rows=_teams,
    columns=[
        Column("name", _("Team"), of("name")),
        Column("parent", _("Belongs to"), of("parent", "name")),
        # No two people have the same login name.
        Column("lead", _("Lead"), of("lead", "username")),
    ],
    # A file is read from above: a team stands below the one it belongs to.
    sort_keys={**TEAM_SORTS, "depth": SortKey("depth", _("Level in the tree"))},
    default_sort="depth",
)
