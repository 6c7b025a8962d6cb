"""Mails to complainants with a link to their status page that was asked for.

They hold nothing that a stranger typed: a form with somebody else's address must not carry a message.
"""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from complaints.domain.callbacks import address_of
from complaints.domain.status_links import access_to, case_of, status_url
from complaints.models import Complaint, StatusAccess
from core.domain.mails.addresses import new_message_id
from core.domain.mails.composing import sender
from core.models import Organisation


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
        message = _letter(case, subject, lines)
    message.send()
    StatusAccess.objects.filter(pk=access.pk).update(link_sent_at=timezone.now())
    return True


def find_case(number: str, email: str) -> bool:
    """Mail the link of that case to that address, if they belong together."""
    case = case_of(number, email)
    return case is not None and send_status_link(case.pk)


def _in_words_of(case: Complaint) -> translation.override:
    return translation.override(case.language or settings.LANGUAGE_CODE)


def _letter(case: Complaint, subject: str, lines: list[str]) -> EmailMessage:
    organisation = Organisation.load().name
    return EmailMessage(
        subject=subject,
        body="\n\n".join([*lines, organisation]),
        from_email=sender(organisation),
        to=[address_of(case)],
        headers={
            "Message-ID": new_message_id(),
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )
