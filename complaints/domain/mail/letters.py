"""Mails to customers: written with what they say, sent by a job, their state kept beside the entry.

As exactly once as SMTP allows, and tried as the mails of the platform are (`core.domain.mails.tries`): a
worker that dies between the server's "accepted" and our commit leaves a letter that is sent again under the
same Message-ID.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection
from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from complaints.choices.cases import EntryKind, Intake
from complaints.choices.mail import DeliveryState, LetterKind, MailState
from complaints.domain.callbacks import address_of
from complaints.domain.families import taken_in
from complaints.domain.mail.composing import compose
from complaints.domain.mail.mailboxes import mailbox_of
from complaints.domain.mail.threads import addresses_of, locked_thread
from complaints.domain.mail.undelivered import note_delivered_after_all, note_undelivered
from complaints.domain.moves import acknowledge, answer
from complaints.models import CaseLetter, Complaint, Entry, InboundMail, Mailbox
from core.choices import AuditAction
from core.domain.arriving import megabytes
from core.domain.audit import record
from core.domain.jobs import later
from core.domain.mails.addresses import new_message_id
from core.domain.mails.sending import Postman
from core.domain.mails.tries import MAX_ATTEMPTS, Tries
from core.domain.versions import locked
from core.errors import Conflict, DomainError
from core.models import Attachment, User

logger = logging.getLogger(__name__)

TASK = "complaints.tasks.send_letter"
#: What most mail servers take; files grow by a third on their way.
MOST_FILES_BYTES = 15 * 1024**2
TRIES = Tries(
    CaseLetter, DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.FAILED, sender_is_final=True
)
_MOST_REFERENCES = 20


# ---- written ----------------------------------------------------------------------------------------
@transaction.atomic
def answer_by_mail(
    complaint: Complaint,
    body: str,
    *,
    by: User,
    files: Collection[Attachment] = (),
    at: datetime | None = None,
    seen: int | None = None,
    despite: str = "",
) -> Entry:
    """Answer the customer by e-mail: the answer is kept as any other, and its letter waits to be sent.

    Refused: a case that has ended, one without an address, while no mailbox speaks for it, when something
    was said after line `seen`, and without `despite` for a matter that is answered for good.
    """
    moment = at or timezone.now()
    entry = answer(complaint, body, by=by, channel=Intake.EMAIL, at=moment, seen=seen, despite=despite)
    mail_entry(entry, by=by, files=files, at=moment)
    return entry


@transaction.atomic
def mail_entry(
    entry: Entry, *, by: User, files: Collection[Attachment] = (), at: datetime | None = None
) -> CaseLetter:
    """Send an answer of the log by e-mail, with files of its case; a second time it is the same letter.

    Refused: lines that are no answer, a case without an address, no mailbox, files of another record, and
    more of them than mail servers take.
    """
    moment = at or timezone.now()
    if entry.kind != EntryKind.OUTBOUND:
        raise Conflict("no_answer", _("Only an answer to the customer can be sent by e-mail."))
    case: Complaint = locked(entry.complaint)
    to, mailbox = address_of(case), mailbox_of(case)
    if not to:
        text = _("No e-mail address of the customer is known. Enter one under “Edit facts”.")
        raise DomainError("no_address", text)
    if mailbox is None:
        text = _("No mailbox is in use from which this case could be answered. An administrator sets one up.")
        raise DomainError("no_mailbox", text)
    _ensure_files(case, files)
    letter = write_letter(
        case, key=f"entry-{entry.pk}", kind=LetterKind.ANSWER, to=to, mailbox=mailbox, at=moment, entry=entry
    )
    letter.files.set(files)
    record(AuditAction.RAN, by=by, subject=case, note=_("Answer sent by e-mail"))
    return letter


def write_letter(
    case: Complaint,
    *,
    key: str,
    kind: str,
    to: str,
    mailbox: Mailbox | None,
    at: datetime,
    entry: Entry | None = None,
) -> CaseLetter:
    """Write a letter in the caller's transaction and ask for it to be sent; the same key is one letter."""
    known = CaseLetter.objects.filter(key=key).first()
    if known is not None:
        return known  # type: ignore[no-any-return]
    letter = CaseLetter.objects.create(
        key=key,
        complaint=case,
        entry=entry,
        kind=kind,
        mailbox=mailbox,
        to=to,
        message_id=new_message_id(),
        references=" ".join(chain_of(case)),
        due_at=at,
        created_at=at,
    )
    _note_also_about(letter)
    _ask_for_sending(letter)
    return letter


def _note_also_about(letter: CaseLetter) -> None:
    """Note about which cases the letter is as well: those taken in whose complainant gets it.

    It stays theirs when they are taken out again.
    """
    rows = [case for case in taken_in(letter.complaint) if letter.to.strip().lower() in addresses_of(case)]
    letter.also_about.set(rows)


def chain_of(case: Complaint) -> list[str]:
    """Return the message IDs of what passed between the customer and us, the latest last.

    What passed about the case while another one had taken it in is part of it.
    """
    heard = InboundMail.objects.filter(
        Q(complaint=case) | Q(meant_for=case), state=MailState.TAKEN, entry__kind=EntryKind.INBOUND
    ).values_list("received_at", "message_id")
    said = CaseLetter.objects.about(case).values_list("created_at", "message_id")
    ids = [one for _at, one in sorted([*heard, *said]) if not one.endswith("@made.invalid>")]
    return ids[-_MOST_REFERENCES:]


def _ensure_files(case: Complaint, files: Collection[Attachment]) -> None:
    own = {"subject_type": case._meta.label_lower, "subject_id": case.pk}
    known = set(Attachment.objects.filter(**own).live().values_list("pk", flat=True))
    if any(file.pk not in known for file in files):
        text = _("Choose files of this case.")
        raise DomainError("foreign_file", text, fields={"attachments": text})
    if sum(file.size for file in files) > MOST_FILES_BYTES:
        text = _("Together the files are larger than %(most)d MB, which most mail servers do not take.")
        text %= {"most": megabytes(MOST_FILES_BYTES)}
        raise DomainError("files_too_large", text, fields={"attachments": text})


# ---- sent -------------------------------------------------------------------------------------------
def _ask_for_sending(letter: CaseLetter, *, attempt: int = 0, due: datetime | None = None) -> None:
    key = f"letter-{letter.pk}-{letter.rounds}-{attempt}"
    title = gettext_noop("E-mail to a customer")
    later(TASK, title=title, dedupe=key, queue="mail", not_before=due, letter_id=letter.pk)


def send(letter_id: int) -> str:
    """Send the letter if its time has come and nobody else does; return its state, or nothing."""
    token, at = str(uuid4()), timezone.now()
    letter = _claimed(letter_id, token, at)
    if letter is None:
        return ""
    postman = Postman()
    try:
        with postman:
            postman.hand_over(compose(letter))
    except Exception as error:  # whatever a template, a mail backend or the network can raise
        kind = type(error).__name__  # what servers say names the address
        logger.warning("Letter %s could not be sent in attempt %s: %s", letter.pk, letter.attempts, kind)
        return _put_back(letter, token, error)
    return _sent(letter, token)


def without_address(text: str, address: str) -> str:
    """Return what a server said without the address of the customer, which not everybody may read."""
    return re.sub(re.escape(address), "…", text, flags=re.IGNORECASE) if address else text


def _claimed(letter_id: int, token: str, at: datetime) -> CaseLetter | None:
    if _given_up(letter_id, at) or not TRIES.claim(letter_id, at=at, token=token):
        return None
    rows = CaseLetter.objects.select_related("complaint__person", "entry", "mailbox")
    found: CaseLetter = rows.prefetch_related("files").get(pk=letter_id)
    return found


@transaction.atomic
def _given_up(letter_id: int, at: datetime) -> bool:
    """Give up a letter whose senders all died, and tell of it. Everywhere the case is locked first."""
    dead = (
        CaseLetter.objects.filter(pk=letter_id, attempts__gte=MAX_ATTEMPTS)
        .select_related("complaint")
        .first()
    )
    if dead is None:
        return False
    locked_thread(dead.complaint)
    if not TRIES.give_up(letter_id, at=at):
        return False
    dead.refresh_from_db(fields=["error"])
    note_undelivered(dead, code="mail_failed", reason=str(dead.error), at=at)
    return True


@transaction.atomic
def _sent(letter: CaseLetter, token: str) -> str:
    at = timezone.now()
    case, _goes_on = locked_thread(letter.complaint)
    if not TRIES.end(letter.pk, token, state=DeliveryState.SENT, sent_at=at, error=""):
        return ""
    note_delivered_after_all(letter)
    if letter.kind == LetterKind.ACKNOWLEDGEMENT and case.acknowledged_at is None:
        acknowledge(case, by=None, at=at)
    return DeliveryState.SENT.value


@transaction.atomic
def _put_back(letter: CaseLetter, token: str, error: Exception) -> str:
    text = without_address(f"{type(error).__name__}: {error}", letter.to)[:500]
    at = timezone.now()
    locked_thread(letter.complaint)
    put = TRIES.put_back(letter, token, error, text=text, at=at)
    if put.state == DeliveryState.FAILED:
        note_undelivered(letter, code="mail_failed", reason=text, at=at)
    elif put.state:
        _ask_for_sending(letter, attempt=letter.attempts, due=put.due_at)
    return str(put.state)


def send_overlooked(at: datetime) -> int:
    """Send what should have left a while ago: its worker died, or its job was set aside; return how many."""
    keys = list(CaseLetter.objects.stuck(at).order_by("due_at").values_list("pk", flat=True)[:50])
    return sum(1 for pk in keys if send(pk))


@transaction.atomic
def send_again(letter: CaseLetter, *, by: User, at: datetime | None = None) -> CaseLetter:
    """Try a letter anew, with all its attempts, to the address that the case has now.

    Refused unless it could not be sent, or came back.
    """
    moment = at or timezone.now()
    case: Complaint = locked(letter.complaint)
    to = address_of(case) or letter.to
    aside = CaseLetter.objects.filter(pk=letter.pk, state__in=[DeliveryState.FAILED, DeliveryState.BOUNCED])
    if not aside.update(
        state=DeliveryState.QUEUED, attempts=0, error="", due_at=moment, to=to, rounds=F("rounds") + 1
    ):
        raise Conflict("letter_not_failed", _("Only a mail that could not be sent can be sent again."))
    is_readdressed = to != letter.to
    letter.refresh_from_db()
    if is_readdressed:
        _note_also_about(letter)
    record(AuditAction.RAN, by=by, subject=case, note=_("Answer sent by e-mail again"))
    _ask_for_sending(letter)
    return letter
