"""Objections against designations: received, and reviewed by a third person."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.choices.conduct import DesignationState, ObjectionOutcome
from complaints.domain.conduct import handlers_of, lift_designation
from complaints.domain.entries import tell
from complaints.domain.telling import ask_to_decide
from complaints.domain.whom import leads_above
from complaints.models import ConductObjection, Designation
from complaints.rules import needed
from core.access import can
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.versions import locked
from core.errors import Conflict, DomainError
from core.models import User


@transaction.atomic
def receive_objection(
    row: Designation, text: str, *, on: date, by: User, at: datetime | None = None
) -> ConductObjection:
    """Keep what the complainant says against a designation in force; a third person reviews it.

    Refused: without a text, in the future, against what does not hold, and while one is being reviewed.
    """
    moment, said = at or timezone.now(), needed(text, "text", 5_000)
    case, stored = locked(row.complaint), locked(row)
    stored.complaint = case
    if stored.state != DesignationState.IN_FORCE or stored.decided_by is None:
        raise Conflict("not_in_force", _("This designation does not hold: nothing is left to object to."))
    if on > timezone.localdate(moment):
        words = _("This day is still to come.")
        raise DomainError("in_the_future", words, fields={"on": words})
    new = ConductObjection(
        designation=stored,
        text=said,
        received_on=on,
        recorded_at=moment,
        recorded_by=by,
        proposer=stored.proposed_by,
        decider=stored.decided_by,
        handler=stored.handler,
    )
    try:
        with transaction.atomic():
            new.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("being_reviewed", _("An objection is being reviewed already.")) from error
    record(AuditAction.CREATED, by=by, subject=new, note=case.number)
    tell(case, "objection_received", at=moment, by=by)
    _ask_for_review(new, at=moment)
    return new


def may_review(objection: ConductObjection, user: User) -> bool:
    """Tell whether the user is a third person: with the right, and took no part so far."""
    return can(user, "approve", ConductObjection) and user.pk not in _took_part(objection)


def _took_part(objection: ConductObjection) -> set[int | None]:
    row = objection.designation
    return {objection.proposer_id, objection.decider_id, objection.handler_id, *handlers_of(row.complaint)}


def _ask_for_review(objection: ConductObjection, *, at: datetime) -> None:
    """Tell the lead of the team and those above; the list shows it to everybody else who may."""
    case = objection.designation.complaint
    ask_to_decide(
        case,
        "designation_to_decide",
        gettext_lazy("Objection to review: %(case)s"),
        fits=lambda person: may_review(objection, person),
        at=at,
        wanted=leads_above(case.team),
        params={"case": case.number},
        url=objection.designation.get_absolute_url(),
        dedupe=f"objection-{objection.pk}",
    )


@transaction.atomic
def review_objection(
    objection: ConductObjection, outcome: str, *, note: str, by: User, at: datetime | None = None
) -> ConductObjection:
    """Uphold the designation or lift it, with reasons. Refused: to whoever took part, and the second time."""
    moment, why = at or timezone.now(), needed(note, "note", 1_000)
    case = locked(objection.designation.complaint)
    stored = locked(objection)
    stored.designation.complaint = case
    if stored.outcome:
        raise Conflict("reviewed", _("This objection was reviewed already."))
    if outcome not in ObjectionOutcome.values:
        text = _("Say what you found.")
        raise DomainError("bad_outcome", text, fields={"outcome": text})
    if by.pk in _took_part(stored):
        raise DomainError(
            "third_person", _("Somebody who neither proposed, decided nor handles it reviews it.")
        )
    changes = {"outcome": ("", outcome), "note": ("", why)}
    stored.outcome, stored.note, stored.reviewed_by, stored.reviewed_at = outcome, why, by, moment
    stored.save(update_fields=["outcome", "note", "reviewed_by", "reviewed_at"])
    record(AuditAction.CHANGED, by=by, subject=stored, changes=changes)
    tell(case, f"objection_{outcome}", at=moment, by=by)
    held = Designation.objects.filter(pk=stored.designation_id, state=DesignationState.IN_FORCE)
    if outcome == ObjectionOutcome.LIFTED and held.exists():
        lift_designation(stored.designation, note=why, by=by, at=moment)
    return stored
