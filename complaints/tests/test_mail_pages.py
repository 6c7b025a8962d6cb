"""E-mail on pages and over the API: what is shown, to whom, and what clicks do."""

from __future__ import annotations

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from complaints.choices.mail import DeliveryState, MailReason, MailState
from complaints.domain.mail.letters import answer_by_mail
from complaints.domain.moves import answer
from complaints.models import CaseLetter, Complaint, InboundMail, Mailbox, MailPolicy
from complaints.tests.factories import ComplaintFactory, QueueFactory
from complaints.tests.mails import letter, mailbox, taken
from core.domain.attachments import add_attachment
from core.models import AuditEntry
from core.tests.factories import TeamFactory
from core.tests.files import picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(user_in):
    return user_in("manager")


@pytest.fixture
def box(team):
    return mailbox(queue=QueueFactory(team=team))


@pytest.fixture
def case(box, agent):
    return ComplaintFactory(owner=agent, team=agent.team, contact_email="zhang@customer.example")


def at(name, *args):
    return reverse(f"complaints:{name}", args=args)


def shown(client, name, *args):
    response = client.get(at(name, *args))
    assert response.status_code == 200
    return response.content.decode()


# ---- beyond the limit of a sender ----------------------------------------------------------------------
def test_held_mails_are_shown_and_left_out_on_the_page_and_over_the_api(box, manager, agent, client_of):
    MailPolicy.objects.update_or_create(pk=1, defaults={"most_an_hour": 1})
    _first, second, third = (taken(box, letter(f"Mail {number}")) for number in range(3))
    client = client_of(manager)
    assert "2 mails beyond the limit of their senders wait" in shown(client, "inboundmail-list")
    assert at("inboundmail-leave-out", second.pk) in shown(client, "inboundmail-detail", second.pk)
    assert "Waiting: 2." in shown(client, "inboundmail-leave-out", second.pk)
    assert client_of(agent).post(at("inboundmail-leave-out", second.pk)).status_code == 403
    assert client.post(at("inboundmail-leave-out", second.pk)).status_code == 302
    third.refresh_from_db()
    assert third.reason == MailReason.LEFT_OUT
    assert at("inboundmail-leave-out", second.pk) not in shown(client, "inboundmail-detail", second.pk)
    fourth = taken(box, letter("Mail 4"))
    path = f"/api/v1/received-mails/{fourth.pk}/leave-out/"
    assert [client.post(path).status_code for _turn in range(2)] == [200, 409]


# ---- received mail ----------------------------------------------------------------------------------
def test_everything_that_came_is_listed_with_its_state_and_can_be_filtered(box, manager, client_of):
    taken(box, letter(subject="Broken projector"))
    taken(box, letter(subject="Weekly news", Precedence="junk"))
    client = client_of(manager)
    page = shown(client, "inboundmail-list")
    assert ("Broken projector" in page, "Weekly news" in page, "zhang@customer.example" in page) == (
        True, True, True,
    )  # fmt: skip
    ignored = client.get(at("inboundmail-list"), {"state": "ignored"}).content.decode()
    assert ("Broken projector" in ignored, "Weekly news" in ignored) == (False, True)


def test_the_list_asks_as_often_for_three_rows_as_for_one(box, manager, client_of):
    client = client_of(manager)
    counts = []
    for _turn in range(3):
        taken(box, letter())
        client.get(at("inboundmail-list"))
        with CaptureQueriesContext(connection) as asked:
            client.get(at("inboundmail-list"))
        counts.append(len(asked))
    assert counts[0] == counts[2]


def test_mails_of_another_team_are_nowhere(user_in, box, manager, client_of):
    theirs = mailbox(queue=QueueFactory(team=TeamFactory()))
    mail = taken(theirs, letter(subject="Secret matter", Precedence="junk"))
    mine = taken(box, letter(subject="Our matter", Precedence="junk"))
    client = client_of(manager)
    page = shown(client, "inboundmail-list")
    assert ("Secret matter" in page, "Our matter" in page) == (False, True)
    assert client.get(at("inboundmail-detail", mail.pk)).status_code == 404
    assert client.post(at("inboundmail-take", mail.pk)).status_code == 404
    assert client.get(at("inboundmail-detail", mine.pk)).status_code == 200


def test_script_in_a_mail_is_shown_as_words(box, manager, client_of):
    message = letter("x", subject="<script>alert(1)</script>", sender='"<img src=x>" <a@b.cn>')
    message.clear_content()
    message.set_content("<p>&lt;script&gt;alert(2)&lt;/script&gt;</p>", subtype="html")
    mail = taken(box, message)
    client = client_of(manager)
    for page in (shown(client, "inboundmail-list"), shown(client, "inboundmail-detail", mail.pk)):
        assert ("<script>alert" in page, "<img src=x" in page) == (False, False)


def test_a_failed_mail_is_tried_again_and_an_ignored_one_turned_into_a_case(box, manager, client_of):
    mail = taken(box, letter(Precedence="junk"))
    client = client_of(manager)
    assert client.get(at("inboundmail-take", mail.pk)).status_code == 200
    done = client.post(at("inboundmail-take", mail.pk))
    mail.refresh_from_db()
    assert (mail.state, done.url) == (MailState.TAKEN, mail.complaint.get_absolute_url())
    assert client.post(at("inboundmail-take", mail.pk)).status_code == 409
    other = taken(box, letter(Precedence="junk"))
    client.post(at("inboundmail-retry", other.pk))
    other.refresh_from_db()
    assert (other.state, other.retries) == (MailState.RECEIVED, 1)


def test_agents_read_and_settle_nothing(box, agent, client_of):
    mail = taken(box, letter(Precedence="junk"))
    client = client_of(agent)
    page = shown(client, "inboundmail-detail", mail.pk)
    assert at("inboundmail-take", mail.pk) not in page
    assert client.post(at("inboundmail-take", mail.pk)).status_code == 403
    assert client.get(at("inboundmail-source", mail.pk)).status_code == 403


def test_the_original_is_a_file_that_no_browser_opens(box, manager, client_of):
    mail = taken(box, letter())
    response = client_of(manager).get(at("inboundmail-source", mail.pk))
    assert (response.content, response["Content-Type"]) == (bytes(mail.raw), "application/octet-stream")
    assert response["Content-Disposition"].startswith("attachment")
    assert AuditEntry.objects.about(mail).filter(action="exported").count() == 1


# ---- answers ----------------------------------------------------------------------------------------
def test_an_answer_is_recorded_only_or_sent_as_the_box_says(case, agent, client_of):
    client = client_of(agent)
    data = {"kind": "outbound", "body": "Done", "channel": "phone"}
    client.post(at("entry-create", case.pk), data)
    assert (case.entries.count(), CaseLetter.objects.count()) == (1, 0)
    client.post(at("entry-create", case.pk), {**data, "send_by_mail": "1"})
    ours = CaseLetter.objects.get()
    assert (ours.to, ours.state, ours.entry.channel) == (
        "zhang@customer.example",
        DeliveryState.QUEUED,
        "email",
    )


def test_an_answer_is_written_with_files_and_twice_sent_once(case, agent, client_of):
    file = add_attachment(case, io.BytesIO(picture("PNG")), name="room.png", by=agent)
    client = client_of(agent)
    assert "room.png" in shown(client, "casemail-create", case.pk)
    data = {"body": "See the picture", "attachments": [file.pk], "once": "token"}
    for _turn in range(2):
        assert client.post(at("casemail-create", case.pk), data).status_code == 302
    assert [list(ours.files.all()) for ours in CaseLetter.objects.all()] == [[file]]


def test_an_answer_of_the_log_is_sent_afterwards(case, agent, client_of):
    entry = answer(case, "Done", by=agent)
    client = client_of(agent)
    assert at("entry-mail", case.pk, entry.pk) in shown(client, "complaint-detail", case.pk)
    client.post(at("entry-mail", case.pk, entry.pk), {})
    assert CaseLetter.objects.get().entry == entry
    assert client.get(at("entry-mail", case.pk, 10**9)).status_code == 404


def test_the_log_says_whether_a_mail_left_and_sends_it_again(case, agent, client_of):
    ours = answer_by_mail(case, "Done", by=agent).letter
    client = client_of(agent)
    assert "Queued" in shown(client, "complaint-detail", case.pk)
    CaseLetter.objects.update(state=DeliveryState.FAILED, error="550 no such user")
    page = shown(client, "complaint-detail", case.pk)
    assert ("550 no such user" in page, at("casemail-retry", case.pk, ours.pk) in page) == (True, True)
    client.post(at("casemail-retry", case.pk, ours.pk))
    ours.refresh_from_db()
    assert (ours.state, ours.rounds) == (DeliveryState.QUEUED, 2)


def test_without_a_mailbox_or_an_address_sending_is_not_offered(case, agent, client_of):
    client = client_of(agent)
    assert at("casemail-create", case.pk) in shown(client, "complaint-detail", case.pk)
    Mailbox.objects.update(is_active=False)
    assert at("casemail-create", case.pk) not in shown(client, "complaint-detail", case.pk)
    refused = client.post(at("casemail-create", case.pk), {"body": "Done"})
    assert (refused.status_code, case.entries.count()) == (422, 0)


def test_quoted_history_is_folded_away_and_kept(box, case, agent, client_of):
    ours = answer_by_mail(case, "Friday?", by=agent).letter
    taken(box, letter("Yes\n\nWe wrote:\n\nOn Sun, you wrote:\n> Friday?", References=ours.message_id))
    page = shown(client_of(agent), "complaint-detail", case.pk)
    assert ("<details" in page, "&gt; Friday?" in page) == (True, True)


# ---- mailboxes --------------------------------------------------------------------------------------
def test_mailboxes_are_made_and_changed_by_administrators_and_never_show_the_password(
    user_in, manager, client_of
):
    client = client_of(user_in("administrator"))
    data = {
        "name": "Service", "address": "s@perennial.example", "kind": "complaint", "queue": QueueFactory().pk,
        "is_active": "on", "host": "imap.example", "port": 993, "security": "tls", "username": "s",
        "folder": "INBOX", "password": "geheim",
    }  # fmt: skip
    assert client.post(at("mailbox-create"), data).status_code == 302
    box = Mailbox.objects.get()
    page = shown(client, "mailbox-update", box.pk)
    assert ("geheim" in page, box.password_sealed in page, "One is kept" in page) == (False, False, True)
    change = {**data, "name": "Help", "password": "", "version": box.version}
    assert client.post(at("mailbox-update", box.pk), change).status_code == 302
    box.refresh_from_db()
    assert (box.name, box.has_password) == ("Help", True)
    assert client.post(at("mailbox-update", box.pk), change).status_code == 409
    other = client_of(manager)
    assert "Help" in shown(other, "mailbox-list")
    assert other.get(at("mailbox-update", box.pk)).status_code == 403


def test_a_connection_that_fails_is_told_in_words(user_in, client_of):
    box = mailbox(host="127.0.0.1", port=1, security="none", username="s")
    client = client_of(user_in("administrator"))
    page = client.post(at("mailbox-test", box.pk), follow=True).content.decode()
    assert "No password is kept for this mailbox." in page


# ---- the API ----------------------------------------------------------------------------------------
@pytest.fixture
def system(user_in, client_of):
    return client_of(user_in("integration"))


def send(client, url, data=None):
    return client.post(url, data or {}, content_type="application/json")


def test_received_mails_are_read_and_settled_over_the_api(box, system):
    mail = taken(box, letter(Precedence="junk"))
    row = system.get("/api/v1/received-mails/?state=ignored").json()["results"][0]
    assert (row["id"], row["reason"], row["complaint"], "raw" in row) == (mail.pk, "automatic", None, False)
    done = send(system, f"/api/v1/received-mails/{mail.pk}/turn-into-case/")
    assert (done.status_code, done.json()["state"]) == (200, "taken")
    assert send(system, f"/api/v1/received-mails/{mail.pk}/retry/").status_code == 409


def test_mailboxes_over_the_api_have_no_secret(user_in, client_of):
    client = client_of(user_in("administrator"))
    data = {"name": "S", "address": "s@perennial.example", "kind": "complaint", "queue": QueueFactory().pk,
            "password": "geheim"}  # fmt: skip
    made = send(client, "/api/v1/mailboxes/", data)
    assert (made.status_code, made.json()["has_password"], "geheim" in made.content.decode()) == (
        201, True, False,
    )  # fmt: skip
    assert send(client, "/api/v1/mailboxes/", data).status_code == 409
    url = f"/api/v1/mailboxes/{made.json()['id']}/"
    changed = client.patch(url, {"is_active": False}, content_type="application/json")
    assert (changed.status_code, changed.json()["has_password"]) == (200, True)
    assert client.delete(url).status_code == 403


def test_an_answer_over_the_api_is_sent_where_it_says_so(box, case, system):
    url = f"/api/v1/complaints/{case.pk}/answer/"
    assert send(system, url, {"body": "Only kept"}).status_code == 200
    assert CaseLetter.objects.count() == 0
    assert send(system, url, {"body": "Sent", "send_by_mail": True}).status_code == 200
    ours = CaseLetter.objects.get()
    assert ours.entry.body == "Sent"
    rows = system.get(f"/api/v1/complaint-letters/?complaint={case.pk}").json()["results"]
    assert [(row["id"], row["state"]) for row in rows] == [(ours.pk, "queued")]
    assert send(system, f"/api/v1/complaint-letters/{ours.pk}/send-again/").status_code == 409


def test_a_case_of_the_api_is_acknowledged_and_one_by_phone_is_not(box, system):
    for intake in ("api", "phone"):
        data = {"title": "x", "contact_email": "a@b.cn", "intake": intake}
        assert send(system, "/api/v1/complaints/", data).status_code == 201
    assert [ours.complaint.intake for ours in CaseLetter.objects.all()] == ["api"]
    assert (Complaint.objects.count(), InboundMail.objects.count()) == (2, 0)
