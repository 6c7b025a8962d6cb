"""Angry texts are found whenever they were written down: entered late, by a late mail, after an outage."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from complaints.choices.cases import Intake
from complaints.domain.bringing_in import bring_in_past
from complaints.domain.moves import hear
from complaints.domain.texts import look_at_texts
from complaints.models import Alert, Complaint, Entry, TextMark
from complaints.tests.factories import ComplaintFactory, registered

pytestmark = pytest.mark.django_db
ANGRY = "骗子公司，我要找律师起诉"
HOUR = timedelta(hours=1)


@pytest.fixture
def at() -> datetime:
    """When the watch has looked for the first time."""
    moment = timezone.now()
    look_at_texts(moment)
    return moment


def warned(at: datetime) -> list[Complaint]:
    look_at_texts(at)
    return [alert.complaint for alert in Alert.objects.order_by("pk")]


def said(case: Complaint, text: str, at: datetime) -> Entry:
    return hear(case, text, by=None, author="Li", channel=Intake.PHONE, at=at)


def test_a_complaint_received_earlier_and_entered_now_warns(at):
    case = registered(received_at=at - timedelta(days=3), description=ANGRY)
    assert warned(at + HOUR) == [case]


def test_a_message_that_is_entered_late_warns(at):
    case = registered(received_at=at - timedelta(days=9))
    said(case, ANGRY, at - timedelta(days=3))
    assert warned(at + HOUR) == [case]


def test_what_came_while_no_worker_ran_warns(at):
    case = registered(description=ANGRY)
    later = registered()
    said(later, ANGRY, at + timedelta(days=1))
    Complaint.objects.update(received_at=at)
    assert warned(at + timedelta(days=4)) == [case, later]


def test_many_looks_read_each_line_and_warn_once(at):
    for turn in range(1, 6):
        case = registered(received_at=at - timedelta(days=3), description=ANGRY)
        assert warned(at + turn * HOUR)[turn - 1 :] == [case]
    mark = TextMark.objects.get()
    assert mark.entry <= mark.next_entry == Entry.objects.latest("pk").pk


def test_a_line_that_appears_after_a_later_one_is_read_within_the_hour(at):
    late = ComplaintFactory(received_at=at - timedelta(days=3))
    pk = said(late, "So be it", at).pk
    hidden = Entry.objects.get(pk=pk)
    hidden.delete()
    registered(received_at=at - timedelta(days=3))
    assert warned(at + HOUR) == []
    hidden.body, hidden.pk = ANGRY, pk
    hidden.save(force_insert=True)
    assert warned(at + HOUR + timedelta(minutes=30)) == [late]


def test_what_was_brought_in_ended_warns_only_of_what_is_said_afterwards(at, user_in):
    agent, day = user_in("agent"), at - timedelta(hours=3)
    values = {
        "kind": "complaint",
        "title": "Late",
        "description": ANGRY,
        "state": "closed",
        "received_at": day,
        "ended_at": day + HOUR,
        "source_system": "old",
        "external_id": "7",
    }
    case = bring_in_past([values], by=agent, at=at, note="")[0]
    assert warned(at + HOUR) == []
    Entry.objects.create(complaint=case, kind="inbound", body=ANGRY, at=at + HOUR)
    assert warned(at + 2 * HOUR) == [case]


def test_the_first_look_reads_the_last_day_and_no_older_lines():
    now = timezone.now()
    old = registered(received_at=now - timedelta(days=3), description=ANGRY)
    new = registered(description=ANGRY)
    assert (warned(now), old.pk < new.pk) == ([new], True)
