"""What is said: acknowledged, answered, heard."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from complaints.choices.cases import ClockKind, EntryKind, State
from complaints.domain.answers import ensure_nothing_said
from complaints.domain.clocks import meet_clocks, start_update_clock
from complaints.domain.entries import checked, tell, write
from complaints.domain.last_word import ensure_wanted, note_waiting
from complaints.domain.moves.waiting import take_up
from complaints.domain.telling import tell_responsible
from complaints.models import Complaint, Entry
from complaints.rules import can_answer, ensure_open
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.versions import locked
from core.errors import Conflict
from core.models import User
from customers.domain.changes import write_changes


@transaction.atomic
def acknowledge(complaint: Complaint, *, by: User | None, at: datetime | None = None) -> Complaint:
    """Note that the customer knows that we have it. Refused the second time."""
    moment = at or timezone.now()
    stored = locked(complaint)
    if stored.acknowledged_at is not None:
        raise Conflict("acknowledged", _("This case was acknowledged already."))
    write_changes(stored, {"acknowledged_at": moment}, by=by, at=moment)
    meet_clocks(stored, ClockKind.ACKNOWLEDGE, at=moment)
    tell(stored, "acknowledged", at=moment, by=by)
    return stored


@transaction.atomic
def answer(
    complaint: Complaint,
    body: str,
    *,
    by: User,
    channel: str = "",
    at: datetime | None = None,
    message_id: str | None = None,
    seen: int | None = None,
    despite: str = "",
) -> Entry:
    """Keep what we told the customer: it meets the response clock, and promises the next update.

    A first answer acknowledges, too. An answer of somebody else than the handler counts as well; one about
    a solution promises nothing. Refused for a case that has ended, when something was said after line
    `seen`, the last one that its author read, and without a reason (`despite`) for a matter that is
    answered for good.
    """
    moment, text = at or timezone.now(), checked(body)
    stored = locked(complaint)
    if not can_answer(stored):
        ensure_open(stored)
    ensure_nothing_said(stored, seen, by=by)
    why = ensure_wanted(stored, text, despite, at=moment)
    values: dict[str, Any] = {}
    if stored.acknowledged_at is None:
        values["acknowledged_at"] = moment
    if stored.responded_at is None:
        values["responded_at"] = moment
    if stored.unanswered_since is not None:
        values["unanswered_since"] = None
    if values:
        write_changes(stored, values, by=by, at=moment)
    entry = write(
        stored,
        EntryKind.OUTBOUND,
        text,
        by=by,
        at=moment,
        channel=channel or stored.intake,
        message_id=message_id,
    )
    if stored.is_open:
        meet_clocks(stored, ClockKind.ACKNOWLEDGE, ClockKind.RESPOND, at=moment)
        start_update_clock(stored, at=moment)
    if why:
        tell(stored, "answered_despite", at=moment, by=by, reason=why)
        record(AuditAction.RAN, by=by, subject=stored, note=why[:200])
    return entry


@transaction.atomic
def hear(
    complaint: Complaint,
    body: str,
    *,
    by: User | None,
    author: str = "",
    channel: str = "",
    at: datetime | None = None,
    message_id: str | None = None,
) -> Entry:
    """Keep what the customer said and tell the handler, or the lead where there is none.

    A case that waited for it goes on; what came without a colleague waits for an answer.
    """
    moment, text = at or timezone.now(), checked(body)
    stored = locked(complaint)
    entry = write(
        stored,
        EntryKind.INBOUND,
        text,
        by=by,
        at=moment,
        author=author or stored.contact_name or str(stored.person or ""),
        channel=channel or stored.intake,
        message_id=message_id,
    )
    if stored.state == State.WAITING:
        take_up(stored, by=by, at=moment, reason=gettext_noop("The customer answered."))
    if by is None:
        note_waiting(stored, since=moment, at=moment)
    tell_responsible(stored, "case_heard", dedupe=f"case-heard-{entry.pk}")
    return entry
