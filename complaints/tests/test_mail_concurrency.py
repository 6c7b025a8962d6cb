"""The same mail, the same mailbox, the same letter, at the same moment, on PostgreSQL."""

from __future__ import annotations

from collections import Counter

import pytest

from complaints.domain.mail.letters import send
from complaints.domain.mail.polling import poll
from complaints.domain.mail.receiving import receive
from complaints.domain.mail.taking import take
from complaints.domain.seeding import begin
from complaints.models import CaseLetter, Complaint, Entry, InboundMail, Mailbox
from complaints.tests.imap_server import imap_server
from complaints.tests.mails import letter, mailbox
from core.sealing import seal
from core.tests.crowds import crowd
from core.tests.mailboxes import mail_server

CROWD = 6

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def seeded(db):
    begin()


def test_a_mail_that_is_delivered_many_times_at_once_is_one_entry():
    box, raw = mailbox(), letter().as_bytes()
    keys = crowd(lambda number: receive(box, raw).pk, CROWD)
    crowd(lambda number: take(keys[0]), CROWD)
    mail = InboundMail.objects.get()
    assert (set(keys), mail.copies, mail.state) == ({mail.pk}, CROWD, "taken")
    assert (Complaint.objects.count(), Entry.objects.filter(kind="inbound").count()) == (1, 1)


def test_a_mail_that_comes_through_several_mailboxes_at_once_is_one_case():
    raw = letter().as_bytes()
    keys = [receive(mailbox(), raw).pk for _turn in range(CROWD)]
    crowd(lambda number: take(keys[number]), CROWD)
    states = Counter(InboundMail.objects.values_list("state", "reason"))
    assert states == {("taken", "new_case"): 1, ("ignored", "duplicate"): CROWD - 1}
    assert Complaint.objects.count() == 1


def test_many_pollers_fetch_each_mail_once():
    with imap_server() as folder:
        box = mailbox(host="127.0.0.1", port=folder.port, security="none", username="service")
        Mailbox.objects.update(password_sealed=seal("secret", purpose="mailbox"))
        for number in range(20):
            folder.put(letter(f"Mail {number}").as_bytes())
        crowd(lambda number: poll(Mailbox.objects.get(pk=box.pk)), CROWD)
        poll(Mailbox.objects.get(pk=box.pk))
        assert Counter(InboundMail.objects.values_list("copies", flat=True)) == {1: 20}
        assert len(folder.seen()) == 20


def test_many_senders_send_a_letter_once(settings):
    with mail_server(settings) as server:
        take(receive(mailbox(), letter().as_bytes()).pk)
        ours = CaseLetter.objects.get()
        crowd(lambda number: send(ours.pk), CROWD)
        assert [message["Message-ID"] for message in server.letters] == [ours.message_id]
    ours.refresh_from_db()
    assert (ours.state, ours.attempts) == ("sent", 1)
