"""Taking in: what came is stored first and worked on afterwards, by a job of the same transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_noop

from complaints.choices.mail import MailReason, MailState
from complaints.mail.charsets import cleaned
from complaints.mail.reading import read_head
from complaints.models import InboundMail, Mailbox, MailPolicy
from core.domain.jobs import later

TASK = "complaints.tasks.take_mail"
#: A mail that nobody worked on after this time is taken up by the schedule.
PATIENCE = timedelta(minutes=10)


@transaction.atomic
def receive(
    mailbox: Mailbox, raw: bytes, *, size: int | None = None, at: datetime | None = None
) -> InboundMail:
    """Store a raw mail and ask for it to be worked on; the same mail a second time returns the first row.

    `size` is that of the whole mail, where the caller read only its beginning. Nothing a mail says is
    refused here: what cannot be read is kept, too.
    """
    moment, most = at or timezone.now(), settings.INBOUND_MAIL_MAX_BYTES
    whole = max(size or 0, len(raw))
    head = read_head(raw)
    mail = InboundMail(
        mailbox=mailbox,
        message_id=cleaned(head.message_id),
        raw=raw[:most],
        size=whole,
        is_cut=whole > min(len(raw), most),
        sender=head.sender,
        sender_name=head.sender_name,
        subject=head.subject,
        received_at=moment,
    )
    try:
        with transaction.atomic():
            mail.save(force_insert=True)
    except IntegrityError:
        rows = InboundMail.objects.filter(mailbox=mailbox, message_id=mail.message_id)
        known: InboundMail | None = rows.defer("raw").first()
        if known is None:
            raise
        rows.update(copies=F("copies") + 1)
        return known
    ask_for_work(mail)
    return mail


def ask_for_work(mail: InboundMail) -> None:
    """Have the mail worked on; once for each time that somebody asks."""
    title = gettext_noop("Received e-mail of a customer")
    later(TASK, title=title, dedupe=f"mail-{mail.pk}-{mail.retries}", queue="mail", mail_id=mail.pk)


def overlooked(at: datetime) -> list[int]:
    """Return mails that should have been worked on a while ago: their job was set aside, or never came."""
    rows = InboundMail.objects.unread().filter(received_at__lt=at - PATIENCE).order_by("received_at", "id")
    return list(rows.values_list("pk", flat=True)[:100])


def forget_originals(at: datetime) -> int:
    """Empty the originals of settled mails that are older than the policy says; return how many.

    Those beyond the limit of their sender stay until somebody decides: no line of a case has their text.
    """
    limit = at - timedelta(days=MailPolicy.load().keep_days)
    old = InboundMail.objects.exclude(state__in=[MailState.RECEIVED, MailState.FAILED])
    old = old.filter(received_at__lt=limit).exclude(reason=MailReason.THROTTLED)
    return old.exclude(raw=b"").update(raw=b"")
