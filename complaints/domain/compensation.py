"""Redress: proposed within a ceiling, approved by a second person above it, and every step in a ledger.

Each verb locks the case first: what is promised for one case is weighed by one person at a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.choices.cases import Grade
from complaints.choices.solving import KIND_OF, REDRESS_MOVES, RELEASED, RedressState
from complaints.domain.entries import tell
from complaints.domain.telling import ask_to_decide
from complaints.models import Compensation, CompensationCeiling, CompensationMove, Complaint
from core.access import can
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.rates import to_base
from core.errors import Conflict, DomainError
from core.models import Organisation, User
from customers.domain.changes import ensure_fresh, ensure_known, ensure_valid, locked, write_changes

_FIELDS = ("measure", "amount", "currency", "cost_team", "note")
#: What holds until administrators say otherwise: grade → (without approval, at most).
BUILT_IN: dict[str, tuple[Decimal, Decimal]] = {
    Grade.SEVERE: (Decimal(5_000), Decimal(20_000)),
    Grade.GENERAL: (Decimal(1_000), Decimal(5_000)),
    Grade.MINOR: (Decimal(200), Decimal(1_000)),
}


def ceiling_for(case: Complaint) -> CompensationCeiling:
    """Return what the grade of the case allows; a service request counts as minor."""
    grade = case.grade or Grade.MINOR
    free, most = BUILT_IN[grade]
    found: CompensationCeiling | None = CompensationCeiling.objects.filter(grade=grade).first()
    return found or CompensationCeiling(grade=grade, free=free, most=most)


def seed_ceilings() -> None:
    """Make the ceiling of each grade exist."""
    for grade, (free, most) in BUILT_IN.items():
        CompensationCeiling.objects.get_or_create(grade=grade, defaults={"free": free, "most": most})


def committed_to(case: Complaint) -> Decimal:
    """Return what is promised or given for the case in the base currency, summed over the ledger."""
    total: Decimal = CompensationMove.objects.filter(compensation__complaint=case).committed()
    return total


@transaction.atomic
def propose(
    complaint: Complaint, data: Mapping[str, Any], *, by: User, at: datetime | None = None
) -> Compensation:
    """Propose a compensation; within the ceiling it may be offered at once, above it somebody approves.

    Refused: above what the grade allows at most, and a currency without a rate.
    """
    moment = at or timezone.now()
    ensure_known(data, _FIELDS)
    case = locked(complaint)
    ceiling = ceiling_for(case)
    new = Compensation(complaint=case, proposed_by=by, created_by=by, created_at=moment, **data)
    ensure_valid(new, _FIELDS)
    new.kind = KIND_OF[new.measure]
    new.value, new.rate = to_base(new.amount, new.currency, timezone.localdate(moment))
    total = committed_to(case) + new.value
    _ensure_below(ceiling, total)
    # What costs nothing, such as a call, needs nobody's approval.
    new.needs_approval = bool(new.value) and total > ceiling.free
    new.state = RedressState.PROPOSED if new.needs_approval else RedressState.APPROVED
    new.save()
    _note(new, RedressState.PROPOSED, by=by, at=moment, committed=new.value)
    if not new.needs_approval:
        _note(new, RedressState.APPROVED, by=None, at=moment)
    record(AuditAction.CREATED, by=by, subject=new, changes={"value": (None, new.value)})
    told = {"measure": new.measure, "value": str(new.value), "currency": Organisation.load().base_currency}
    tell(case, "compensation_proposed", at=moment, by=by, **told)
    if new.needs_approval:
        _ask_for_approval(new, at=moment)
    return new


def _ensure_below(ceiling: CompensationCeiling, total: Decimal) -> None:
    if total <= ceiling.most:
        return
    text = _("With this, %(total)s would be promised for the case; its grade allows %(most)s.") % {
        "total": total,
        "most": ceiling.most,
    }
    raise DomainError("above_ceiling", text, fields={"amount": text})


def _note(
    row: Compensation,
    kind: str,
    *,
    by: User | None,
    at: datetime,
    committed: Decimal = Decimal(0),
    given: Decimal = Decimal(0),
    note: str = "",
) -> None:
    CompensationMove.objects.create(
        compensation=row, kind=kind, by=by, at=at, committed=committed, given=given, note=note
    )


def may_approve(row: Compensation, user: User) -> bool:
    """Tell whether the user may decide: with the right, and neither who proposed it nor the handler."""
    return can(user, "approve", Compensation) and user.pk not in {row.proposed_by_id, row.complaint.owner_id}


def _ask_for_approval(row: Compensation, *, at: datetime) -> None:
    """Tell who may decide. The list of what waits shows it to everybody else who may."""
    ask_to_decide(
        row.complaint,
        "compensation_to_approve",
        gettext_lazy("Compensation to approve: %(case)s"),
        fits=lambda person: may_approve(row, person),
        at=at,
        dedupe=f"compensation-{row.pk}",
    )


def _ensure_second(row: Compensation, by: User) -> None:
    if by.pk in {row.proposed_by_id, row.complaint.owner_id}:
        raise DomainError(
            "four_eyes", _("Neither who proposed it nor the handler of the case decides about it.")
        )


@transaction.atomic
def approve(row: Compensation, *, by: User, note: str = "", at: datetime | None = None) -> Compensation:
    """Approve as a second person. Refused: proposer and handler, above the most, and the second time."""
    moment = at or timezone.now()
    stored = _locked(row, RedressState.APPROVED)
    _ensure_second(stored, by)
    _ensure_below(ceiling_for(stored.complaint), committed_to(stored.complaint))
    write_changes(stored, {"state": RedressState.APPROVED, "approved_by": by}, by=by, at=moment, note=note)
    return _moved(stored, by=by, at=moment, note=note)


@transaction.atomic
def refuse_approval(row: Compensation, *, by: User, note: str, at: datetime | None = None) -> Compensation:
    """Refuse to approve, and say why. Refused as an approval is, and without a reason."""
    moment = at or timezone.now()
    stored = _locked(row, RedressState.NOT_APPROVED)
    _ensure_second(stored, by)
    if not note.strip():
        raise DomainError("reason_needed", _("Say why."), fields={"note": _("Say why.")})
    write_changes(stored, {"state": RedressState.NOT_APPROVED}, by=by, at=moment, note=note)
    return _moved(stored, by=by, at=moment, note=note)


@transaction.atomic
def move_on(
    row: Compensation, state: str, *, by: User, note: str = "", at: datetime | None = None
) -> Compensation:
    """Offer it, note the answer of the customer, give it, or take it back.

    Refused: approvals, which have verbs of their own, and what its state does not allow.
    """
    moment = at or timezone.now()
    if state in {RedressState.PROPOSED, RedressState.APPROVED, RedressState.NOT_APPROVED}:
        raise DomainError("no_such_step", _("Approvals are made by somebody who may approve."))
    stored = _locked(row, state)
    write_changes(stored, {"state": state}, by=by, at=moment, note=note)
    return _moved(stored, by=by, at=moment, note=note)


def _locked(row: Compensation, state: str) -> Compensation:
    case = locked(row.complaint)
    stored = locked(row)
    stored.complaint = case
    if state not in REDRESS_MOVES[stored.state]:
        raise Conflict(
            f"compensation_is_{stored.state}",
            _("This compensation is “%(state)s”: that is not possible now.")
            % {"state": stored.get_state_display()},
        )
    return stored


def _moved(stored: Compensation, *, by: User, at: datetime, note: str) -> Compensation:
    """Write the ledger and the log for the state that was just written."""
    state = stored.state
    was_given = stored.moves.filter(kind=RedressState.PAID).exists()
    given = Decimal(0)
    if state == RedressState.PAID:
        given = stored.value
    elif state == RedressState.REVERSED and was_given:
        given = -stored.value
    committed = -stored.value if state in RELEASED else Decimal(0)
    _note(stored, state, by=by, at=at, committed=committed, given=given, note=note[:300])
    tell(stored.complaint, f"compensation_{state}", at=at, by=by, measure=stored.measure, note=note[:300])
    return stored


@transaction.atomic
def set_ceiling(
    ceiling: CompensationCeiling, *, free: Decimal, most: Decimal, by: User, version: int | None = None
) -> CompensationCeiling:
    """Change what a grade allows. Refused: less at most than without approval."""
    stored = locked(ceiling)
    ensure_fresh(stored, version)
    if most < free:
        text = _("This must not be less than what is free.")
        raise DomainError("most_below_free", text, fields={"most": text})
    write_changes(stored, {"free": free, "most": most}, by=by, at=timezone.now())
    return stored
