"""What managers do with received mails that were ignored or failed."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.choices.mail import MailState
from complaints.domain.mail.receiving import ask_for_work
from complaints.domain.mail.taking import take
from complaints.models import InboundMail
from core.choices import AuditAction
from core.domain.audit import record
from core.errors import Conflict, DomainError
from core.models import User

_SETTLED = (MailState.IGNORED, MailState.FAILED)


def retry(mail: InboundMail, *, by: User) -> InboundMail:
    """Have an ignored or failed mail worked on again by the same rules. Refused for any other."""
    stored = _begun_again(mail, by=by, forced=False)
    ask_for_work(stored)
    return stored


def turn_into_case(mail: InboundMail, *, by: User) -> InboundMail:
    """Take an ignored or failed mail whatever the rules say: on the case that it answers, else as a new one.

    Refused for a mail that was taken, and for one whose original is no longer kept. A sender who is a
    machine gets no acknowledgement.
    """
    stored = _begun_again(mail, by=by, forced=True)
    take(stored.pk)
    stored.refresh_from_db()
    if stored.state == MailState.FAILED:
        raise DomainError("mail_failed", stored.detail or _("The mail could not be worked on."))
    return stored


@transaction.atomic
def _begun_again(mail: InboundMail, *, by: User, forced: bool) -> InboundMail:
    rows = InboundMail.objects.select_for_update(of=("self",), no_key=True)
    stored: InboundMail = rows.get(pk=mail.pk)
    if stored.state not in _SETTLED:
        raise Conflict("mail_taken", _("This mail was taken already, or is waiting to be."))
    if not stored.raw:
        raise Conflict("mail_emptied", _("The original of this mail is no longer kept."))
    before = stored.state
    stored.state, stored.reason, stored.detail, stored.settled_at = MailState.RECEIVED, "", "", None
    stored.retries += 1
    stored.data = {"forced_by": by.pk} if forced else {}
    stored.save(update_fields=["state", "reason", "detail", "settled_at", "retries", "data"])
    record(
        AuditAction.CHANGED,
        by=by,
        subject=stored,
        changes={"state": (before, MailState.RECEIVED.value)},
        note=_("Turned into a case") if forced else _("Worked on again"),
    )
    return stored
