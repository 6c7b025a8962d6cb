"""Mails beyond the limit of their sender: who is told of them, and that nothing is to become of them."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.choices.mail import MailReason
from complaints.domain.telling import lead_of_case
from complaints.domain.whom import whom_to_tell
from complaints.models import Complaint, InboundMail
from core.access import can
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.notifications import notify
from core.errors import Conflict
from core.models import User


def tell_of_held(mail: InboundMail, case: Complaint | None, *, at: datetime) -> None:
    """Tell the lead of the case, else of the mailbox's queue, or who stands in; once a sender and hour.

    Told are people who may decide on such mails. `case` is the sender's last one: whoever sees it sees them.
    """
    team = mail.mailbox.queue.team
    lead = team.lead if team is not None else None
    if case is not None and case.team is not None:
        team, lead = case.team, lead_of_case(case)
    whom = whom_to_tell(team, [lead], at=at, fits=lambda person: can(person, "change", InboundMail))
    sender = hashlib.sha256(mail.sender.encode()).hexdigest()[:16]
    notify(
        whom.people,
        kind="mails_held",
        title=gettext_lazy("More e-mails of one sender than the rules allow: %(mailbox)s"),
        params={"mailbox": mail.mailbox.name},
        url=f"{reverse('complaints:inboundmail-list')}?reason={MailReason.THROTTLED.value}",
        subject=mail,
        dedupe=f"mails-held-{sender}-{mail.received_at:%Y%m%d%H}",
    )


@transaction.atomic
def leave_out(mail: InboundMail, *, by: User) -> int:
    """Decide that nothing becomes of what the sender wrote beyond the limit; return of how many mails.

    All that wait and that `by` may decide on. They stay listed, and their originals are emptied in time like
    those of other mails. Refused for a mail that does not wait for a decision.
    """
    held = InboundMail.objects.held()
    if not held.filter(pk=mail.pk).update(reason=MailReason.LEFT_OUT):
        raise Conflict("not_held", _("This mail does not wait for a decision."))
    change = {"reason": (MailReason.THROTTLED.value, MailReason.LEFT_OUT.value)}
    record(AuditAction.CHANGED, by=by, subject=mail, changes=change)
    others = InboundMail.objects.visible_to(by, "change").held().filter(sender=mail.sender)
    done = 1
    for other in others.defer("raw").order_by("pk"):
        if held.filter(pk=other.pk).update(reason=MailReason.LEFT_OUT):
            record(AuditAction.CHANGED, by=by, subject=other, changes=change)
            done += 1
    return done
