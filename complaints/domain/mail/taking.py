"""Working on a stored mail: an answer on its case, a new case, or nothing at all, each with its reason.

Everything that a mail does happens in the transaction that settles it. A worker that dies within it leaves
the mail as it was, and the job comes again.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from complaints.choices.cases import EntryKind, Intake, LinkKind, State
from complaints.choices.mail import DeliveryState, MailReason, MailState
from complaints.domain.acknowledgements import acknowledge_receipt
from complaints.domain.entries import tell, write
from complaints.domain.last_word import answered_for_good
from complaints.domain.mail import threads
from complaints.domain.mail.files import keep_files
from complaints.domain.mail.held import tell_of_held
from complaints.domain.mail.letters import without_address
from complaints.domain.mail.undelivered import note_undelivered
from complaints.domain.merging import link_cases
from complaints.domain.moves import hear
from complaints.domain.registering import register_case
from complaints.domain.reopening import reopen
from complaints.domain.telling import tell_handler
from complaints.mail.language import language_of
from complaints.mail.quotes import without_quotes
from complaints.mail.reading import MOST_TEXT, ReadMail, read_mail
from complaints.models import CaseLetter, Complaint, Entry, InboundMail, MailPolicy
from core.domain.versions import locked
from core.errors import DomainError
from core.models import User

logger = logging.getLogger(__name__)

_HOUR = timedelta(hours=1)
_MOST_QUOTED = 100_000
#: What is written once it is known what became of a mail.
_SETTLED = ("state", "reason", "detail", "complaint", "meant_for", "entry", "settled_at", "data")


class _TakenTwiceError(Exception):
    """Another worker took the same mail from another mailbox in this very moment."""


@dataclass(frozen=True)
class Settled:
    """What became of a mail."""

    state: MailState
    reason: MailReason
    case: Complaint | None = None
    entry: Entry | None = None
    detail: str = ""


def take(mail_id: int, *, at: datetime | None = None) -> str:
    """Work on a stored mail and return its state; one that was worked on already is left alone.

    What the rules of cases refuse, and what nobody foresaw, leaves the mail failed with the reason, for a
    person to look at. Trouble of the database is raised: the job is tried again.
    """
    moment = at or timezone.now()
    try:
        with transaction.atomic():
            return _take(mail_id, moment)
    except (OperationalError, InterfaceError):
        raise
    except _TakenTwiceError:
        return _end(mail_id, MailState.IGNORED, MailReason.DUPLICATE, "", moment)
    except DomainError as refusal:
        return _fail(mail_id, MailReason.REFUSED, refusal.message, moment)
    except Exception as error:
        logger.exception("Mail %s could not be worked on", mail_id)
        return _fail(mail_id, MailReason.TROUBLE, f"{type(error).__name__}: {error}", moment)


def _fail(mail_id: int, reason: MailReason, detail: str, at: datetime) -> str:
    return _end(mail_id, MailState.FAILED, reason, detail, at)


def _end(mail_id: int, state: MailState, reason: MailReason, detail: str, at: datetime) -> str:
    rows = InboundMail.objects.filter(pk=mail_id, state=MailState.RECEIVED)
    rows.update(state=state, reason=reason, detail=detail.replace("\0", "")[:500], settled_at=at)
    return state.value


def _take(mail_id: int, at: datetime) -> str:
    rows = InboundMail.objects.select_for_update(of=("self",), no_key=True).select_related("mailbox__queue")
    mail: InboundMail | None = rows.filter(pk=mail_id, state=MailState.RECEIVED).first()
    if mail is None:
        return ""
    read = read_mail(bytes(mail.raw), is_cut=mail.is_cut)
    by = User.objects.filter(pk=mail.data.get("forced_by")).first()
    settled = (_not_wanted(mail, read, at) if by is None else None) or _taken(mail, read, by, at)
    mail.state, mail.reason, mail.detail = settled.state, settled.reason, settled.detail[:500]
    mail.complaint, mail.entry, mail.settled_at = settled.case, settled.entry, at
    # Lines of the log are unique per mail; who wrote a line of the system is no mail.
    mail.save(update_fields=_SETTLED)
    return mail.state


# ---- what is not taken ------------------------------------------------------------------------------
def _not_wanted(mail: InboundMail, read: ReadMail, at: datetime) -> Settled | None:
    """Return what settles a mail of a machine, of our own, or one too many; None for all others."""
    head = read.head
    if read.bounce is not None:
        return _came_back(read, at)
    if threads.is_our_own(head, urlsplit(settings.SITE_URL).hostname or "localhost"):
        return Settled(MailState.IGNORED, MailReason.OWN)
    if read.automatic:
        answered = _answered_by_machine(mail, read)
        if answered is not None:
            return answered
    known = Entry.objects.filter(message_id=mail.message_id).select_related("complaint").first()
    if known is not None:
        return Settled(MailState.IGNORED, MailReason.DUPLICATE, known.complaint)
    return _one_too_many(mail, at)


def _answered_by_machine(mail: InboundMail, read: ReadMail) -> Settled | None:
    """Settle what a machine answers to us, or says of somebody's absence; None for all else that it writes.

    A form or a platform writes for a person: that becomes a case, which nobody acknowledges.
    """
    head = read.head
    is_notice, noticed = threads.case_of_notice(head.replies_to)
    named = threads.named_by_chain(head.replies_to, mail.mailbox) or noticed or threads.named_by_subject(head)
    case = threads.followed(named)
    if case is None and not is_notice and not read.answers:
        return None
    return Settled(MailState.IGNORED, MailReason.AUTOMATIC, case, detail=read.automatic)


def _came_back(read: ReadMail, at: datetime) -> Settled:
    """Flag the letter that came back, on its case; a second notice, or about anything else, is ignored."""
    bounce = read.bounce
    if bounce is None:
        raise ValueError("the mail is no notice")
    letters = CaseLetter.objects.filter(message_id__in=bounce.originals).select_related("complaint")
    known = letters.first()
    if known is None:
        return Settled(MailState.IGNORED, MailReason.UNKNOWN_BOUNCE, detail=bounce.reason)
    if not bounce.final:
        return Settled(MailState.IGNORED, MailReason.AUTOMATIC, known.complaint, detail=bounce.reason)
    case, _goes_on = threads.locked_thread(known.complaint)
    letter: CaseLetter = locked(known)
    if letter.state == DeliveryState.BOUNCED:
        return Settled(MailState.IGNORED, MailReason.DUPLICATE, case, detail=bounce.reason)
    reason = without_address(bounce.reason, letter.to)
    CaseLetter.objects.filter(pk=letter.pk).update(state=DeliveryState.BOUNCED, error=reason[:500])
    entry = note_undelivered(letter, code="mail_bounced", reason=reason, at=at)
    return Settled(MailState.TAKEN, MailReason.BOUNCED, case, entry, bounce.reason)


def _one_too_many(mail: InboundMail, at: datetime) -> Settled | None:
    """Hold what one sender writes beyond the limit: kept whole, and told, until somebody decides on it."""
    most = MailPolicy.load().most_an_hour
    earlier = InboundMail.objects.from_sender(mail.sender, since=mail.received_at - _HOUR).filter(
        pk__lt=mail.pk
    )
    count = earlier[: most + 1].count()
    if count < most:
        return None
    last = earlier.filter(complaint__isnull=False).select_related("complaint").defer("raw").order_by("-pk")
    found = last.first()
    case = threads.followed(found.complaint) if found is not None else None
    if case is not None and count == most:
        tell(case, "mails_held", at=at, most=most)
    tell_of_held(mail, case, at=at)
    return Settled(MailState.IGNORED, MailReason.THROTTLED, case)


# ---- what is taken ----------------------------------------------------------------------------------
def _taken(mail: InboundMail, read: ReadMail, by: User | None, at: datetime) -> Settled:
    head = read.head
    is_notice, noticed = threads.case_of_notice(head.replies_to)
    named = threads.named_by_chain(head.replies_to, mail.mailbox)
    writer = threads.colleague(head.sender)
    if (is_notice or writer is not None) and by is None:
        case = threads.followed(named) or noticed
        return _from_colleague(mail, read, case, is_ours=writer is not None, at=at)
    named = named or threads.named_by_subject(head)
    case = threads.followed(named)
    if named is None or case is None:
        return _new_case(mail, read, by, at)
    # Written about a merged case it is a word about the one that took it in.
    mail.meant_for = named if named.pk != case.pk else None
    is_known = threads.knows(case, head.sender) or threads.knows(named, head.sender)
    stored: Complaint = locked(case)
    if not stored.has_ended:
        return _heard(stored, mail, read, by, at, MailReason.REPLY, is_known=is_known)
    if answered_for_good(stored, at=at) is not None:
        # Kept and told, but not taken up by itself: whoever handles it looks for new facts.
        return _heard(stored, mail, read, by, at, MailReason.REPLY, is_known=is_known)
    days = MailPolicy.load().reopen_days
    is_fresh = stored.ended_at is not None and stored.ended_at > at - timedelta(days=days)
    if is_fresh and stored.state != State.MERGED and is_known:
        reopen(stored, reason=gettext_noop("The customer wrote again by e-mail."), by=by, at=at)
        return _heard(stored, mail, read, by, at, MailReason.REOPENED, is_known=is_known)
    mail.meant_for = None
    return _new_case(mail, read, by, at, follows=stored)


def _from_colleague(
    mail: InboundMail, read: ReadMail, case: Complaint | None, *, is_ours: bool, at: datetime
) -> Settled:
    """Keep what a colleague answers as an internal note; an address is no proof, so nobody is named."""
    if case is None or not is_ours:
        return Settled(MailState.IGNORED, MailReason.STAFF)
    text, quoted = _words(read)
    note = write(
        case,
        EntryKind.NOTE,
        text,
        at=at,
        author=_author(read),
        channel=Intake.EMAIL,
        message_id=mail.message_id,
    )
    _ensure_first(note, case)
    mail.data = {**mail.data, "quoted": quoted, **keep_files(case, read.files, at=at)}
    tell_handler(case, "case_noted", dedupe=f"case-noted-{note.pk}")
    return Settled(MailState.TAKEN, MailReason.STAFF_NOTE, case, note)


def _heard(
    case: Complaint,
    mail: InboundMail,
    read: ReadMail,
    by: User | None,
    at: datetime,
    reason: MailReason,
    *,
    is_known: bool,
) -> Settled:
    text, quoted = _words(read)
    entry = hear(
        case,
        text,
        by=None,
        author=_author(read),
        channel=Intake.EMAIL,
        at=at,
        message_id=_line_id(mail, by),
    )
    _ensure_first(entry, case)
    found = keep_files(case, read.files, at=at)
    mail.data = {**mail.data, "quoted": quoted, "stranger": not is_known, **found}
    _say_what_is_missing(case, mail, read, at)
    return Settled(MailState.TAKEN, reason, case, entry)


def _new_case(
    mail: InboundMail, read: ReadMail, by: User | None, at: datetime, *, follows: Complaint | None = None
) -> Settled:
    head = read.head
    text = read.text[:MOST_TEXT]
    person, customer = threads.complainant(head.sender, at)
    fresh = _words(read)[0]
    language = (customer.preferred_language if customer is not None else "") or language_of(
        f"{head.subject} {fresh[:2_000]}"
    )
    message_id = _line_id(mail, by)
    case = register_case(
        {
            "kind": mail.mailbox.kind,
            "queue": mail.mailbox.queue,
            "title": head.bare_subject[:200] or fresh.split("\n")[0][:80] or _("Mail without a subject"),
            "description": text,
            "intake": Intake.EMAIL,
            "person": person,
            "customer": customer,
            "contact_name": (head.sender_name or head.sender.split("@")[0])[:120],
            "contact_email": _valid(head.sender),
            "language": language,
            "received_at": min(mail.received_at, at),
        },
        by=by,
        at=at,
        message_id=message_id,
        author=_author(read),
    )
    entry = Entry.objects.filter(complaint=case, kind=EntryKind.INBOUND).first()
    if entry is None:
        raise _TakenTwiceError
    if follows is not None:
        link_cases(case, follows, LinkKind.FOLLOWS, by=by, at=at)
    mail.data = {**mail.data, **keep_files(case, read.files, at=at)}
    _say_what_is_missing(case, mail, read, at)
    if not read.automatic and read.bounce is None:
        acknowledge_receipt(case, at=at)
    reason = MailReason.FOLLOWS if follows is not None else MailReason.NEW_CASE
    return Settled(MailState.TAKEN, reason, case, entry)


def _line_id(mail: InboundMail, by: User | None) -> str | None:
    """Return the message ID for the line of the log; none where somebody takes a mail a second time."""
    if by is not None and Entry.objects.filter(message_id=mail.message_id).exists():
        return None
    return mail.message_id


def _ensure_first(entry: Entry, case: Complaint) -> None:
    """Refuse a line that was there before: of another case, or of a mail of another mailbox."""
    if entry.complaint_id != case.pk or InboundMail.objects.filter(entry=entry).exists():
        raise _TakenTwiceError


def _words(read: ReadMail) -> tuple[str, str]:
    fresh, quoted = without_quotes(read.text[: MOST_TEXT + _MOST_QUOTED])
    return fresh[:MOST_TEXT] or read.head.subject or "—", quoted[:_MOST_QUOTED]


def _author(read: ReadMail) -> str:
    """Name the writer without the address, which not everybody may read."""
    return read.head.sender_name or read.head.sender.split("@")[0] or _("unknown sender")


def _valid(address: str) -> str:
    try:
        validate_email(address)
    except ValidationError:
        return ""
    return address


def _say_what_is_missing(case: Complaint, mail: InboundMail, read: ReadMail, at: datetime) -> None:
    """Tell in the log where something of the mail could not be shown; the original keeps it."""
    facts: dict[str, Any] = {}
    if mail.is_cut:
        facts["megabytes"] = max(1, round(mail.size / 1024**2))
    if read.is_broken:
        facts["broken"] = True
    if read.left_out:
        facts["parts"] = read.left_out
    if len(read.text) > MOST_TEXT:
        facts["long"] = True
    if facts:
        tell(case, "mail_incomplete", at=at, **facts)
