"""Redress: proposed within a ceiling, approved by a second person above it, and every step in a ledger.

Each verb locks the case first: what is promised for one case is weighed by one person at a time. Of a
merged case it is weighed with all that is promised for the case that goes on, and against its ceiling.
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

from complaints.choices.cases import Grade, State
from complaints.choices.solving import KIND_OF, REDRESS_MOVES, RELEASED, RedressState
from complaints.domain.ceilings import Check, ceiling_for, check_of, committed_to
from complaints.domain.conduct import handlers_of
from complaints.domain.entries import tell
from complaints.domain.families import family_of
from complaints.domain.mail.threads import locked_thread, path_of
from complaints.domain.telling import ask_to_decide
from complaints.models import Compensation, CompensationCeiling, CompensationMove, Complaint
from complaints.rules import ensure_compensable
from core.access import can
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.rates import to_base
from core.domain.versions import ensure_fresh, locked
from core.errors import Conflict, DomainError
from core.models import Organisation, User
from customers.domain.changes import ensure_known, ensure_valid, write_changes

_FIELDS = ("measure", "amount", "currency", "cost_team", "note")
#: Agreed to and not given yet: what a change of the ceiling still concerns.
IN_HAND = (RedressState.APPROVED, RedressState.OFFERED, RedressState.ACCEPTED)
#: Steps before which the ceiling is looked at again.
_CHECKED = (RedressState.OFFERED, RedressState.PAID)


@transaction.atomic
def propose(
    complaint: Complaint, data: Mapping[str, Any], *, by: User, at: datetime | None = None
) -> Compensation:
    """Propose a compensation; within the ceiling it may be offered at once, above it somebody approves.

    Refused: for a case that was merged or withdrawn, above what the grade allows at most, and a currency
    without a rate.
    """
    moment = at or timezone.now()
    ensure_known(data, _FIELDS)
    case = locked(complaint)
    ensure_compensable(case)
    ceiling = ceiling_for(case)
    new = Compensation(complaint=case, proposed_by=by, created_by=by, created_at=moment, **data)
    ensure_valid(new, _FIELDS)
    new.kind = KIND_OF[new.measure]
    new.value, new.rate = to_base(new.amount, new.currency, timezone.localdate(moment))
    total = committed_to(case) + new.value
    _ensure_below(ceiling, total)
    for name, value in Check(ceiling.free, ceiling.most, total).values(new).items():
        setattr(new, name, value)
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
    """Tell whether the user may decide: with the right, neither who proposed it nor ever the handler.

    Whoever handles or handled a case that was merged with it counts as its handler.
    """
    return _may_be_second(user, _first_people(row))


def _may_be_second(user: User, first: set[int | None]) -> bool:
    return can(user, "approve", Compensation) and user.pk not in first


def _first_people(row: Compensation) -> set[int | None]:
    goes_on = path_of(row.complaint)[-1]
    return {row.proposed_by_id, *handlers_of(*family_of(goes_on))}


def _ask_for_approval(row: Compensation, *, at: datetime) -> None:
    """Tell who may decide. The list of what waits shows it to everybody else who may."""
    first = _first_people(row)
    ask_to_decide(
        row.complaint,
        "compensation_to_approve",
        gettext_lazy("Compensation to approve: %(case)s"),
        fits=lambda person: _may_be_second(person, first),
        at=at,
        dedupe=f"compensation-{row.pk}-{int(row.awaits_second)}",
    )


def _ensure_second(row: Compensation, by: User) -> None:
    if by.pk in _first_people(row):
        raise DomainError(
            "four_eyes",
            _("Neither who proposed it nor anybody who handles or handled the case decides about it."),
        )


@transaction.atomic
def approve(row: Compensation, *, by: User, note: str = "", at: datetime | None = None) -> Compensation:
    """Approve as a second person; also what was approved before its ceiling fell.

    What had been offered by then is kept above the ceiling of today, as an exception. Refused: proposer and
    everybody who handles or handled the case, above the most, and the second time.
    """
    moment = at or timezone.now()
    case, stored = _both_locked(row)
    again = stored.awaits_second
    if not again:
        _ensure_state(stored, RedressState.APPROVED)
    _ensure_second(stored, by)
    check = check_of(stored, case)
    is_promised = stored.state in {RedressState.OFFERED, RedressState.ACCEPTED}
    if not is_promised:
        _ensure_below(ceiling_for(case), check.total)
    values = {
        **check.values(stored),
        "approved_by": by,
        "handler": case.owner,
        "awaits_second": False,
        "is_exception": is_promised and check.total > check.most,
    }
    if not again:
        values["state"] = RedressState.APPROVED
    write_changes(stored, values, by=by, at=moment, note=note)
    if not again:
        return _moved(stored, by=by, at=moment, note=note)
    told = {"measure": stored.measure, "note": note[:300]}
    tell(stored.complaint, "compensation_confirmed", at=moment, by=by, **told)
    return stored


@transaction.atomic
def refuse_approval(row: Compensation, *, by: User, note: str, at: datetime | None = None) -> Compensation:
    """Refuse to approve, and say why; what was approved before its ceiling fell is taken back.

    Refused as an approval is, and without a reason.
    """
    moment = at or timezone.now()
    case, stored = _both_locked(row)
    state = RedressState.REVERSED if stored.awaits_second else RedressState.NOT_APPROVED
    _ensure_state(stored, state)
    _ensure_second(stored, by)
    if not note.strip():
        raise DomainError("reason_needed", _("Say why."), fields={"note": _("Say why.")})
    write_changes(stored, {"state": state, "awaits_second": False}, by=by, at=moment, note=note)
    moved = _moved(stored, by=by, at=moment, note=note)
    recheck(case, at=moment)
    return moved


def recheck(case: Complaint, *, at: datetime) -> int:
    """Mark what needs a second person now that ceiling or sum changed, and ask for it; return how many.

    The caller holds the case locked, which is none that was merged: what is in hand for those that it has
    taken in is looked at with it. What is given already stays given.
    """
    cases = {one.pk: one for one in family_of(case)}
    rows = Compensation.objects.filter(complaint__in=cases, state__in=IN_HAND).order_by("pk")
    marked = 0
    for row in rows.select_for_update(no_key=True, of=("self",)):
        row.complaint = cases[row.complaint_id]
        needed = check_of(row, case).needs_second(row)
        if needed == row.awaits_second:
            continue
        write_changes(row, {"awaits_second": needed}, by=None, at=at)
        if needed:
            marked += 1
            tell(row.complaint, "compensation_in_doubt", at=at, measure=row.measure)
            _ask_for_approval(row, at=at)
    return marked


@transaction.atomic
def move_on(
    row: Compensation, state: str, *, by: User, note: str = "", at: datetime | None = None
) -> Compensation:
    """Offer it, note the answer of the customer, give it, or take it back.

    The ceiling is looked at again before it is offered and before it is given. Refused: approvals, which have
    verbs of their own, what its state does not allow, and what a second person has to agree to first.
    """
    moment = at or timezone.now()
    if state in {RedressState.PROPOSED, RedressState.APPROVED, RedressState.NOT_APPROVED}:
        raise DomainError("no_such_step", _("Approvals are made by somebody who may approve."))
    case, stored = _both_locked(row)
    _ensure_state(stored, state)
    values: dict[str, Any] = {"state": state}
    if state in _CHECKED:
        check = check_of(stored, case)
        if state == RedressState.OFFERED and stored.value:
            _ensure_below(ceiling_for(case), check.total)
        _ensure_agreed(stored, check)
        values |= check.values(stored)
    if state in _CHECKED or state not in IN_HAND:
        values["awaits_second"] = False
    write_changes(stored, values, by=by, at=moment, note=note)
    moved = _moved(stored, by=by, at=moment, note=note)
    if state in RELEASED:  # less is in hand now
        recheck(case, at=moment)
    return moved


def _ensure_agreed(stored: Compensation, check: Check) -> None:
    if check.needs_second(stored):
        text = _(
            "The ceiling was lowered or cases were merged since: somebody who may approve has to agree first."
        )
        raise Conflict("second_needed", text)


def _both_locked(row: Compensation) -> tuple[Complaint, Compensation]:
    """Return the case that goes on for that of the compensation, and the compensation."""
    own, case = locked_thread(row.complaint)
    stored = locked(row)
    stored.complaint = own
    return case, stored


def _ensure_state(stored: Compensation, state: str) -> None:
    if state not in REDRESS_MOVES[stored.state]:
        raise Conflict(
            f"compensation_is_{stored.state}",
            _("This compensation is “%(state)s”: that is not possible now.")
            % {"state": stored.get_state_display()},
        )


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
    """Change what a grade allows; what is in hand and lies above it now waits for a second person.

    Refused: less at most than without approval.
    """
    stored = locked(ceiling)
    ensure_fresh(stored, version)
    if most < free:
        text = _("This must not be less than what is free.")
        raise DomainError("most_below_free", text, fields={"most": text})
    at = timezone.now()
    write_changes(stored, {"free": free, "most": most}, by=by, at=at)
    for pk in sorted(_weighed_by(stored)):
        recheck(locked(Complaint(pk=pk)), at=at)
    return stored


def _weighed_by(ceiling: CompensationCeiling) -> set[int]:
    """Return the keys of the cases whose compensation in hand the ceiling limits, of merged ones the last."""
    grades = {ceiling.grade, ""} if ceiling.grade == Grade.MINOR else {ceiling.grade}
    cases = Complaint.objects.filter(compensations__state__in=IN_HAND).order_by()
    own = cases.filter(grade__in=grades).exclude(state=State.MERGED).values_list("pk", flat=True)
    heads = {path_of(case)[-1] for case in cases.filter(state=State.MERGED)}
    return {*own, *(head.pk for head in heads if head.grade in grades)}
