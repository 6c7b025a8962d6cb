"""Mails and a mailbox for tests."""

from __future__ import annotations

from email.message import EmailMessage
from itertools import count
from typing import Any

from complaints.choices.cases import State
from complaints.domain.mail.receiving import receive
from complaints.domain.mail.taking import take
from complaints.models import Complaint, InboundMail, Mailbox, Queue
from complaints.tests.factories import QueueFactory
from core.models import User

_numbers = count(1)


def mailbox(**values: Any) -> Mailbox:
    """Return a mailbox into which mails are piped."""
    known = {"name": "Service", "address": f"service{next(_numbers)}@perennial.example"}
    queue: Queue = values.pop("queue", None) or QueueFactory()
    made: Mailbox = Mailbox.objects.create(**{**known, "queue": queue, **values})
    return made


def letter(
    body: str = "The projector failed again.",
    *,
    sender: str = "Zhang San <zhang@customer.example>",
    subject: str = "Projector",
    message_id: str = "",
    **headers: str,
) -> EmailMessage:
    """Return a mail of a customer; headers with underscores for dashes."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = "service@perennial.example"
    message["Subject"] = subject
    message["Message-ID"] = message_id or f"<{next(_numbers)}@customer.example>"
    message["Date"] = "Sun, 22 Nov 2026 10:00:00 +0800"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(body)
    return message


def taken(box: Mailbox, message: EmailMessage | bytes, **values: Any) -> InboundMail:
    """Return the mail, received and worked on."""
    raw = message if isinstance(message, bytes) else message.as_bytes()
    mail = receive(box, raw, **values)
    take(mail.pk)
    mail.refresh_from_db()
    return mail


def case_by_mail(box: Mailbox, agent: User) -> Complaint:
    """Return a case that came by mail and is in progress."""
    mail = taken(box, letter(message_id="<first@customer.example>"))
    Complaint.objects.filter(pk=mail.complaint.pk).update(owner=agent, team=agent.team, state=State.WORKING)
    mail.complaint.refresh_from_db()
    return mail.complaint
