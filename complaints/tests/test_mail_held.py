"""Mails beyond the limit of their sender: told, kept whole, and there until somebody decides on them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from complaints.choices.mail import MailReason, MailState
from complaints.domain.mail.held import leave_out
from complaints.domain.mail.receiving import forget_originals
from complaints.domain.mail.settling import turn_into_case
from complaints.models import InboundMail, MailPolicy
from complaints.readiness import check_mail
from complaints.tests.factories import QueueFactory
from complaints.tests.mails import letter, mailbox, taken
from core.errors import Conflict
from core.models import AuditEntry, Notification
from core.readiness import Condition

pytestmark = pytest.mark.django_db


def held_mails(box, count: int = 2, **values) -> list[InboundMail]:
    """Mails of one sender beyond a limit of one an hour."""
    MailPolicy.objects.update_or_create(pk=1, defaults={"most_an_hour": 1})
    return [taken(box, letter(f"Mail {number}"), **values) for number in range(count + 1)][1:]


def test_the_lead_is_told_of_held_mails_once_for_each_sender_and_hour(user_in):
    lead = user_in("manager")
    lead.team.lead = lead
    lead.team.save()
    box, at = mailbox(queue=QueueFactory(team=lead.team)), timezone.now().replace(minute=5)
    held_mails(box, 3, at=at)
    told = Notification.objects.filter(user=lead, kind="mails_held")
    assert told.get().url == "/complaints/mail/?reason=throttled"
    held_mails(box, 2, at=at + timedelta(hours=1))
    taken(box, letter(sender="Li <li@customer.example>"), at=at)
    assert told.count() == 2
    taken(box, letter(sender="Li <li@customer.example>"), at=at)
    assert told.count() == 3


def test_held_mails_are_told_to_somebody_who_may_decide(box, user_in):
    agent, chief = user_in("agent"), user_in("administrator")
    box.queue.team.lead = agent
    box.queue.team.save()
    held_mails(box)
    people = list(Notification.objects.filter(kind="mails_held").values_list("user", flat=True))
    assert people == [chief.pk]


def test_held_mails_warn_and_keep_their_originals_until_somebody_decides(box, user_in):
    manager = user_in("manager", team=box.queue.team)
    wanted, rest, last = held_mails(box, 3, at=timezone.now() - timedelta(days=400))
    finding = check_mail(timezone.now())
    assert (finding.condition, finding.figures["held"]) == (Condition.WARNING, 3)
    assert forget_originals(timezone.now()) == 1  # the one that became a case
    assert turn_into_case(wanted, by=manager).state == MailState.TAKEN
    assert leave_out(rest, by=manager) == 2
    assert check_mail(timezone.now()).figures["held"] == 0
    assert [AuditEntry.objects.about(row).count() for row in (rest, last)] == [1, 1]
    assert forget_originals(timezone.now()) == 3


def test_mails_are_left_out_once_within_reach_and_not_those_of_others(box, user_in):
    rest, other = held_mails(box)[0], mailbox()
    far = taken(other, letter("To another team"))
    InboundMail.objects.filter(pk=far.pk).update(complaint=None)
    with pytest.raises(Conflict) as refusal:
        leave_out(InboundMail.objects.exclude(reason=MailReason.THROTTLED)[0], by=user_in("manager"))
    assert refusal.value.code == "not_held"
    manager = user_in("manager", team=box.queue.team)
    assert leave_out(rest, by=manager) == InboundMail.objects.filter(reason=MailReason.LEFT_OUT).count()
    with pytest.raises(Conflict):
        leave_out(rest, by=manager)
    far.refresh_from_db()
    assert far.reason == MailReason.THROTTLED


def test_the_database_keeps_the_original_of_a_held_mail(box):
    row = held_mails(box)[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        InboundMail.objects.filter(pk=row.pk).update(raw=b"")
