"""The history of one record: who changed which field, when, from what to what.

A page mounts it in two lines: `context["history"] = read_history(request, record)` and
`{% include "core/record_history.html" %}`; kinds without such a page use the page of its own below.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.http import Http404, HttpRequest
from django.views.generic import TemplateView

from core.access import can
from core.audit_lines import ShownChange, kind_name, shown_changes
from core.choices import AuditAction
from core.keyset import KeysetPage, SortKey, fingerprint, paginate
from core.masking import note_history
from core.models import AuditEntry, User
from core.record_history import record_for
from core.views.audit import address_of
from core.views.base import SIGNED_IN, RightsMixin

LINES_SHOWN = 50
#: Of so many latest lines the menus name the fields and the people.
MENU_LINES = 500
#: What everybody who sees a record may know of it; sign-ins, exports and views are for the auditors.
_OF_THE_RECORD = (
    AuditAction.CREATED,
    AuditAction.CHANGED,
    AuditAction.DELETED,
    AuditAction.RESTORED,
    AuditAction.IMPORTED,
    AuditAction.RAN,
)
_NEWEST = SortKey("at", "")


@dataclass(frozen=True)
class Row:
    """One field of one change; without a change, what was done with the record."""

    at: datetime
    by: User | None
    action: str
    change: ShownChange | None
    note: str


@dataclass(frozen=True)
class History:
    """What `core/record_history.html` shows. `since` is the latest change of the one field asked for."""

    rows: list[Row]
    page: KeysetPage
    fields: list[tuple[str, str]]
    people: list[tuple[str, str]]
    field: str
    person: str
    since: Row | None = None


def read_history(request: HttpRequest, record: models.Model) -> History:
    """Read one page of the record's history, filtered by `?field=` and `?by=`.

    The caller has checked that the person may see the record; masks follow the person's rights.
    """
    lines = _lines(request, record)
    fields, people = _menus(lines, record, request.user)
    field = _known(request.GET.get("field", ""), fields)
    person = _known(request.GET.get("by", ""), people)
    if field:
        lines = lines.filter(changes__has_key=field)
    if person:
        lines = lines.filter(actor_id=None if person == "0" else int(person))
    page = paginate(
        lines,
        sort=_NEWEST,
        descending=True,
        cursor=request.GET.get("cursor"),
        page_size=LINES_SHOWN,
        fingerprint=fingerprint(
            "history", request.user.pk, record._meta.label_lower, record.pk, field, person
        ),
    )
    rows = [row for entry in page.rows for row in _rows(entry, field, request.user)]
    note_history(request, record, record._meta.label_lower, {row.change.field for row in rows if row.change})
    since = rows[0] if field and rows and not page.has_previous and not person else None
    return History(rows, page, fields, people, field, person, since)


def _lines(request: HttpRequest, record: models.Model) -> Any:
    lines = AuditEntry.objects.about(record).select_related("actor")
    return lines if can(request.user, "view", AuditEntry) else lines.filter(action__in=_OF_THE_RECORD)


def _menus(
    lines: Any, record: models.Model, reader: Any
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the fields and the people of the latest lines, each as (value, label)."""
    seen: dict[str, Any] = {}
    people: dict[str, str] = {}
    for changes, pk, name, login in lines.values_list(
        "changes", "actor_id", "actor__full_name", "actor__username"
    )[:MENU_LINES]:
        seen.update(changes)
        if pk is not None:
            people[str(pk)] = name or login
    shown = shown_changes(type(record), seen, reader=reader)
    fields = sorted(((item.field, item.label) for item in shown), key=lambda pair: pair[1])
    return fields, sorted(people.items(), key=lambda pair: pair[1])


def _known(asked: str, menu: list[tuple[str, str]]) -> str:
    return asked if asked in dict(menu) else ""


def _rows(entry: AuditEntry, field: str, reader: Any) -> list[Row]:
    changes = shown_changes(entry.subject_type, entry.changes, reader=reader)
    shown = [item for item in changes if not field or item.field == field]
    head = (entry.at, entry.actor, entry.get_action_display())
    return [Row(*head, item, entry.note) for item in shown] or [Row(*head, None, entry.note)]


class RecordHistoryPage(RightsMixin, TemplateView):
    """The history of any record whose kind is registered; what is out of reach does not exist."""

    required_right = SIGNED_IN
    template_name = "core/record_history_page.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read the history."""
        label = self.kwargs["kind"]
        record = record_for(label, self.kwargs["pk"], self.person)
        if record is None:
            raise Http404
        return super().get_context_data(
            record=record,
            kind_label=kind_name(label),
            record_url=address_of(self.person, label, record.pk),
            history=read_history(self.request, record),
            **kwargs,
        )
