"""Mails to complainants about their status page: the receipt, and a link that was asked for.

They hold nothing that a stranger typed: a form with somebody else's address must not carry a message.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from complaints.choices.cases import ClockKind
from complaints.domain.callbacks import address_of
from complaints.domain.status_links import access_to, case_of, status_url
from complaints.models import Clock, Complaint, StatusAccess
from core.display import format_moment
from core.domain.mails.addresses import new_message_id
from core.domain.mails.composing import sender
from core.models import Organisation


def send_receipt(complaint_id: int) -> bool:
    """Mail that the case has arrived, once; True where it was sent just now.

    A worker that dies between sending and noting sends it again under the same message ID.
    """
    case = Complaint.objects.select_related("person").filter(pk=complaint_id).first()
    if case is None or not address_of(case):
        return False
    access = access_to(case)
    if access.receipt_sent_at is not None:
        return False
    organisation = Organisation.load()
    with _in_words_of(case), timezone.override(organisation.time_zone):
        lines = [
            _("We have received your message. Its number is %(number)s.") % {"number": case.number},
            *_promises(case),
            _("Here you see how it stands, and can write to us: %(url)s") % {"url": status_url(access)},
            _("If you did not write to us, somebody mistyped an address: forget this mail."),
        ]
        subject = _("We have received your message, %(number)s") % {"number": case.number}
        message = _letter(case, subject, lines, organisation.name, _receipt_id(case))
    message.send()
    StatusAccess.objects.filter(pk=access.pk).update(receipt_sent_at=timezone.now())
    return True


def send_status_link(complaint_id: int) -> bool:
    """Mail a fresh link to the status page; True where an address is known."""
    case = Complaint.objects.select_related("person").filter(pk=complaint_id).first()
    if case is None or not address_of(case):
        return False
    access = access_to(case)
    with _in_words_of(case):
        lines = [
            _("Here you see how %(number)s stands, and can write to us: %(url)s")
            % {"number": case.number, "url": status_url(access)},
            _("If you did not ask for this link, forget this mail: nobody else has it."),
        ]
        subject = _("How your message stands, %(number)s") % {"number": case.number}
        message = _letter(case, subject, lines, Organisation.load().name, new_message_id())
    message.send()
    StatusAccess.objects.filter(pk=access.pk).update(link_sent_at=timezone.now())
    return True


def find_case(number: str, email: str) -> bool:
    """Mail the link of that case to that address, if they belong together."""
    case = case_of(number, email)
    return case is not None and send_status_link(case.pk)


def due_times(case: Complaint) -> dict[str, datetime]:
    """Return until when the case is acknowledged, answered and solved, as its clocks say."""
    kinds = (ClockKind.ACKNOWLEDGE, ClockKind.RESPOND, ClockKind.UPDATE, ClockKind.SOLVE)
    rows = Clock.objects.open().filter(complaint=case, kind__in=kinds).order_by("due_at")
    found: dict[str, datetime] = {}
    for kind, due in rows.values_list("kind", "due_at"):
        found.setdefault(kind, due)
    return found


def _promises(case: Complaint) -> list[str]:
    due = due_times(case).get(ClockKind.RESPOND)
    return [_("You have our answer by %(at)s.") % {"at": format_moment(due)}] if due is not None else []


def _in_words_of(case: Complaint) -> translation.override:
    return translation.override(case.language or settings.LANGUAGE_CODE)


def _letter(
    case: Complaint, subject: str, lines: list[str], organisation: str, message_id: str
) -> EmailMessage:
    return EmailMessage(
        subject=subject,
        body="\n\n".join([*lines, organisation]),
        from_email=sender(organisation),
        to=[address_of(case)],
        headers={
            "Message-ID": message_id,
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )


def _receipt_id(case: Complaint) -> str:
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    digest = hashlib.sha256(f"receipt-{case.pk}".encode()).hexdigest()[:24]
    return f"<{digest}@{host}>"
