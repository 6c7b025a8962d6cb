"""The audit table, for reading."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from core.audit_lines import describe_changes, kind_name
from core.exports import ExportColumn, ExportList
from core.filters import AuditFilterSet
from core.keyset import KeysetPage, SortKey
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


AUDIT_EXPORT = ExportList(
    key="core.auditentry",
    title=gettext_lazy("Audit lines"),
    model=AuditEntry,
    filterset_class=AuditFilterSet,
    sort_keys=SORT_KEYS,
    default_sort="-at",
    columns=(
        ExportColumn(gettext_lazy("When"), lambda entry: entry.at),
        ExportColumn(gettext_lazy("Who"), lambda entry: entry.actor.display_name if entry.actor else None),
        ExportColumn(gettext_lazy("What"), lambda entry: entry.get_action_display()),
        ExportColumn(gettext_lazy("Kind of record"), lambda entry: kind_name(entry.subject_type)),
        ExportColumn(gettext_lazy("Record number"), lambda entry: entry.subject_id),
        ExportColumn(gettext_lazy("Record"), lambda entry: entry.subject_label),
        ExportColumn(gettext_lazy("Changes"), _changes),
        ExportColumn(gettext_lazy("Note"), lambda entry: entry.note),
    ),
)
