"""The audit table, for reading."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from core.audit_lines import describe_changes, kind_name
from core.filters import AuditFilterSet
from core.keyset import KeysetPage, SortKey
from core.lists import Column, ListDefinition
from core.models import AuditEntry
from core.views.lists import ListPage

SORT_KEYS = {"at": SortKey("at", gettext_lazy("When"))}


class AuditList(ListPage):
    """Who did what, newest first. There is no page that changes a line."""

    model = AuditEntry
    filterset_class = AuditFilterSet
    template_name = "core/audit_list.html"
    nav_current = "settings"
    sort_keys = SORT_KEYS
    default_sort = "-at"
    export_key = "core.auditentry"

    def page(self) -> KeysetPage:
        """Put the changes of each line into words."""
        page = super().page()
        for entry in page.rows:
            entry.kind = kind_name(entry.subject_type) if entry.subject_type else ""
            entry.described = describe_changes(entry)
        return page


def _changes(entry: Any) -> str:
    return "; ".join(f"{name}: {old} → {new}" for name, old, new in describe_changes(entry))


AUDIT_EXPORT = ListDefinition(
    key="core.auditentry",
    title=gettext_lazy("Audit lines"),
    model=AuditEntry,
    filterset_class=AuditFilterSet,
    sort_keys=SORT_KEYS,
    default_sort="-at",
    columns=(
        Column("at", gettext_lazy("When"), lambda entry: entry.at),
        Column("actor", gettext_lazy("Who"), lambda entry: entry.actor.display_name if entry.actor else None),
        Column("action", gettext_lazy("What"), lambda entry: entry.get_action_display()),
        Column("subject_type", gettext_lazy("Kind of record"), lambda entry: kind_name(entry.subject_type)),
        Column("subject_id", gettext_lazy("Record number"), lambda entry: entry.subject_id),
        Column("subject_label", gettext_lazy("Record"), lambda entry: entry.subject_label),
        Column("changes", gettext_lazy("Changes"), _changes),
        Column("note", gettext_lazy("Note"), lambda entry: entry.note),
    ),
)
