"""Whose word is the last: customers who wait for an answer, and colleagues who answer at the same time."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from complaints.models import Complaint, Entry
from core.errors import Conflict
from core.models import User

#: Lines that are shown to whoever was second.
MOST_SHOWN = 5


def last_said(case: Complaint) -> int:
    """Return the number of the last line between the customer and us; 0 where nothing was said."""
    found = (
        Entry.objects.filter(complaint=case.pk).said().order_by("-id").values_list("pk", flat=True).first()
    )
    return int(found or 0)


def said_since(case: Complaint, seen: int, *, by: User) -> list[Entry]:
    """Return what others wrote between the customer and us after line `seen`, the oldest first."""
    rows = Entry.objects.filter(complaint=case.pk, pk__gt=seen).said().exclude(by=by.pk)
    return list(rows.select_related("by").order_by("id")[:MOST_SHOWN])


def ensure_nothing_said(case: Complaint, seen: int | None, *, by: User) -> None:
    """Refuse when something was said after line `seen`; None refuses nothing.

    The caller holds the case locked, so that nothing can be said between this look and the answer.
    """
    if seen is None:
        return
    found = said_since(case, seen, by=by)
    if found:
        text = _("Somebody answered while you wrote. Read it, then send yours if it is still needed.")
        raise Conflict(
            "answered_meanwhile",
            text,
            details={"last_entry": found[-1].pk, "entries": [line.pk for line in found]},
        )


def note_unanswered(stored: Complaint, *, at: datetime | None) -> None:
    """Mark that the last word is the customer's, without a line in the audit: the log has the word itself.

    None takes the mark away.
    """
    Complaint.objects.filter(pk=stored.pk).update(unanswered_since=at)
    stored.unanswered_since = at
