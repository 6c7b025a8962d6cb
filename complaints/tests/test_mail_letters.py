"""Mails to customers: one for each answer, sent once, its state beside the entry."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core import mail as outbox
from django.test import Client
from django.utils import timezone

from complaints.choices.cases import ClockKind
from complaints.choices.mail import DeliveryState, LetterKind
from complaints.domain.acknowledgements import acknowledge_receipt
from complaints.domain.mail.letters import answer_by_mail, mail_entry, send, send_again, send_overlooked
from complaints.domain.moves import answer, close, hear, solve
from complaints.models import CaseLetter, Complaint, MailPolicy
from complaints.tests.factories import ComplaintFactory, policy, registered
from complaints.tests.mails import letter, mailbox, taken
from complaints.tests.public import opened, sent, token
from core.domain.attachments import add_attachment
from core.errors import Conflict, DomainError
from core.models import Job, Notification, User
from core.tests.files import picture
from core.tests.mailboxes import mail_server, use_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(box, agent):
    return ComplaintFactory(
        owner=agent, team=agent.team, contact_email="zhang@customer.example", title="Projector", language="en"
    )


def test_an_answer_leaves_from_the_mailbox_with_the_number_and_the_chain(box, case, agent, settings):
    taken(box, letter("Any news?", subject=case.number, message_id="<asked@customer.example>"))
    with mail_server(settings) as server:
        entry = answer_by_mail(case, "Repaired <today>.\nSorry.", by=agent)
        assert send(entry.letter.pk) == DeliveryState.SENT
    message = server.letters[0]
    assert message["Subject"] == f"Re: Projector [{case.number}]"
    assert (box.address in message["From"], message["Reply-To"]) == (True, box.address)
    assert (message["In-Reply-To"], message["References"]) == (("<asked@customer.example>",) * 2)
    assert message["Auto-Submitted"] is None
    plain, html = message.get_body(("plain",)).get_content(), message.get_body(("html",)).get_content()
    assert ("Repaired <today>." in plain, "Repaired &lt;today&gt;." in html) == (True, True)
    entry.letter.refresh_from_db()
    assert (entry.letter.state, entry.letter.message_id) == (DeliveryState.SENT, message["Message-ID"])


def test_a_letter_is_in_the_language_of_the_customer(box, case, agent):
    type(case).objects.filter(pk=case.pk).update(language="zh-hans")
    entry = answer_by_mail(case, "已修好", by=agent)
    send(entry.letter.pk)
    assert "zh-hans" in outbox.outbox[0].alternatives[0][0]


def test_a_letter_is_sent_once(box, case, agent):
    entry = answer_by_mail(case, "Done", by=agent)
    assert (send(entry.letter.pk), send(entry.letter.pk), len(outbox.outbox)) == ("sent", "", 1)
    assert mail_entry(entry, by=agent) == entry.letter


def test_an_answer_by_mail_meets_the_response_clock(box, agent):
    policy()
    case = registered(by=agent, contact_email="zhang@customer.example")
    answer_by_mail(case, "Done", by=agent)
    assert case.clocks.get(kind=ClockKind.RESPOND).state == "met"


def test_files_of_the_case_go_with_it_and_those_of_another_do_not(box, case, agent):
    kept = add_attachment(case, io.BytesIO(picture("PNG")), name="room.png", by=agent)
    other = add_attachment(ComplaintFactory(), io.BytesIO(picture("PNG")), name="x.png", by=agent)
    entry = answer_by_mail(case, "See", by=agent, files=[kept])
    send(entry.letter.pk)
    assert outbox.outbox[0].attachments[0][0] == "room.png"
    with pytest.raises(DomainError) as refusal:
        answer_by_mail(case, "See", by=agent, files=[other])
    assert refusal.value.code == "foreign_file"


@pytest.mark.parametrize(
    ("values", "code"),
    [({"contact_email": ""}, "no_address"), ({"kind": "request", "grade": ""}, "no_mailbox")],
)
def test_refusals_keep_no_answer(box, case, agent, values, code):
    type(case).objects.filter(pk=case.pk).update(**values)
    case.refresh_from_db()
    with pytest.raises(DomainError) as refusal:
        answer_by_mail(case, "Done", by=agent)
    assert (refusal.value.code, case.entries.count(), CaseLetter.objects.count()) == (code, 0, 0)


def test_only_answers_are_mailed_also_the_solution(box, case, agent):
    heard = hear(case, "Hello", by=agent)
    with pytest.raises(Conflict) as refusal:
        mail_entry(heard, by=agent)
    assert refusal.value.code == "no_answer"
    solve(case, "Repaired", decision="upheld", by=agent)
    close(case, by=agent)
    entry = case.entries.get(kind="outbound")
    assert mail_entry(entry, by=agent).entry == entry


def test_a_server_that_is_away_is_asked_again_and_then_the_letter_failed(box, case, agent, settings):
    use_server(settings, 1)
    ours = answer_by_mail(case, "Done", by=agent).letter
    states = []
    for _turn in range(5):
        CaseLetter.objects.filter(pk=ours.pk).update(due_at=timezone.now())
        states.append(send(ours.pk))
    assert states == ["queued"] * 4 + ["failed"]
    ours.refresh_from_db()
    assert "ConnectionRefused" in ours.error
    assert Job.objects.filter(task="complaints.tasks.send_letter").count() == 5
    assert Notification.objects.get(kind="case_mail_failed").user == agent


@pytest.mark.parametrize("handled", [True, False])
def test_an_answer_that_did_not_leave_is_told_and_the_customer_waits_again(
    handled, box, case, agent, settings, user_in
):
    lead = user_in("manager", team=agent.team)
    type(agent.team).objects.filter(pk=agent.team_id).update(lead=lead)
    hear(case, "When?", by=None)
    with mail_server(settings) as server:
        server.refused["zhang@customer.example"] = "550 no such user"
        ours = answer_by_mail(case, "Done", by=agent).letter
        case.refresh_from_db()
        assert case.unanswered_since is None
        if not handled:
            type(case).objects.filter(pk=case.pk).update(state="new", owner=None)
        assert send(ours.pk) == DeliveryState.FAILED
        case.refresh_from_db()
        assert case.unanswered_since is not None
        assert case.entries.filter(data__code="mail_failed").count() == 1
        assert Notification.objects.get(kind="case_mail_failed").user == (agent if handled else lead)
        ours.refresh_from_db()
        del server.refused["zhang@customer.example"]
        send_again(ours, by=agent)
        assert send(ours.pk) == DeliveryState.SENT
    case.refresh_from_db()
    assert case.unanswered_since is None


def test_a_later_answer_leaves_nobody_waiting_for_the_one_that_failed(box, case, agent, settings):
    with mail_server(settings) as server:
        server.refused["zhang@customer.example"] = "550 no such user"
        ours = answer_by_mail(case, "Done", by=agent).letter
        answer(case, "I called, too", by=agent)
        assert send(ours.pk) == DeliveryState.FAILED
    case.refresh_from_db()
    assert case.unanswered_since is None


def test_a_letter_whose_senders_all_died_is_told_too(box, case, agent):
    ours = answer_by_mail(case, "Done", by=agent).letter
    long_ago = timezone.now() - timedelta(hours=2)
    CaseLetter.objects.filter(pk=ours.pk).update(
        state=DeliveryState.SENDING, attempts=9, lease_token="dead", lease_until=long_ago, due_at=long_ago
    )
    assert send(ours.pk) == ""
    case.refresh_from_db()
    assert (Notification.objects.get(kind="case_mail_failed").user, case.unanswered_since is None) == (
        agent,
        False,
    )


def test_a_refused_address_fails_at_once_and_is_sent_again_to_the_corrected_one(box, case, agent, settings):
    with mail_server(settings) as server:
        server.refused["zhang@customer.example"] = "550 no such user"
        ours = answer_by_mail(case, "Done", by=agent).letter
        assert send(ours.pk) == DeliveryState.FAILED
        type(case).objects.filter(pk=case.pk).update(contact_email="right@customer.example")
        ours.refresh_from_db()
        send_again(ours, by=agent)
        assert (send(ours.pk), server.letters[0]["To"]) == ("sent", "right@customer.example")
    with pytest.raises(Conflict) as refusal:
        send_again(ours, by=agent)
    assert refusal.value.code == "letter_not_failed"


def test_a_sender_that_died_is_replaced_when_its_lease_ran_out(box, case, agent):
    ours = answer_by_mail(case, "Done", by=agent).letter
    at = timezone.now()
    CaseLetter.objects.filter(pk=ours.pk).update(
        state=DeliveryState.SENDING, attempts=1, lease_token="dead", lease_until=at + timedelta(minutes=1)
    )
    assert send(ours.pk) == ""
    CaseLetter.objects.filter(pk=ours.pk).update(lease_until=at - timedelta(minutes=20))
    assert (send_overlooked(at), len(outbox.outbox)) == (1, 1)


# ---- acknowledgements -------------------------------------------------------------------------------
def test_receipt_is_acknowledged_once_and_meets_its_clock_when_it_has_left(box):
    policy(kind="complaint")
    case = taken(box, letter()).complaint
    ours = CaseLetter.objects.get()
    assert (acknowledge_receipt(case), case.acknowledged_at) == (ours, None)
    send(ours.pk)
    case.refresh_from_db()
    message = outbox.outbox[0]
    assert (message.to, message.extra_headers["Auto-Submitted"]) == (
        ["zhang@customer.example"],
        "auto-replied",
    )
    assert (case.number in message.subject, case.acknowledged_at is None) == (True, False)
    assert case.clocks.get(kind=ClockKind.ACKNOWLEDGE).state == "met"


def by_form(client: Client, agent: User) -> None:
    key = token()
    for _turn in range(2):
        sent(client, token=key)


def by_mail(client: Client, agent: User) -> None:
    box, raw = mailbox(), letter().as_bytes()
    for _turn in range(2):
        taken(box, raw)


def over_the_api(client: Client, agent: User) -> None:
    client.force_login(agent)
    body = {"title": "Projector", "contact_email": "zhang@customer.example"}
    for _turn in range(2):
        answer = client.post(
            "/api/v1/complaints/", body, content_type="application/json", headers={"Idempotency-Key": "once"}
        )
        assert answer.status_code == 201


@pytest.mark.parametrize("come_in", [by_form, by_mail, over_the_api])
def test_each_case_gets_one_acknowledgement_whatever_way_it_came(come_in, client, agent):
    opened()
    come_in(client, agent)
    case = Complaint.objects.get()
    ours = CaseLetter.objects.get()
    assert (ours.key, ours.kind) == (f"acknowledge-{case.pk}", LetterKind.ACKNOWLEDGEMENT)
    assert (acknowledge_receipt(case), CaseLetter.objects.count()) == (ours, 1)
    assert Job.objects.filter(task="complaints.tasks.send_letter").count() == 1


def test_no_words_of_a_stranger_are_sent_to_anybody(box):
    raw = letter(
        "Buy at evil.example", subject="evil.example", sender="evil.example <victim@customer.example>"
    )
    taken(box, raw)
    send(CaseLetter.objects.get().pk)
    message = outbox.outbox[0]
    assert "evil" not in f"{message.subject}{message.body}{message.alternatives[0][0]}"


@pytest.mark.parametrize("intake", ["phone", "wechat"])
def test_whoever_was_spoken_with_gets_no_mail_about_it(intake):
    assert acknowledge_receipt(ComplaintFactory(intake=intake, contact_email="a@b.cn")) is None


def test_history_that_is_brought_in_is_not_acknowledged():
    old = ComplaintFactory(
        intake="api", contact_email="a@b.cn", received_at=timezone.now() - timedelta(days=2)
    )
    assert acknowledge_receipt(old) is None


def test_the_rules_switch_acknowledgements_off(box):
    MailPolicy.objects.update_or_create(pk=1, defaults={"acknowledges": False})
    taken(box, letter())
    assert CaseLetter.objects.count() == 0
    # The form promises one.
    assert acknowledge_receipt(ComplaintFactory(intake="form", contact_email="a@b.cn")) is not None


def test_an_answer_that_is_only_recorded_sends_nothing(box, case, agent):
    answer(case, "Said on the phone", by=agent)
    assert CaseLetter.objects.count() == 0
