"""The guided first contact: begun, one step after the other, ended with how the complainant feels."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.choices.cases import Emotion
from complaints.domain.entries import tell
from complaints.models import Complaint, FirstContact
from complaints.rules import ensure_open
from core.domain.versions import locked
from core.errors import Conflict, DomainError
from core.models import User
from customers.domain.changes import write_changes

STEPS = ("accept", "empathise", "apologise", "resolve")
#: Seconds that each step should take, ninety together.
SECONDS = {"accept": 15, "empathise": 25, "apologise": 20, "resolve": 30}
WHOLE = timedelta(seconds=90)


def ensure_emotion(value: str, field: str) -> None:
    """Refuse what is no emotion."""
    if value not in Emotion.values:
        text = _("Choose how they feel.")
        raise DomainError("unknown_emotion", text, fields={field: text})


@transaction.atomic
def begin_first_contact(
    complaint: Complaint, *, emotion: str, by: User, at: datetime | None = None
) -> FirstContact:
    """Start the ninety seconds, once in each cycle. Refused the second time, and for a case not open."""
    moment = at or timezone.now()
    ensure_emotion(emotion, "emotion")
    stored = locked(complaint)
    ensure_open(stored)
    try:
        with transaction.atomic():
            contact = FirstContact.objects.create(
                complaint=stored, cycle=stored.cycle, by=by, started_at=moment, emotion_before=emotion
            )
    except IntegrityError as error:
        raise Conflict("contact_begun", _("The first contact has begun already.")) from error
    if not stored.emotion_before:
        write_changes(stored, {"emotion_before": emotion}, by=by, at=moment)
    return contact


@transaction.atomic
def finish_step(contact: FirstContact, step: str, *, at: datetime | None = None) -> FirstContact:
    """Stamp the step. Refused out of turn; a second click on the same step changes nothing."""
    moment = at or timezone.now()
    if step not in STEPS:
        raise DomainError("unknown_step", _("There is no such step."))
    stored = locked(contact)
    if getattr(stored, f"{step}_at") is not None:
        return stored
    if next_step(stored) != step:
        raise Conflict("out_of_turn", _("The steps follow one after the other."))
    setattr(stored, f"{step}_at", moment)
    stored.save(update_fields=[f"{step}_at"])
    return stored


def next_step(contact: FirstContact) -> str:
    """Return the step that is to be done; "" after the last."""
    return next((step for step in STEPS if getattr(contact, f"{step}_at") is None), "")


@transaction.atomic
def end_first_contact(
    contact: FirstContact, *, emotion: str, by: User, at: datetime | None = None
) -> FirstContact:
    """Keep how the complainant feels now, with the contact and the case. It may be corrected."""
    moment = at or timezone.now()
    ensure_emotion(emotion, "emotion")
    stored = locked(contact)
    stored.emotion_after = emotion
    stored.save(update_fields=["emotion_after"])
    case = locked(stored.complaint)
    write_changes(case, {"emotion_after": emotion}, by=by, at=moment)
    tell(
        case,
        "first_contact",
        at=moment,
        by=by,
        before=stored.emotion_before,
        after=emotion,
        steps=steps_done(stored),
    )
    return stored


def steps_done(contact: FirstContact) -> int:
    """Count the steps that are stamped."""
    return sum(getattr(contact, f"{step}_at") is not None for step in STEPS)


def within_ninety_seconds(contact: FirstContact) -> bool:
    """Tell whether the last step was done in time."""
    return contact.resolve_at is not None and contact.resolve_at - contact.started_at <= WHOLE
