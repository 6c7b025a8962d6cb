"""Fetching mail from servers: one poller a mailbox, each mail stored together with how far was read.

The UID up to which a folder was read is written in the transaction that stores the mail, and the mail is
marked as read only after it has committed. A poll that is killed anywhere goes on where it stood; a mail
that came twice all the same is known by its message ID.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.domain.mail.imap import TROUBLE, Folder
from complaints.domain.mail.mailboxes import password_of
from complaints.domain.mail.receiving import receive
from complaints.models import Mailbox
from core.choices import AuditAction
from core.domain.audit import record
from core.errors import Conflict, DomainError
from core.models import User

logger = logging.getLogger(__name__)

_LEASE = timedelta(minutes=5)
_TEST_SECONDS = 10


class _TakenOverError(Exception):
    """The lease ran out, and another poller has the mailbox."""


def poll_all() -> dict[str, int]:
    """Fetch every mailbox that is polled; return how many mails came and how many mailboxes failed."""
    counts = {"mails": 0, "failed": 0}
    for mailbox in Mailbox.objects.polled().order_by("pk"):
        found = poll(mailbox)
        counts["failed" if found is None else "mails"] += 1 if found is None else found
    return counts


def poll(mailbox: Mailbox, *, at: datetime | None = None) -> int | None:
    """Fetch what is new and return how many mails; None where it failed. 0 while another poller has it.

    What the server or the password says against it stands on the mailbox for administrators.
    """
    moment, token = at or timezone.now(), str(uuid4())
    free = Mailbox.objects.polled().filter(Q(lease_until__isnull=True) | Q(lease_until__lt=moment))
    if not free.filter(pk=mailbox.pk).update(lease_token=token, lease_until=moment + _LEASE):
        return 0
    mailbox.refresh_from_db()
    count, error = 0, ""
    try:
        with _opened(mailbox) as folder:
            count = _fetch(mailbox, folder, token)
    except _TakenOverError:
        return count
    except TROUBLE as trouble:
        error = f"{type(trouble).__name__}: {trouble}"
    except DomainError as refusal:
        error = refusal.message
    except Exception as trouble:  # one mailbox must not keep the others from being fetched
        logger.exception("Mailbox %s could not be fetched", mailbox.pk)
        error = type(trouble).__name__
    now = timezone.now()
    mine = Mailbox.objects.filter(pk=mailbox.pk, lease_token=token)
    told = {"error": error.replace("\0", "")[:500], "polled_at": now, "lease_until": None, "lease_token": ""}
    mine.update(**told, **({} if error else {"polled_well_at": now}))
    if error:
        logger.warning("Mailbox %s could not be fetched: %s", mailbox.pk, error)
        return None
    return count


def _opened(mailbox: Mailbox, *, timeout: float = 30) -> Folder:
    return Folder(
        host=mailbox.host,
        port=mailbox.port,
        security=mailbox.security,
        username=mailbox.username,
        password=password_of(mailbox),
        folder=mailbox.folder,
        timeout=timeout,
    )


def _fetch(mailbox: Mailbox, folder: Folder, token: str) -> int:
    """Take in what is new. A folder that was never read, or was made anew, gives what nobody has read."""
    is_known = mailbox.uid_validity == folder.uid_validity
    uids = folder.after(mailbox.last_uid) if is_known else folder.unseen()
    for uid in uids:
        _fetch_one(mailbox, folder, uid, token, advance=is_known)
    if not is_known:
        last = max([folder.uid_next - 1, *uids, 0])
        _move_on(mailbox, token, uid_validity=folder.uid_validity, last_uid=last)
    return len(uids)


def _fetch_one(mailbox: Mailbox, folder: Folder, uid: int, token: str, *, advance: bool) -> None:
    size = folder.size(uid)
    raw = folder.read(uid, settings.INBOUND_MAIL_MAX_BYTES) if size is not None else None
    with transaction.atomic():
        if raw is not None:
            receive(mailbox, raw, size=size)
        _move_on(mailbox, token, **({"last_uid": uid} if advance else {}))
    if raw is not None:
        try:
            folder.mark_seen(uid)
        except TROUBLE as trouble:
            # A courtesy to people: what was taken is known without it.
            logger.info("Mail %s of mailbox %s could not be marked: %s", uid, mailbox.pk, trouble)


def _move_on(mailbox: Mailbox, token: str, **values: int) -> None:
    mine = Mailbox.objects.filter(pk=mailbox.pk, lease_token=token)
    if not mine.update(lease_until=timezone.now() + _LEASE, **values):
        raise _TakenOverError


def try_connection(mailbox: Mailbox, *, by: User) -> int:
    """Open the folder and return how many mails nobody has read. Refused with what the server said."""
    if not mailbox.host:
        raise Conflict("not_polled", _("This mailbox has no server: its mails are handed over by a command."))
    try:
        with _opened(mailbox, timeout=_TEST_SECONDS) as folder:
            count = len(folder.unseen())
    except TROUBLE as trouble:
        said = f"{type(trouble).__name__}: {trouble}"[:300]
        text = _("The mailbox could not be opened: %(said)s") % {"said": said}
        raise DomainError("mailbox_refused", text) from trouble
    record(AuditAction.RAN, by=by, subject=mailbox, note=_("Connection tested"))
    return count
