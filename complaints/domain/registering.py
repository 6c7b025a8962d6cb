"""How a case begins: one verb for staff, the public form, e-mail and the API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.choices.cases import EntryKind
from complaints.domain.assessing import assess
from complaints.domain.clocks import start_clocks
from complaints.domain.entries import tell, write
from complaints.domain.ladder import pass_over_levels
from complaints.domain.numbering import next_number
from complaints.domain.queueing import ask_dispatch
from complaints.domain.story import tell_timeline
from complaints.models import Category, Complaint, Queue
from core.choices import AuditAction
from core.domain.audit import record
from core.errors import Conflict, DomainError
from core.models import User
from customers.domain.changes import ensure_known, ensure_valid
from customers.domain.timeline import weak_subject
from customers.models import Contact
from customers.rules import ensure_live

INTAKE_FIELDS = (
    "kind", "title", "description", "remedy_sought", "intake", "customer", "person", "contact_name",
    "contact_phone", "contact_email", "language", "category", "queue", "impact", "is_safety", "is_media",
    "is_legal", "emotion_before", "amount_at_stake", "occurred_on", "received_at", "source_system",
    "external_id",
)  # fmt: skip
#: Clocks of other systems differ a little.
_CLOCK_SKEW = timedelta(minutes=10)


@dataclass(frozen=True)
class BroughtIn:
    """How an open case comes from a former system: its grade there, and whether somebody gets it at once.

    A case without a grade is graded by the rules.
    """

    grade: str = ""
    is_given: bool = False


@transaction.atomic
def register_case(
    data: Mapping[str, Any],
    *,
    by: User | None,
    at: datetime | None = None,
    subject: models.Model | None = None,
    subject_url: str = "",
    message_id: str | None = None,
    author: str = "",
    makes_up: bool = True,
    brought_in: BroughtIn | None = None,
) -> Complaint:
    """Receive a case: numbered, graded, timed and queued in one transaction; dispatch follows as a job.

    Its clocks count from when it was received. Levels whose moment has passed since then all fire, as after
    an outage; without `makes_up`, as of a letter that is entered days later, only the last of each clock.
    Without a language of its own it has the one that the customer prefers. `message_id` names the mail that
    it came with, so that the same mail never makes two. One that is `brought_in` keeps the category of its
    day, and nobody is told of levels that are past. Refuses unknown fields, a case without a title, a
    customer in the recycle bin, a moment to come, a retired category or one of the other kind, and an
    external ID that another case has.
    """
    ensure_known(data, INTAKE_FIELDS)
    moment = at or timezone.now()
    case = Complaint(created_by=by, **{"received_at": moment, **data}, **weak_subject(subject, subject_url))
    _ensure_sound(case, data, moment, new_category=brought_in is None)
    case.language = case.language or preferred_language(case)
    place(case)
    verdict = assess(case, grade=brought_in.grade if brought_in is not None else "")
    case.number = next_number(case.kind, at=moment)
    _insert(case, by=by)
    said_by = author or case.contact_name or (str(case.person) if case.person is not None else "")
    write(
        case,
        EntryKind.INBOUND,
        case.description or case.title,
        at=case.received_at,
        author=said_by,
        channel=case.intake,
        message_id=message_id,
    )
    tell(case, "registered", at=moment, by=by, **verdict.as_told())
    for clock in start_clocks(case, at=case.received_at):
        if not makes_up or brought_in is not None:
            pass_over_levels(clock, owed=brought_in is None, at=moment)
    record(AuditAction.CREATED, by=by, subject=case)
    tell_timeline(case, "received", at=moment, by=by)
    if brought_in is None or not brought_in.is_given:
        ask_dispatch(case)
    return case


def _insert(case: Complaint, *, by: User | None) -> None:
    try:
        with transaction.atomic():
            case.save(force_insert=True)
    except IntegrityError as error:
        known = Complaint.objects.filter(
            source_system=case.source_system, external_id=case.external_id
        ).first()
        if not case.external_id or known is None:
            raise
        text = _("Another case has this external ID.")
        # Who may not see that case learns that the number is taken, and no more.
        holder = Complaint.objects.visible_to(by).filter(pk=known.pk) if by is not None else []
        details = {"candidates": [{"id": one.pk, "number": one.number} for one in holder]}
        raise Conflict("external_id_taken", text, fields={"external_id": text}, details=details) from error


def _ensure_sound(case: Complaint, data: Mapping[str, Any], now: datetime, *, new_category: bool) -> None:
    case.title = case.title.strip()
    if case.customer is not None:
        ensure_live(case.customer)
    if case.received_at > now + _CLOCK_SKEW:
        text = _("This moment is still to come.")
        raise DomainError("in_the_future", text, fields={"received_at": text})
    ensure_valid(case, {*data, "title"})
    ensure_fits(case, new_category=new_category)


def ensure_fits(case: Complaint, *, new_category: bool = True) -> None:
    """Refuse a category that is retired or of the other kind, and a person who has no place there."""
    category = case.category if new_category else None
    if category is not None and (category.retired_at is not None or category.kind != case.kind):
        text = _("Choose a category that is in use for this kind.")
        raise DomainError("bad_category", text, fields={"category": text})
    if case.queue is not None and case.queue.kind != case.kind:
        text = _("Choose a queue of this kind.")
        raise DomainError("bad_queue", text, fields={"queue": text})
    if case.person is None or case.customer is None:
        return
    if not Contact.objects.filter(person=case.person, customer=case.customer).exists():
        text = _("This person never had a place at this customer.")
        raise DomainError("person_elsewhere", text, fields={"person": text})


def preferred_language(case: Complaint) -> str:
    """Return the language that the customer of the case prefers; "" where none is known."""
    return case.customer.preferred_language if case.customer is not None else ""


def place(case: Complaint) -> None:
    """Find the queue and the team: by category, else where everything goes that belongs nowhere else."""
    if case.queue is None and case.category is not None:
        case.queue = queue_of(case.category)
    if case.queue is None:
        case.queue = Queue.objects.active().of_kind(case.kind).filter(is_default=True).first()
    if case.queue is not None:
        case.team = case.queue.team


def queue_of(category: Category) -> Queue | None:
    """Return the queue of the category, else that of the category above it."""
    if category.queue is not None:
        return category.queue
    parent = Category.objects.current().filter(kind=category.kind, code=category.parent_code).first()
    return parent.queue if parent is not None else None
