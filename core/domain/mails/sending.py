"""The sender: claims a mail, hands it over, writes that it is sent.

As exactly once as SMTP allows. A claim is an update filtered on the state, so of any number of workers
one sends a mail. A worker that dies between the mail server's "accepted" and our commit leaves a mail
that is sent again when its lease ran out; it carries the same Message-ID, by which mail programs know it.
"""

from __future__ import annotations

import logging
import smtplib
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core.choices import AuditAction
from core.domain.audit import record
from core.domain.jobs import later, progress
from core.domain.mails.composing import Held, Letter, Skipped, compose, sender
from core.domain.mails.tries import Tries
from core.domain.notice_choices import timings_of
from core.domain.notifications import summary_mail
from core.errors import Conflict, DomainError
from core.models import Job, Notification, Organisation, OutgoingMail, User
from core.notices import MailState
from core.quiet import next_digest

logger = logging.getLogger(__name__)

TASK = "core.tasks.send_mails"
TRIES = Tries(OutgoingMail, MailState.WAITING, MailState.SENDING, MailState.FAILED)
_LOOKED_AT = 20


def ask_for_sending(at: datetime) -> Job | None:
    """Ask a worker to send what is due, unless that is asked for already; two of them do no harm."""
    if not OutgoingMail.objects.due(at).exists() or not _is_budget_left(at):
        return None
    if Job.objects.open().filter(task=TASK).exists():
        return None
    return later(TASK, queue="mail", title=gettext_noop("Send e-mails"))


def send_due() -> dict[str, int]:
    """Send every mail whose time has come, as far as the limit per minute allows; return what came of it.

    Stops when the mail server cannot be reached: the others would only use up their attempts.
    """
    counts = {state.value: 0 for state in (MailState.SENT, MailState.SUPPRESSED, MailState.WAITING)}
    move_latecomers(timezone.now())
    with Postman() as postman:
        while postman.is_reachable and (keys := _due_keys()):
            for pk in keys:
                if not postman.is_reachable or not _is_budget_left(timezone.now()):
                    return counts
                state = send_one(pk, postman)
                if state in counts:
                    counts[state] += 1
                progress(sum(counts.values()))
    return counts


def _due_keys() -> list[int]:
    due = OutgoingMail.objects.due(timezone.now()).order_by("due_at", "id")
    return list(due.values_list("pk", flat=True)[:_LOOKED_AT])


def _is_budget_left(at: datetime) -> bool:
    """Count what every worker tried in the last minute; together they may be one mail each over it."""
    tried = OutgoingMail.objects.filter(claimed_at__gt=at - timedelta(minutes=1))
    most: int = settings.MAIL_PER_MINUTE
    return tried[:most].count() < most


class Postman:
    """One connection to the mail server, opened when the first mail needs it and kept for the others."""

    def __init__(self) -> None:
        self._connection: Any = get_connection()
        self.is_reachable = True

    def __enter__(self) -> Postman:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.hang_up()

    def hand_over(self, message: EmailMessage) -> None:
        """Give the message to the server, or raise what it says."""
        self._connection.open()
        message.connection = self._connection
        message.send()

    def hang_up(self) -> None:
        """Close the connection; one that is broken is given up silently."""
        try:
            self._connection.close()
        except OSError:
            self._connection = get_connection()


# ---- one mail ---------------------------------------------------------------------------------------
def claim_mail(pk: int, *, at: datetime, token: str) -> OutgoingMail | None:
    """Take the mail for one lease and return it; None when it is not due or another has it.

    One whose attempts are used up is set aside instead.
    """
    if TRIES.give_up(pk, at=at):
        return None
    claimed = TRIES.claim(pk, at=at, token=token, claimed_at=at)
    return OutgoingMail.objects.select_related("user").get(pk=pk) if claimed else None


def send_one(pk: int, postman: Postman) -> str:
    """Claim one mail, send it and write what came of it; return its state, or nothing when not ours."""
    token, at = str(uuid4()), timezone.now()
    mail = claim_mail(pk, at=at, token=token)
    if mail is None:
        return ""
    try:
        letter = compose(mail, at=at)
        if isinstance(letter, Letter):
            postman.hand_over(letter.message)
    except Exception as error:  # whatever a template, a mail backend or the network can raise
        logger.warning("Mail %s could not be sent in attempt %s: %r", mail.pk, mail.attempts, error)
        postman.hang_up()
        postman.is_reachable = not _is_trouble_of_the_server(error)
        return _put_back(mail, token, error)
    return _settle(mail, token, letter)


def _settle(mail: OutgoingMail, token: str, letter: Letter | Skipped | Held) -> str:
    now = timezone.now()
    if isinstance(letter, Skipped):
        return _write(mail, token, state=MailState.SUPPRESSED, error=letter.reason)
    if isinstance(letter, Held):
        return _write(
            mail, token, state=MailState.WAITING, due_at=letter.until, attempts=max(mail.attempts - 1, 0)
        )
    with transaction.atomic():
        Notification.objects.filter(pk__in=letter.items, mail=mail).update(mailed_at=now)
        return _write(mail, token, state=MailState.SENT, sent_at=now, error="")


def _put_back(mail: OutgoingMail, token: str, error: Exception) -> str:
    text = f"{type(error).__name__}: {error}"[:500]
    state = TRIES.put_back(mail, token, error, text=text, at=timezone.now()).state
    return str(state) or _taken_over(mail)


def _write(mail: OutgoingMail, token: str, *, state: MailState, **fields: Any) -> str:
    return state.value if TRIES.end(mail.pk, token, state=state, **fields) else _taken_over(mail)


def _taken_over(mail: OutgoingMail) -> str:
    logger.warning("Mail %s was taken over by another worker; this one's end is not written.", mail.pk)
    return ""


_ABOUT_THE_MAIL = (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError)


def _is_trouble_of_the_server(error: Exception) -> bool:
    return isinstance(error, OSError) and not isinstance(error, _ABOUT_THE_MAIL)


def move_latecomers(at: datetime) -> int:
    """Put unread messages that were committed after their summary had left into the next one.

    Return how many. A message joins a summary that is still to come; only a transaction that stays open
    past the due time is late.
    """
    late = Notification.objects.filter(
        mail__kind="",
        mail__state=MailState.SENT,
        mail__sent_at__gt=at - timedelta(days=2),
        mailed_at__isnull=True,
        read_at__isnull=True,
        created_at__lt=F("mail__due_at"),
    ).select_related("user")
    moved = 0
    for message in late[:500]:
        due = next_digest(at, timings_of([message.user])[message.user_id])
        wanted = summary_mail(message.user, due)
        OutgoingMail.objects.bulk_create([wanted], ignore_conflicts=True)
        stored = OutgoingMail.objects.get(key=wanted.key)
        moved += Notification.objects.filter(pk=message.pk, mail=message.mail_id).update(mail=stored)
    return moved


# ---- administrators ---------------------------------------------------------------------------------
@transaction.atomic
def send_again(mail: OutgoingMail, *, by: User, at: datetime | None = None) -> None:
    """Let a mail that was set aside be tried anew, with all its attempts. Refused for any other mail."""
    aside = OutgoingMail.objects.filter(pk=mail.pk, state=MailState.FAILED)
    if not aside.update(state=MailState.WAITING, attempts=0, error="", due_at=at or timezone.now()):
        raise Conflict("mail_not_set_aside", _("Only a mail that was set aside can be sent again."))
    changes = {"state": (MailState.FAILED.value, MailState.WAITING.value)}
    record(AuditAction.CHANGED, by=by, subject=mail, changes=changes)


@transaction.atomic
def send_all_again(*, by: User, at: datetime | None = None) -> int:
    """Let everything that was set aside be tried anew, and return how many mails that is."""
    count = OutgoingMail.objects.filter(state=MailState.FAILED).update(
        state=MailState.WAITING, attempts=0, error="", due_at=at or timezone.now()
    )
    if count:
        record(AuditAction.RAN, by=by, note=_("Mails sent again: %(n)d") % {"n": count})
    return count


def try_connection(user: User) -> None:
    """Send a short mail to the user right now. Refused with what the server said when it did not take it."""
    if not user.email:
        raise DomainError("no_address", _("Your profile has no e-mail address to send a test to."))
    message = EmailMessage(
        subject=_("Test of the mail connection"),
        body=_("This mail was sent to see whether the mail server takes mails. It does."),
        from_email=sender(Organisation.load().name),
        to=[user.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
    try:
        message.send()
    except (OSError, ValueError) as error:
        said = f"{type(error).__name__}: {error}"[:300]
        text = _("The mail server did not take the test mail: %(said)s") % {"said": said}
        raise DomainError("mail_refused", text) from error
