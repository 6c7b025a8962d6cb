"""The log of a case: notes, what the customer said, what we answered, what the system did."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from complaints.choices.cases import EntryKind
from complaints.models import Complaint, Entry
from core.domain.mentions import settled, tell_mentioned
from core.errors import DomainError
from core.models import User

MOST_CHARACTERS = 100_000


def add_note(complaint: Complaint, body: str, *, by: User, at: datetime) -> Entry:
    """Keep an internal note; colleagues whom it mentions are told of each. Refuses an empty one."""
    text = settled(checked(body))
    entry = write(complaint, EntryKind.NOTE, text, by=by, at=at)
    tell_mentioned(complaint, after=text, by=by, url=complaint.get_absolute_url(), key=entry.pk)
    return entry


def checked(body: str) -> str:
    """Return the text without blank ends. Refuses an empty one, and one that nobody would read."""
    text = body.strip()
    if not text:
        raise DomainError("empty", _("There is no text."), fields={"body": _("Write something.")})
    if len(text) > MOST_CHARACTERS:
        raise DomainError(
            "too_long", _("The text is too long."), fields={"body": _("At most 100,000 characters.")}
        )
    return text


def write(
    complaint: Complaint,
    kind: str,
    body: str = "",
    *,
    at: datetime,
    by: User | None = None,
    author: str = "",
    channel: str = "",
    data: dict[str, Any] | None = None,
    message_id: str | None = None,
) -> Entry:
    """Write one line in the caller's transaction. A message that is kept already is returned as it is."""
    entry = Entry(
        complaint=complaint,
        kind=kind,
        body=body,
        at=at,
        by=by,
        author=author[:200],
        channel=channel,
        data=data or {},
        message_id=message_id,
    )
    if message_id is None:
        entry.save()
        return entry
    try:
        with transaction.atomic():
            entry.save()
    except IntegrityError:
        known: Entry = Entry.objects.get(message_id=message_id)
        return known
    return entry


def tell(
    complaint: Complaint,
    code: str,
    *,
    at: datetime,
    by: User | None = None,
    message_id: str | None = None,
    **params: Any,
) -> Entry:
    """Write a line about what was done; `complaints.words` puts the code into words when it is shown.

    With a `message_id` it is written once.
    """
    data = {"code": code, "params": params}
    return write(complaint, EntryKind.SYSTEM, at=at, by=by, data=data, message_id=message_id)
