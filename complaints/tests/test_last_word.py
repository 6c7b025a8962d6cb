"""Matters that are answered for good: a warning, a reason, no promised updates; and all of it back after."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from complaints.choices.cases import ClockKind, ClockState, EntryKind, State
from complaints.choices.mail import MailReason
from complaints.domain.conduct import expire_designations, lift_designation
from complaints.domain.entries import add_note
from complaints.domain.escalation import fire_due
from complaints.domain.last_word import answer_again, answered_for_good, standard_sentence
from complaints.domain.mail.letters import answer_by_mail
from complaints.domain.merging import merge, unmerge
from complaints.domain.moves import answer, close, hear, solve, take, withdraw
from complaints.domain.registering import register_case
from complaints.domain.reopening import reopen
from complaints.domain.status_page import say
from complaints.models import CallBack, CaseLetter, Complaint, Entry, Target
from complaints.tests.factories import policy, registered
from complaints.tests.letters import in_force, proposed
from complaints.tests.mails import letter, mailbox, taken
from complaints.tests.test_mail_reading import bounce
from complaints.words import line_in_words
from core.errors import Conflict
from core.models import AuditEntry, Notification

pytestmark = pytest.mark.django_db
SENTENCE = "We have answered this matter for good."


@pytest.fixture
def manager(user_in):
    return user_in("manager")


@pytest.fixture
def case(agent):
    """Answered once, so that the next update is promised."""
    rule = policy(name="With updates", position=0)
    Target.objects.get_or_create(
        policy=rule, clock=ClockKind.UPDATE, name="", defaults={"amount": 3, "unit": "calendar_days"}
    )
    case = take(registered(contact_name="Li Wei", contact_email="li@example.com", language="en"), by=agent)
    answer(case, "We look into it.", by=agent)
    case.refresh_from_db()
    return case


@pytest.fixture
def closing(case, user_in, manager):
    """The matter is answered for good from today on."""
    row = in_force(case, user_in("agent"), manager, no_further_answer=True)
    case.refresh_from_db()
    return row


def updates(case: Complaint) -> list[str]:
    rows = case.clocks.filter(kind=ClockKind.UPDATE).order_by("turn")
    return list(rows.values_list("state", flat=True))


def refused(call) -> str:
    with pytest.raises(Conflict) as refusal:
        call()
    return refusal.value.code


# ---- answers ----------------------------------------------------------------------------------------
def test_an_answer_needs_a_reason_which_stays_on_record(case, closing, agent):
    assert refused(lambda: answer(case, "Again: no.", by=agent)) == "answered_for_good"
    assert not Entry.objects.filter(complaint=case, body="Again: no.").exists()
    answer(case, "The invoice was wrong.", by=agent, despite="A new fact came up")
    line = case.entries.get(data__code="answered_despite")
    assert line_in_words(line.data).endswith("A new fact came up")
    assert AuditEntry.objects.about(case).filter(note="A new fact came up").count() == 1
    assert updates(case)[-1] == ClockState.CANCELLED


def test_the_standard_sentence_needs_no_reason(case, closing, agent):
    answer(case, standard_sentence(case), by=agent)
    assert not case.entries.filter(data__code="answered_despite").exists()


def test_an_answer_by_mail_needs_a_reason_too(case, closing, agent):
    mailbox(queue=case.queue)
    assert refused(lambda: answer_by_mail(case, "No.", by=agent)) == "answered_for_good"
    assert not CaseLetter.objects.exists()
    answer_by_mail(case, "No.", by=agent, despite="Asked by the regulator")
    assert CaseLetter.objects.count() == 1


def test_a_proposal_and_other_rules_ask_for_nothing(case, agent, user_in, manager):
    proposed(case, user_in("agent"), no_further_answer=True)
    answer(case, "As before.", by=agent)
    other = take(registered(), by=agent)
    in_force(other, user_in("agent"), manager)
    answer(other, "In writing only.", by=agent)
    assert answered_for_good(case, at=timezone.now()) is None


def test_notes_need_no_reason(case, closing, agent):
    add_note(case, "He called again", by=agent, at=timezone.now())
    assert case.entries.filter(kind=EntryKind.NOTE).count() == 1


def test_the_box_warns_takes_a_reason_and_says_the_sentence(case, closing, agent, client_of):
    client, address = client_of(agent), reverse("complaints:entry-create", args=[case.pk])
    page = client.get(case.get_absolute_url()).content.decode()
    assert "This matter is answered for good until" in page and 'name="despite"' in page
    kept = client.post(address, {"kind": "outbound", "body": "No."})
    assert kept.status_code == 422 and "Say why you answer all the same" in kept.content.decode()
    assert client.post(address, {"kind": "note", "body": ""}).status_code == 422
    assert client.post(address, {"kind": "outbound", "body": "No.", "despite": "New"}).status_code == 302
    assert client.post(address, {"kind": "outbound", "body": "", "standard": "on"}).status_code == 302
    said = case.entries.filter(kind=EntryKind.OUTBOUND).order_by("id").values_list("body", flat=True)
    assert [text[: len(SENTENCE)] for text in said] == ["We look into it.", "No.", SENTENCE]


def test_the_box_of_any_other_case_asks_for_nothing(case, agent, client_of):
    page = client_of(agent).get(case.get_absolute_url()).content.decode()
    assert 'name="despite"' not in page


def test_the_api_answers_409_and_takes_the_reason_or_the_sentence(case, closing, agent, client_of):
    client, address = client_of(agent), f"/api/v1/complaints/{case.pk}/answer/"

    def post(**data):
        return client.post(address, data, content_type="application/json")

    no = post(body="No.")
    assert (no.status_code, no.json()["code"]) == (409, "answered_for_good")
    assert post(body="No.", despite="New").status_code == 200
    assert post(standard=True).status_code == 200
    assert post().status_code == 400
    assert Entry.objects.filter(complaint=case, body=standard_sentence(case)).count() == 1


# ---- what stops -------------------------------------------------------------------------------------
def test_promised_updates_are_called_off_with_the_reason(case, closing):
    assert updates(case) == [ClockState.CANCELLED]
    clock = case.clocks.get(kind=ClockKind.UPDATE)
    assert clock.changes.latest("id").reason == "no_answer"
    assert case.entries.filter(data__code="updates_settled").count() == 1
    assert (
        fire_due(timezone.now() + timedelta(days=400)) == 0
        or not clock.escalations.filter(state="fired").exists()
    )


def test_it_is_no_clock_that_goes_on_after_a_withdrawal(case, closing, agent):
    withdraw(case, reason="By mistake", by=agent)
    reopen(case, reason="Not withdrawn", by=agent)
    assert updates(case) == [ClockState.CANCELLED]


def test_what_the_customer_says_is_kept_and_told_and_waits_for_no_answer(case, closing, agent):
    hear(case, "Answer me!", by=None)
    case.refresh_from_db()
    assert (case.unanswered_since, case.entries.filter(body="Answer me!").count()) == (None, 1)
    assert Notification.objects.filter(user=agent, kind="case_heard").count() == 1


def test_a_customer_who_waited_waits_no_more(case, agent, user_in, manager):
    hear(case, "Answer me!", by=None)
    in_force(case, user_in("agent"), manager, no_further_answer=True)
    case.refresh_from_db()
    assert case.unanswered_since is None


def test_a_mail_about_an_ended_matter_is_filed_and_opens_nothing(case, agent, user_in, manager):
    box = mailbox(queue=case.queue)
    solve(case, "Done", decision="upheld", by=agent)
    close(case, by=agent)
    in_force(case, user_in("agent"), manager, no_further_answer=True)
    mail = taken(box, letter("And again", sender="li@example.com", subject=f"Re: {case.number}"))
    case.refresh_from_db()
    assert (mail.complaint, mail.reason, case.state) == (case, MailReason.REPLY, State.CLOSED)
    assert Notification.objects.filter(user=agent, kind="case_heard").count() == 1


def test_anything_new_is_received_timed_and_acknowledged_as_always(case, closing):
    box = mailbox(queue=case.queue)
    mail = taken(box, letter("Something else", sender="li@example.com"))
    assert mail.reason == MailReason.NEW_CASE and mail.complaint != case
    assert mail.complaint.clocks.exists()
    assert CaseLetter.objects.filter(complaint=mail.complaint).count() == 1
    again = register_case({"title": "By phone"}, by=None)
    assert again.clocks.count() == mail.complaint.clocks.count()


def test_no_question_is_mailed_about_the_solution(case, closing, agent, mailoutbox):
    from complaints.domain.callback_letters import send_link

    solve(case, "Done", decision="upheld", by=agent)
    due = CallBack.objects.get(complaint=case)
    assert (send_link(due.pk), mailoutbox) == (False, [])


def test_nobody_waits_for_a_matter_that_is_answered_for_good_by_way_of_a_merged_case(case, closing, agent):
    other = take(registered(contact_name="Li Wei"), by=agent)
    hear(other, "When?", by=None)
    merge(other, case, by=agent)
    case.refresh_from_db()
    assert case.unanswered_since is None
    say(other, "And now?", key="k", at=timezone.now())
    case.refresh_from_db()
    assert case.unanswered_since is None


def test_nobody_waits_for_an_answer_for_good_that_came_back(case, closing, agent):
    box = mailbox(queue=case.queue)
    sent = answer_by_mail(case, standard_sentence(case), by=agent).letter
    taken(box, bounce(sent.message_id))
    case.refresh_from_db()
    assert (case.unanswered_since, case.entries.filter(data__code="mail_bounced").count()) == (None, 1)


@pytest.mark.parametrize("way", ["withdrawn", "merged"])
def test_what_is_taken_up_again_promises_no_update_of_a_matter_answered_for_good(
    way, case, agent, user_in, manager
):
    hear(case, "When?", by=None)
    if way == "withdrawn":
        withdraw(case, reason="By mistake", by=agent)
    else:
        merge(case, take(registered(), by=agent), by=agent)
    in_force(case, user_in("agent"), manager, no_further_answer=True)
    if way == "withdrawn":
        reopen(case, reason="Not withdrawn", by=agent)
    else:
        unmerge(case, by=agent)
    case.refresh_from_db()
    assert (updates(case), case.unanswered_since) == ([ClockState.CANCELLED], None)


# ---- and comes back ---------------------------------------------------------------------------------
def test_after_its_end_updates_are_promised_again_and_the_last_word_waits(case, closing, agent):
    hear(case, "Answer me!", by=None)
    said = case.entries.get(body="Answer me!").at
    with time_machine.travel(timezone.now() + timedelta(days=190), tick=False):
        at = timezone.now()
        assert answered_for_good(case, at=at) is None
        assert expire_designations(at) == 1
        answer_again(case, at=at)
        case.refresh_from_db()
        assert updates(case) == [ClockState.CANCELLED, ClockState.RUNNING]
        assert case.clocks.get(kind=ClockKind.UPDATE, turn=2).started_at == at
        assert case.unanswered_since == said
        assert case.entries.filter(data__code="updates_back").count() == 1
        answer(case, "Here we are again.", by=agent)


def test_lifting_brings_it_back_and_what_was_answered_does_not_wait(case, closing, agent, manager):
    answer(case, standard_sentence(case), by=agent)
    lift_designation(closing, note="A mistake", by=manager)
    case.refresh_from_db()
    assert (updates(case)[-1], case.unanswered_since) == (ClockState.RUNNING, None)


def test_a_matter_that_ended_meanwhile_promises_nothing(case, closing, agent, manager):
    solve(case, "Done", decision="upheld", by=agent)
    lift_designation(closing, note="A mistake", by=manager)
    assert updates(case) == [ClockState.CANCELLED]
