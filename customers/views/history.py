"""Who changed which field of a customer, when, from what to what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.dateparse import parse_datetime

from core.models import AuditEntry, User
from customers.history import ShownChange, shown_changes
from customers.models import Customer
from customers.views.record import RecordPage

LINES_SHOWN = 50


@dataclass(frozen=True)
class Row:
    """One field of one change."""

    at: datetime
    by: User | None
    action: str
    change: ShownChange | None
    note: str


class CustomerHistory(RecordPage):
    """The history tab, filtered by field."""

    template_name = "customers/customer_history.html"
    tab = "history"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read a page of the audit lines of this customer."""
        wanted = self.request.GET.get("field", "")
        fields = self._fields()
        wanted = wanted if wanted in dict(fields) else ""
        found = self._entries(wanted)
        older = ""
        if len(found) > LINES_SHOWN:
            last = found[LINES_SHOWN - 1]
            older = f"{last.at.isoformat()}_{last.pk}"
        rows = [row for entry in found[:LINES_SHOWN] for row in _rows(entry, wanted)]
        return super().get_context_data(rows=rows, fields=fields, wanted=wanted, older=older, **kwargs)

    def _entries(self, wanted: str) -> list[AuditEntry]:
        entries = AuditEntry.objects.about(self.customer).select_related("actor")
        if wanted:
            entries = entries.filter(changes__has_key=wanted)
        place = _read_place(self.request.GET.get("before", ""))
        if place is not None:
            at, pk = place
            entries = entries.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk))
        return list(entries[: LINES_SHOWN + 1])

    def _fields(self) -> list[tuple[str, str]]:
        """The fields that this customer's latest changes touched."""
        seen: dict[str, list[Any]] = {}
        for changes in AuditEntry.objects.about(self.customer).values_list("changes", flat=True)[:500]:
            seen.update(changes)
        return sorted(
            ((item.field, item.label) for item in shown_changes(Customer, seen)), key=lambda pair: pair[1]
        )


def _rows(entry: AuditEntry, wanted: str) -> list[Row]:
    shown = [item for item in shown_changes(Customer, entry.changes) if not wanted or item.field == wanted]
    head = (entry.at, entry.actor, entry.get_action_display())
    return [Row(*head, item, entry.note) for item in shown] or [Row(*head, None, entry.note)]


def _read_place(text: str) -> tuple[datetime, int] | None:
    at, _separator, pk = text.rpartition("_")
    try:
        moment = parse_datetime(at)
    except ValueError:
        return None
    return (moment, int(pk)) if moment and moment.tzinfo and pk.isdigit() else None
