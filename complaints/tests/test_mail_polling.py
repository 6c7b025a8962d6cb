"""Fetching: each mail once, whatever is killed; one poller a mailbox; secrets that stay secret."""

from __future__ import annotations

import io
import os
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from complaints.domain.mail import polling
from complaints.domain.mail.imap import _quoted
from complaints.domain.mail.mailboxes import password_of, save_mailbox
from complaints.domain.mail.polling import poll, poll_all, try_connection
from complaints.models import InboundMail, Mailbox
from complaints.readiness import check_mail
from complaints.tests.factories import QueueFactory
from complaints.tests.imap_server import imap_server
from complaints.tests.mails import letter, mailbox
from core.errors import Conflict, DomainError
from core.models import AuditEntry
from core.readiness import Condition

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(user_in):
    return user_in("administrator")


@pytest.fixture
def server():
    with imap_server() as folder:
        yield folder


@pytest.fixture
def box(server, admin):
    data = {
        "name": "Service", "address": "Service@Perennial.example", "kind": "complaint",
        "queue": QueueFactory(), "host": "127.0.0.1", "port": server.port, "security": "none",
        "username": "service",
    }  # fmt: skip
    return save_mailbox(data, by=admin, password="secret")


def put(server, *bodies):
    return [server.put(letter(body).as_bytes()) for body in bodies]


def test_unread_mail_is_fetched_once_and_marked(server, box):
    put(server, "one", "two")
    assert (poll(box), poll(box)) == (2, 0)
    assert (InboundMail.objects.count(), server.seen()) == (2, [1, 2])
    box.refresh_from_db()
    assert (box.uid_validity, box.last_uid, box.error) == (7, 2, "")
    assert box.polled_well_at is not None


def test_what_somebody_read_before_the_first_look_stays_where_it_is(server, box):
    put(server, "old", "new")
    server.mails[1] = (server.mails[1][0], True)
    assert poll(box) == 1
    put(server, "later")
    assert (poll(box), InboundMail.objects.count()) == (1, 2)


def test_what_a_person_reads_in_between_is_fetched_all_the_same(server, box):
    poll(box)
    put(server, "one")
    server.mails[1] = (server.mails[1][0], True)
    assert poll(box) == 1


def test_a_poll_that_is_killed_after_storing_doubles_nothing(server, box, monkeypatch):
    put(server, "one", "two")

    def die(self, uid):
        raise SystemExit

    monkeypatch.setattr(polling.Folder, "mark_seen", die)
    with pytest.raises(SystemExit):
        poll(box)
    monkeypatch.undo()
    assert InboundMail.objects.count() == 1
    assert poll(box, at=timezone.now() + timedelta(minutes=6)) == 2
    assert (InboundMail.objects.count(), server.seen()) == (2, [1, 2])


def test_a_poll_that_is_killed_before_storing_loses_nothing(server, box, monkeypatch):
    poll(box)
    put(server, "one")

    def die(*args, **kwargs):
        raise SystemExit

    monkeypatch.setattr(polling, "receive", die)
    with pytest.raises(SystemExit):
        poll(box)
    monkeypatch.undo()
    assert (InboundMail.objects.count(), server.seen()) == (0, [])
    assert poll(box, at=timezone.now() + timedelta(minutes=6)) == 1


def test_a_folder_made_anew_is_read_again_without_doubles(server, box):
    put(server, "one")
    poll(box)
    server.uid_validity, server.mails[1] = 8, (server.mails[1][0], False)
    put(server, "two")
    poll(box)
    assert InboundMail.objects.count() == 2


def test_a_folder_that_may_only_be_read_is_fetched_once(server, box):
    server.read_only = True
    put(server, "one")
    assert (poll(box), poll(box), InboundMail.objects.count()) == (1, 0, 1)


def test_one_poller_at_a_time_and_a_dead_one_is_replaced(server, box):
    put(server, "one")
    Mailbox.objects.update(lease_token="x", lease_until=timezone.now() + timedelta(minutes=1))
    assert (poll(box), server.logins) == (0, 0)
    Mailbox.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert poll(box) == 1


def test_a_poller_whose_lease_ran_out_stores_nothing_more(server, box, monkeypatch):
    put(server, "one")
    original = polling.Folder.size

    def slow(self, uid):
        Mailbox.objects.update(lease_token="another")
        return original(self, uid)

    monkeypatch.setattr(polling.Folder, "size", slow)
    assert (poll(box), InboundMail.objects.count()) == (0, 0)


def test_a_mail_beyond_the_bound_is_read_to_the_bound(server, box, settings):
    settings.INBOUND_MAIL_MAX_BYTES = 2_000
    put(server, "x" * 5_000)
    poll(box)
    mail = InboundMail.objects.get()
    assert (len(bytes(mail.raw)), mail.is_cut, mail.size) == (2_000, True, len(server.mails[1][0]))


def test_what_the_server_says_stands_on_the_mailbox(server, box, admin):
    save_mailbox({"username": "other"}, by=admin, mailbox=box, password="wrong")
    box.refresh_from_db()
    assert poll(box) is None
    box.refresh_from_db()
    assert ("AUTHENTICATIONFAILED" in box.error, box.lease_until) == (True, None)
    assert "wrong" not in box.error.replace("[AUTHENTICATIONFAILED] wrong", "")
    Mailbox.objects.update(polled_well_at=timezone.now() - timedelta(hours=1))
    assert check_mail(timezone.now()).condition == Condition.WARNING


def test_mailboxes_that_are_off_or_piped_are_not_fetched(server, box, admin):
    mailbox()
    save_mailbox({"is_active": False}, by=admin, mailbox=box)
    assert (poll_all(), server.logins) == ({"mails": 0, "failed": 0}, 0)


def test_one_broken_mailbox_does_not_keep_the_others(server, box, admin):
    put(server, "one")
    broken = {"name": "Broken", "address": "b@perennial.example", "kind": "complaint", "queue": box.queue,
              "host": "127.0.0.1", "port": 1, "security": "none", "username": "x"}  # fmt: skip
    save_mailbox(broken, by=admin, password="x")
    assert poll_all() == {"mails": 1, "failed": 1}


def test_the_connection_is_tried(server, box, admin):
    put(server, "one")
    assert (try_connection(box, by=admin), InboundMail.objects.count(), server.seen()) == (1, 0, [])
    box.folder = "Nowhere"
    with pytest.raises(DomainError) as refusal:
        try_connection(box, by=admin)
    assert (refusal.value.code, "no such folder" in refusal.value.message) == ("mailbox_refused", True)


def test_the_server_is_told_who_asks(server, box):
    poll(box)
    assert any(command.startswith("ID (") for command in server.commands)


@pytest.mark.parametrize(
    ("name", "written"), [("INBOX", '"INBOX"'), ("投诉", '"&YpWLyQ-"'), ("A&B", '"A&-B"'), ('a"b', '"a\\"b"')]
)
def test_names_of_folders_are_written_as_the_protocol_wants(name, written):
    assert _quoted(name) == written


# ---- secrets ----------------------------------------------------------------------------------------
def test_the_password_is_sealed_and_in_no_line_of_the_audit(box, admin):
    save_mailbox({"name": "Other"}, by=admin, mailbox=box, password="newsecret")
    box.refresh_from_db()
    assert (password_of(box), box.address) == ("newsecret", "service@perennial.example")
    lines = str(list(AuditEntry.objects.about(box).values_list("changes", "note")))
    assert ("newsecret" in box.password_sealed, "newsecret" in lines, "password" in lines) == (
        False, False, True,
    )  # fmt: skip


def test_another_server_does_not_get_the_password_of_the_old_one(box, admin):
    save_mailbox({"host": "evil.example"}, by=admin, mailbox=box)
    box.refresh_from_db()
    with pytest.raises(DomainError) as refusal:
        password_of(box)
    assert refusal.value.code == "no_password"


def test_a_password_may_stand_in_the_environment_under_a_name_of_mailboxes_only(box, admin, monkeypatch):
    monkeypatch.setenv("MAILBOX_TEST", "from outside")
    save_mailbox({"password_env": "MAILBOX_TEST"}, by=admin, mailbox=box)
    box.refresh_from_db()
    assert (password_of(box), box.password_sealed) == ("from outside", "")
    with pytest.raises(DomainError) as refusal:
        save_mailbox({"password_env": "SECRET_KEY"}, by=admin, mailbox=box)
    assert list(refusal.value.fields) == ["password_env"]


def test_an_address_is_one_mailbox(box, admin):
    data = {"name": "Two", "address": "SERVICE@perennial.example", "kind": "complaint", "queue": box.queue}
    with pytest.raises(Conflict) as refusal:
        save_mailbox(data, by=admin)
    assert refusal.value.code == "address_taken"


def test_a_queue_of_the_other_kind_is_refused(box, admin):
    with pytest.raises(DomainError) as refusal:
        save_mailbox({"kind": "request"}, by=admin, mailbox=box)
    assert refusal.value.code == "bad_queue"


# ---- the pipe ---------------------------------------------------------------------------------------
class Pipe:
    def __init__(self, raw: bytes) -> None:
        self.buffer = io.BytesIO(raw)


def piped(raw, address, monkeypatch):
    monkeypatch.setattr("sys.stdin", Pipe(raw))
    out = io.StringIO()
    try:
        call_command("receive_mail", address, stdout=out, stderr=out)
    except SystemExit as leaving:
        return leaving.code
    return 0


def test_a_piped_mail_is_stored(monkeypatch):
    box = mailbox()
    assert piped(letter("Hi").as_bytes(), box.address.upper(), monkeypatch) == 0
    assert InboundMail.objects.get().mailbox == box


def test_mistakes_of_the_set_up_and_trouble_ask_for_another_try(monkeypatch):
    assert piped(letter().as_bytes(), "nobody@perennial.example", monkeypatch) == os.EX_TEMPFAIL
    box = mailbox()
    monkeypatch.setattr("complaints.management.commands.receive_mail.receive", lambda *a, **k: 1 // 0)
    assert piped(letter().as_bytes(), box.address, monkeypatch) == os.EX_TEMPFAIL
    assert piped(b"  \n", box.address, monkeypatch) == os.EX_DATAERR
