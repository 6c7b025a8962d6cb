"""Which queue a case lies in: given back, moved to another one, and dispatched there anew."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from complaints.choices.cases import AssignReason, State
from complaints.domain.benches import basis_of
from complaints.domain.clocks import resume_clocks
from complaints.domain.entries import tell
from complaints.domain.rebasing import rebase_clocks
from complaints.domain.story import note_handler
from complaints.models import Complaint, Queue
from complaints.rules import ensure_open, needed
from core.domain.jobs import later
from core.domain.notifications import mark_read_about
from core.domain.versions import locked
from core.errors import Conflict, DomainError
from core.models import Team, User
from core.wordings import texts_of
from customers.domain.changes import write_changes


@transaction.atomic
def give_back(
    complaint: Complaint, *, reason: str, by: User, team: Team | None = None, at: datetime | None = None
) -> Complaint:
    """Put the case back into its queue, where it is dispatched anew. Refused while it waits or has ended.

    It goes to the team of the queue, unless the caller names another.
    """
    moment, why = at or timezone.now(), needed(reason, "reason", 300)
    stored = locked(complaint)
    ensure_open(stored)
    if stored.owner_id is None or stored.state != State.WORKING:
        raise Conflict("not_in_hand", _("Only a case in progress can be given back."))
    team = team or (stored.queue.team if stored.queue is not None else stored.team)
    write_changes(stored, {"owner": None, "team": team, "state": State.NEW}, by=by, at=moment, note=why)
    note_handler(stored, AssignReason.RETURNED, at=moment, by=by, evidence={"reason": why})
    tell(stored, "given_back", at=moment, by=by, reason=why)
    ask_dispatch(stored)
    return stored


@transaction.atomic
def move_to_queue(
    complaint: Complaint,
    queue: Queue,
    *,
    reason: str,
    by: User,
    team: Team | None = None,
    at: datetime | None = None,
) -> Complaint:
    """Put the case into another queue, where nobody has it yet and it is dispatched anew; return it.

    It goes to the team of the queue, unless the caller names another. A waiting case goes on: the others
    decide whether they wait, too. Its clocks follow the calendar of the queue, where the policy has none.
    Refused: without a reason, for a case that is not open, for the queue in which it lies, and for one that
    is of the other kind or no longer in use.
    """
    moment, why = at or timezone.now(), needed(reason, "reason", 300)
    stored = locked(complaint)
    ensure_open(stored)
    _ensure_takes(queue, stored)
    if stored.state == State.WAITING:
        resume_clocks(stored, at=moment, by=by)
    before, old, handler = basis_of(stored), stored.queue, stored.owner
    values: dict[str, Any] = {
        "queue": queue, "team": team or queue.team, "owner": None, "state": State.NEW,
    }  # fmt: skip
    write_changes(stored, values, by=by, at=moment, note=why)
    note_handler(stored, AssignReason.MOVED, at=moment, by=by, evidence={"reason": why})
    tell(stored, "moved", at=moment, by=by, old=named(old), new=named(queue), reason=why)
    if basis_of(stored) != before:
        rebase_clocks(stored, at=moment, by=by, reason="moved", pass_over=True)
    if handler is not None:
        mark_read_about(stored, user=handler, at=moment)
    ask_dispatch(stored)
    return stored


def _ensure_takes(queue: Queue, case: Complaint) -> None:
    if queue.kind != case.kind or not queue.is_active:
        text = _("Choose a queue of this kind that is in use.")
        raise DomainError("bad_queue", text, fields={"queue": text})
    if queue.pk == case.queue_id:
        text = _("The case lies in this queue already.")
        raise Conflict("same_queue", text, fields={"queue": text})


def named(queue: Queue | None) -> dict[str, str]:
    """Return the names of a queue as a line of the log keeps them."""
    return texts_of(queue, "name") if queue is not None else {}


def ask_dispatch(case: Complaint) -> None:
    """Ask for the dispatch of a case that nobody handles, where its queue gives out cases by itself."""
    if case.owner_id is None and case.queue is not None and case.queue.is_automatic:
        title, key = gettext_noop("Look for a handler"), f"dispatch-{case.pk}-v{case.version}"
        later("complaints.tasks.dispatch", title=title, dedupe=key, queue="sla", complaint_id=case.pk)
