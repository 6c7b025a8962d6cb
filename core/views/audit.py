"""The audit table, for reading."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import NoReverseMatch
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from core.audit_filters import AuditFilterSet
from core.audit_lines import describe_changes, kind_name, shown_changes
from core.domain.jobs import later
from core.keyset import KeysetPage, SortKey
from core.lists import Column, ListDefinition
from core.models import AuditEntry, AuditSeal
from core.views.base import RightsMixin, go_to
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
            entry.described = describe_changes(entry, reader=self.person)
        return page


class AuditDetail(RightsMixin, TemplateView):
    """One line with whole values, and where it came from."""

    required_right = ("view", AuditEntry)
    template_name = "core/audit_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read the line, its record and its seal."""
        rows = AuditEntry.objects.visible_to(self.person).for_list()
        entry: AuditEntry = get_object_or_404(rows, pk=self.kwargs["pk"])
        seal = AuditSeal.objects.filter(first_id__lte=entry.pk, last_id__gte=entry.pk).first()
        return super().get_context_data(
            entry=entry,
            kind=kind_name(entry.subject_type) if entry.subject_type else "",
            changes=shown_changes(entry.subject_type, entry.changes, reader=self.person),
            record_url=address_of(self.person, entry.subject_type, entry.subject_id),
            origin=kind_name(entry.origin_type) if entry.origin_type else "",
            origin_url=address_of(self.person, entry.origin_type, entry.origin_id),
            seal=seal,
            nav_current="settings",
            **kwargs,
        )


def address_of(reader: Any, label: str, pk: int | None) -> str:
    """Return the page of a record that a line names, if the reader may see it; else nothing."""
    if pk is None:
        return ""
    try:
        manager: Any = apps.get_model(label)._default_manager
        found = manager.visible_to(reader).filter(pk=pk).first()
        return str(found.get_absolute_url()) if found is not None else ""
    except (LookupError, ValueError, AttributeError, NoReverseMatch):
        return ""  # a kind that is gone, or one without a page of its own


class AuditCheck(RightsMixin, View):
    """Ask for a check of all seals; a second click within the minute finds the same job."""

    required_right = ("view", AuditEntry)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Start the job and show it."""
        job = later(
            "core.tasks.verify_audit",
            dedupe=f"verify-audit-{self.person.pk}-{timezone.now():%Y%m%d%H%M}",
            title=_("Check the seals of the audit lines"),
            by=self.person,
        )
        return go_to(request, job.get_absolute_url())


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
        Column("via", gettext_lazy("Acting via"), lambda entry: entry.get_via_display()),
        Column("address", gettext_lazy("Address"), lambda entry: entry.address),
        Column("credential", gettext_lazy("Session or token"), lambda entry: entry.credential),
        Column("request", gettext_lazy("Request"), lambda entry: entry.request_id),
    ),
)
