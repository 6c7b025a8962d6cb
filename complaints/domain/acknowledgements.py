"""Telling a customer that we have what they wrote: once for each case, and never a machine."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from complaints.choices.cases import Intake
from complaints.choices.mail import LetterKind
from complaints.domain.callbacks import address_of
from complaints.domain.mail.letters import write_letter
from complaints.domain.mail.mailboxes import mailbox_of
from complaints.models import CaseLetter, Complaint, MailPolicy

#: Channels whose customers wrote by themselves.
_WRITTEN = frozenset({Intake.EMAIL, Intake.API, Intake.FORM})
#: What is entered later than this was acknowledged otherwise, or is history that is brought in.
_FRESH = timedelta(days=1)


def acknowledge_receipt(case: Complaint, *, at: datetime | None = None) -> CaseLetter | None:
    """Write the acknowledgement in the caller's transaction; None where there is none to send.

    There is none without an address, for other channels, for what lies back more than a day, and where the
    rules of e-mail switch it off; the form promises one, and keeps its word. Asked for again it is the same
    letter.
    """
    moment = at or timezone.now()
    to = address_of(case)
    if not to or case.intake not in _WRITTEN or case.received_at < moment - _FRESH:
        return None
    if case.intake != Intake.FORM and not MailPolicy.load().acknowledges:
        return None
    return write_letter(
        case,
        key=f"acknowledge-{case.pk}",
        kind=LetterKind.ACKNOWLEDGEMENT,
        to=to,
        mailbox=mailbox_of(case),
        at=moment,
    )
