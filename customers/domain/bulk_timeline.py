"""Many timeline lines at once, as `timeline.record_event` writes one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db import models

from core.domain.audit import as_json
from core.domain.inserting import insert_rows
from core.models import User
from customers.choices import EventKind
from customers.models import TimelineEvent

_COLUMNS = (
    "customer_id", "kind", "at", "data", "actor_id", "is_pinned", "subject_type_id", "subject_id",
    "subject_label", "subject_url",
)  # fmt: skip


class Event(NamedTuple):
    """One line: whose, what, when, what it shows, and which record it points to."""

    customer_id: int
    kind: str
    at: datetime
    data: Mapping[str, Any]
    subject_id: int | None = None
    label: str = ""


def record_events(
    events: Sequence[Event], *, by: User | None, subject: type[models.Model] | None = None
) -> None:
    """Write the lines in the caller's transaction; `subject` is the kind of record they point to."""
    type_id = ContentType.objects.get_for_model(subject).pk if subject is not None else None
    actor = by.pk if by is not None else None
    url = _page_of(subject)
    rows = [
        (
            event.customer_id,
            EventKind(event.kind).value,
            event.at,
            {key: as_json(value) for key, value in event.data.items()},
            actor,
            False,
            type_id,
            event.subject_id,
            event.label[:200],
            url.replace("/0/", f"/{event.subject_id}/") if event.subject_id is not None else "",
        )
        for event in events
    ]
    insert_rows(TimelineEvent, _COLUMNS, rows)


def _page_of(subject: type[models.Model] | None) -> str:
    """The address of record 0: looking each one up would take longer than storing the line."""
    own = getattr(subject, "get_absolute_url", None)
    return str(own(subject(pk=0))) if subject is not None and own is not None else ""
