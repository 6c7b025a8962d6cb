"""The only writer of timelines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone

from core.domain.audit import as_json
from core.models import User
from customers.choices import EventKind
from customers.models import Customer, TimelineEvent


def record_event(
    customer: Customer,
    kind: str,
    *,
    at: datetime,
    by: User | None = None,
    data: Mapping[str, Any] | None = None,
    subject: models.Model | None = None,
    subject_url: str = "",
) -> TimelineEvent:
    """Write one line of the customer's story in the caller's transaction and return it."""
    event = timeline_event(customer, kind, at=at, by=by, data=data, subject=subject, subject_url=subject_url)
    event.save()
    return event


def timeline_event(
    customer: Customer,
    kind: str,
    *,
    at: datetime,
    by: User | None = None,
    data: Mapping[str, Any] | None = None,
    subject: models.Model | None = None,
    subject_url: str = "",
) -> TimelineEvent:
    """Return an unsaved line, for callers that write many with `bulk_create`."""
    return TimelineEvent(
        customer=customer,
        kind=EventKind(kind).value,
        at=at,
        actor=by,
        data={key: _stored(value) for key, value in (data or {}).items()},
        **weak_subject(subject, subject_url),
    )


def _stored(value: Any) -> Any:
    """Return `value` as JSON can hold it; lists and mappings keep their order and their parts."""
    if isinstance(value, Mapping):
        return {str(key): _stored(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_stored(part) for part in value]
    return as_json(value)


def weak_subject(subject: models.Model | None, subject_url: str = "") -> dict[str, Any]:
    """Return the columns of a weak pointer to `subject`."""
    if subject is None:
        return {"subject_url": subject_url}
    return {
        "subject_type": ContentType.objects.get_for_model(subject),
        "subject_id": subject.pk,
        "subject_label": str(subject)[:200],
        "subject_url": subject_url or _own_url(subject),
    }


def _own_url(subject: models.Model) -> str:
    own = getattr(subject, "get_absolute_url", None)
    return str(own()) if own is not None else ""


def events_about(subject: models.Model) -> models.QuerySet[TimelineEvent]:
    """Return the timeline lines that point to `subject`."""
    return TimelineEvent.objects.filter(
        subject_type=ContentType.objects.get_for_model(subject), subject_id=subject.pk
    )


def moment_of(day: date, now: datetime) -> datetime:
    """Return when something dated `day` stands on the timeline: now for today, else noon of that day."""
    if day == timezone.localdate(now):
        return now
    return timezone.make_aware(datetime.combine(day, time(12)))
