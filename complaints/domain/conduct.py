"""Unreasonable complaints: proposed with evidence, decided by a second person, ended by themselves.

Nothing here is asked when a case is registered, graded or dispatched: whoever complains is heard.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.choices.conduct import DESIGNATION_MOVES, DesignationState, Restraint, Scope
from complaints.choices.letters import HandoverWay
from complaints.domain.entries import tell
from complaints.domain.last_word import answer_again, settle_updates
from complaints.domain.telling import ask_to_decide
from complaints.models import (
    Assignment,
    Complaint,
    ConductCriterion,
    ConductEvidence,
    Designation,
    Entry,
)
from complaints.rules import needed
from core.access import can
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.versions import locked
from core.errors import Conflict, DomainError
from core.models import Attachment, User
from core.zones import house_day
from customers.domain.changes import ensure_known, ensure_valid, write_changes

PROPOSAL_FIELDS = ("scope", "reason", "contact", "contacts_a_month", "months", *Restraint.values)
MOST_EXPIRED = 500


@dataclass(frozen=True)
class Evidence:
    """What shows the conduct: lines of the log, files and other cases."""

    entries: Iterable[Entry] = field(default_factory=tuple)
    attachments: Iterable[Attachment] = field(default_factory=tuple)
    cases: Iterable[Complaint] = field(default_factory=tuple)


def later_by(day: date, months: int) -> date:
    """Return the same day so many months later, the last of the month where there is none."""
    index = day.month - 1 + months
    year, month = day.year + index // 12, index % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


@transaction.atomic
def propose_designation(
    complaint: Complaint,
    data: Mapping[str, Any],
    *,
    criteria: Iterable[ConductCriterion],
    evidence: Evidence,
    by: User,
    renews: Designation | None = None,
    at: datetime | None = None,
) -> Designation:
    """Propose to call a matter or a conduct unreasonable; a second person decides, and nothing holds before.

    Refused: without criterion, evidence, reason or measure, for longer than a year, evidence of another
    case, conduct of a customer or person that the case does not name, and a second proposal of the kind.
    """
    moment = at or timezone.now()
    ensure_known(data, PROPOSAL_FIELDS)
    case = locked(complaint)
    new = Designation(complaint=case, proposed_by=by, created_by=by, created_at=moment, renews=renews, **data)
    chosen = list(criteria)
    _ensure_sound(new, chosen, evidence)
    _insert(new)
    new.criteria.set(chosen)
    _keep_evidence(new, evidence)
    record(AuditAction.CREATED, by=by, subject=new, note=case.number)
    tell(case, "designation_proposed", at=moment, by=by)
    _ask_for_decision(new, at=moment)
    return new


def _ensure_sound(new: Designation, criteria: list[ConductCriterion], evidence: Evidence) -> None:
    ensure_valid(new, ("scope", "reason", "contacts_a_month", "months"))
    new.reason = needed(new.reason, "reason", 5_000)
    if not criteria:
        _refuse("no_criterion", "criteria", _("Name a criterion at least."))
    if not any((list(evidence.entries), list(evidence.attachments), list(evidence.cases))):
        _refuse("no_evidence", "entries", _("Show what happened: a line of the log, a file or another case."))
    if not new.restraints:
        _refuse("no_measure", Restraint.SINGLE_CONTACT, _("Choose a measure at least."))
    if new.single_contact and new.contact is None:
        _refuse("no_contact", "contact", _("Say who the contact person is."))
    if new.limited_contact and not new.contacts_a_month:
        _refuse("no_limit", "contacts_a_month", _("Say how often."))
    if new.no_further_answer and new.scope != Scope.MATTER:
        words = _("Only one matter can be left without further answers, never a customer or a person.")
        _refuse("matter_only", Restraint.NO_FURTHER_ANSWER, words)
    _ensure_named(new)
    _ensure_of_case(new.complaint, evidence)
    if new.renews is not None and new.renews.state not in {
        DesignationState.IN_FORCE,
        DesignationState.EXPIRED,
    }:
        raise Conflict("not_renewable", _("Only a designation that holds or has run out is renewed."))


def _ensure_named(new: Designation) -> None:
    case = new.complaint
    new.customer = case.customer if new.scope == Scope.CUSTOMER else None
    new.person = case.person if new.scope == Scope.PERSON else None
    if new.scope == Scope.CUSTOMER and new.customer is None:
        _refuse("no_customer", "scope", _("This case names no customer."))
    if new.scope == Scope.PERSON and new.person is None:
        _refuse("no_person", "scope", _("This case names no person."))


def _ensure_of_case(case: Complaint, evidence: Evidence) -> None:
    if any(entry.complaint_id != case.pk for entry in evidence.entries):
        _refuse("other_case", "entries", _("These lines belong to another case."))
    label = Complaint._meta.label_lower
    for one in evidence.attachments:
        if (one.subject_type, one.subject_id) != (label, case.pk) or one.removed_at is not None:
            _refuse("other_case", "attachments", _("These files belong to another record."))
    if any(one.pk == case.pk for one in evidence.cases):
        _refuse("same_case", "cases", _("Name other cases; this one is meant already."))


def _refuse(code: str, name: str, text: str) -> None:
    raise DomainError(code, text, fields={str(name): text})


def _insert(new: Designation) -> None:
    try:
        with transaction.atomic():
            new.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("proposed", _("Such a designation was proposed already.")) from error


def _keep_evidence(new: Designation, evidence: Evidence) -> None:
    rows = [ConductEvidence(designation=new, entry=one) for one in evidence.entries]
    rows += [ConductEvidence(designation=new, attachment=one) for one in evidence.attachments]
    rows += [ConductEvidence(designation=new, case=one) for one in evidence.cases]
    ConductEvidence.objects.bulk_create(rows)


def _ask_for_decision(row: Designation, *, at: datetime) -> None:
    ask_to_decide(
        row.complaint,
        "designation_to_decide",
        gettext_lazy("Unreasonable complaint to decide: %(case)s"),
        fits=lambda person: may_decide(row, person),
        at=at,
        params={"case": row.complaint.number},
        url=row.get_absolute_url(),
        dedupe=f"designation-{row.pk}",
    )


# ---- deciding ---------------------------------------------------------------------------------------
def may_decide(row: Designation, user: User) -> bool:
    """Tell whether the user may decide: with the right, neither who proposed it nor the handler."""
    return can(user, "approve", Designation) and user.pk not in {
        row.proposed_by_id,
        *handlers_of(row.complaint),
    }


def handlers_of(*cases: Complaint) -> set[int | None]:
    """Return who handles the cases and who ever did: giving one away makes nobody a second person."""
    rows = Assignment.objects.filter(complaint__in=[case.pk for case in cases], owner__isnull=False)
    return {*(case.owner_id for case in cases), *rows.values_list("owner", flat=True)}


@transaction.atomic
def decide_designation(
    row: Designation, *, agrees: bool, note: str, by: User, at: datetime | None = None
) -> Designation:
    """Put a proposal in force from today on, or decline it; either with reasons.

    Refused: to who proposed it and to the handler of the case, without reasons, and the second time.
    """
    moment, why = at or timezone.now(), needed(note, "note", 1_000)
    stored = locked_designation(row, DesignationState.IN_FORCE if agrees else DesignationState.DECLINED)
    if by.pk in {stored.proposed_by_id, *handlers_of(stored.complaint)}:
        raise DomainError(
            "four_eyes", _("Neither who proposed it nor the handler of the case decides about it.")
        )
    values: dict[str, Any] = {
        "state": DesignationState.IN_FORCE if agrees else DesignationState.DECLINED,
        "decided_by": by,
        "decided_at": moment,
        "decision_note": why,
        "handler": stored.complaint.owner,
    }
    if agrees:
        starts = house_day(moment)
        values |= {"starts_on": starts, "expires_on": later_by(starts, stored.months)}
    else:
        values["renews"] = None  # another renewal may be proposed
    write_changes(stored, values, by=by, at=moment, note=why[:200])
    tell(stored.complaint, f"designation_{stored.state}", at=moment, by=by)
    settle_updates(stored.complaint, at=moment)
    return stored


@transaction.atomic
def lift_designation(row: Designation, *, note: str, by: User, at: datetime | None = None) -> Designation:
    """End a designation before its day, and say why. Refused for one that does not hold."""
    moment, why = at or timezone.now(), needed(note, "note", 1_000)
    return _lift(locked_designation(row, DesignationState.LIFTED), why, by=by, at=moment)


def _lift(stored: Designation, why: str, *, by: User, at: datetime) -> Designation:
    values = {"state": DesignationState.LIFTED, "ended_at": at, "ended_by": by, "end_note": why}
    write_changes(stored, values, by=by, at=at, note=why[:200])
    tell(stored.complaint, "designation_lifted", at=at, by=by)
    answer_again(stored.complaint, at=at)
    return stored


def expire_designations(at: datetime) -> int:
    """End what has run out, one by one; what a killed worker left is taken up by the next run."""
    on = timezone.localdate(at)
    due = Designation.objects.run_out(on).order_by("expires_on", "id").values_list("pk", flat=True)
    return sum(_expire(pk, on, at) for pk in list(due[:MOST_EXPIRED]))


@transaction.atomic
def _expire(pk: int, on: date, at: datetime) -> bool:
    row = Designation.objects.filter(pk=pk).select_related("complaint").first()
    if row is None:
        return False
    case, stored = locked(row.complaint), locked(row)
    stored.complaint = case
    if stored.state != DesignationState.IN_FORCE or stored.expires_on is None or stored.expires_on > on:
        return False
    write_changes(stored, {"state": DesignationState.EXPIRED, "ended_at": at}, by=None, at=at)
    tell(case, "designation_expired", at=at)
    answer_again(case, at=at)
    return True


# ---- the complainant --------------------------------------------------------------------------------
@transaction.atomic
def note_notice(
    row: Designation, text: str, *, way: str, on: date, by: User, at: datetime | None = None
) -> Designation:
    """Keep what the complainant was told about a designation in force, how and when. Once."""
    moment, said = at or timezone.now(), needed(text, "notice", 5_000)
    stored = locked_designation(row)
    if stored.state != DesignationState.IN_FORCE:
        raise Conflict("not_in_force", _("Only a designation in force is told."))
    if stored.notified_on is not None:
        raise Conflict("notified", _("The complainant was told already."))
    if way not in HandoverWay.values:
        _refuse("bad_way", "way", _("Say how it was handed over."))
    if stored.starts_on is None or not stored.starts_on <= on <= timezone.localdate(moment):
        _refuse("bad_day", "on", _("From the day of the decision until today."))
    write_changes(stored, {"notice": said, "notice_way": way, "notified_on": on}, by=by, at=moment)
    tell(stored.complaint, "designation_told", at=moment, by=by, way=way)
    return stored


def locked_designation(row: Designation, state: str = "") -> Designation:
    """Return the designation and its case, both locked. Refuses a step that its state does not allow."""
    case = locked(row.complaint)
    stored = locked(row)
    stored.complaint = case
    if state and state not in DESIGNATION_MOVES[stored.state]:
        raise Conflict(
            f"designation_is_{stored.state}",
            _("This designation is “%(state)s”: that is not possible now.")
            % {"state": stored.get_state_display()},
        )
    return stored
