"""The status page: what a complainant sees and may do, and what nobody gets to see there."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from complaints.choices.cases import State
from complaints.domain.callback_answers import link_token, note_attempt
from complaints.domain.entries import add_note
from complaints.domain.merging import merge
from complaints.domain.moves import answer, assign, close, hear, solve, wait_for_customer
from complaints.domain.reopening import reopen
from complaints.domain.status_links import access_to, revoke_links, status_token
from complaints.domain.status_page import lines_for, promises_of, say, take_back
from complaints.models import CallBack, Complaint, Entry, StatusAccess
from complaints.tests.factories import ComplaintFactory, policy, registered
from complaints.tests.mails import letter, mailbox, taken
from complaints.tests.public import at, opened, sent, status_address, token, within_a_window
from core.errors import Conflict
from core.models import Attachment, AuditEntry, Job, Notification
from core.tasks import run_job
from core.tests.factories import TeamFactory, UserFactory
from core.tests.files import PDF
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def agent(user_in):
    return user_in("agent")


@pytest.fixture
def case(agent):
    opened()
    made = registered(contact_name="Wei", contact_email="wei@example.com", intake="form")
    return assign(made, agent, by=None)


def page_of(case: Complaint) -> str:
    return at("case-status", status_token(access_to(case)))


def write(client, case, body, **more):
    return client.post(page_of(case) + "message/", {"token": token(), "body": body, **more})


def test_it_shows_what_was_said_and_never_what_is_noted(case, agent, client):
    answer(case, "We look into it.", by=agent)
    add_note(case, "Mr Wei is difficult", by=agent, at=timezone.now())
    hear(case, "He shouted on the phone", by=agent)
    hear(case, "By e-mail: any news?", by=None)
    text = client.get(page_of(case)).content.decode()
    assert "We look into it." in text and "By e-mail: any news?" in text
    assert "difficult" not in text and "shouted" not in text
    assert agent.full_name not in text and "Handler" not in text


def test_mails_of_others_about_the_case_are_not_shown(case, agent, client):
    """Of who complained of the same thing, and of colleagues; the complainant's own are."""
    box = mailbox()
    other = assign(registered(contact_name="Ying", contact_email="ying@example.com"), agent, by=None)
    merge(other, case, by=agent)
    subject = {"subject": f"[{other.number}]"}
    taken(box, letter("I pay in cash, do not tell Wei", sender="Ying <ying@example.com>", **subject))
    mine = {"sender": "Wei <wei@example.com>", "subject": f"[{case.number}]"}
    taken(box, letter("And the second day, too", **mine))
    text = client.get(page_of(case)).content.decode()
    assert ("I pay in cash" in text, "And the second day, too" in text) == (False, True)


def test_what_waits_for_an_answer_goes_on_in_the_case_that_takes_it_in(case, agent):
    other = assign(registered(contact_name="Ying"), agent, by=None)
    hear(other, "When?", by=None)
    merge(other, case, by=agent)
    other.refresh_from_db()
    case.refresh_from_db()
    assert (other.unanswered_since is None, case.unanswered_since is None) == (True, False)


def test_it_says_how_the_case_stands_in_each_state(case, agent, client):
    def words() -> str:
        return client.get(page_of(case)).context["state_words"]

    assert words() == "Somebody is working on it."
    wait_for_customer(case, reason="Which day?", by=agent)
    assert words() == "We need an answer from you to go on."
    solve(case, "On Friday.", decision="upheld", by=agent)
    assert words() == "We have given you a solution."


def test_promises_are_told_until_they_are_kept(bare, agent):
    policy()
    case = assign(registered(), agent, by=None)
    assert [one.label for one in promises_of(case, NOW)] == [
        "We confirm that somebody has it",
        "You have a first answer",
        "You have a solution",
    ]
    assert all(one.is_late for one in promises_of(case, NOW + timedelta(days=30)))
    answer(case, "We look into it.", by=agent)
    labels = [one.label for one in promises_of(case, NOW)]
    assert labels == ["You hear from us again", "You have a solution"]
    wait_for_customer(case, reason="Which day?", by=agent)
    case.refresh_from_db()
    assert promises_of(case, NOW) == []


def test_a_message_is_the_customers_word_and_is_told(case, agent, client):
    wait_for_customer(case, reason="Which day?", by=agent)
    assert write(client, case, "Friday").status_code == 302
    case.refresh_from_db()
    entry = Entry.objects.filter(complaint=case, kind="inbound").latest("pk")
    assert (entry.body, entry.author, entry.channel, entry.by) == ("Friday", "Wei", "form", None)
    assert case.state == State.WORKING and case.unanswered_since is not None
    assert Notification.objects.filter(user=agent, kind="case_heard").count() == 1


def test_an_answer_ends_the_waiting_for_one(case, agent, client, client_of):
    write(client, case, "Any news?")
    listed = client_of(agent).get(at("complaint-list") + "?unanswered=true").content.decode()
    assert case.number in listed and "waits for an answer" in listed
    assert (
        "The customer waits for an answer" in client_of(agent).get(case.get_absolute_url()).content.decode()
    )
    case.refresh_from_db()
    answer(case, "Tomorrow.", by=agent)
    case.refresh_from_db()
    assert case.unanswered_since is None
    assert case.number not in client_of(agent).get(at("complaint-list") + "?unanswered=true").content.decode()


def test_what_a_colleague_wrote_down_waits_for_nothing(case, agent):
    hear(case, "Called: all fine", by=agent)
    case.refresh_from_db()
    assert case.unanswered_since is None


def test_where_nobody_handles_it_the_lead_is_told(user_in, client):
    lead = user_in("manager")
    case = ComplaintFactory(owner=None, state="new", team=TeamFactory(lead=lead))
    write(client, case, "Hello?")
    assert Notification.objects.filter(user=lead, kind="case_heard").count() == 1


def test_the_same_message_twice_is_one_line(case, agent, client):
    form = {"token": token(), "body": "Friday"}
    for _time in range(2):
        assert client.post(page_of(case) + "message/", form).status_code == 302
    wait_for_customer(case, reason="Sure?", by=agent)
    client.post(page_of(case) + "message/", form)
    case.refresh_from_db()
    assert Entry.objects.filter(complaint=case, body="Friday").count() == 1
    assert case.state == State.WAITING


def test_files_come_with_a_message_or_alone(case, agent, client):
    write(client, case, "", attachments=[SimpleUploadedFile("plan.pdf", PDF)])
    assert Entry.objects.filter(complaint=case, body="Files: plan.pdf").exists()
    assert [row.name for row in Attachment.objects.of(case)] == ["plan.pdf"]
    assert "plan.pdf" in client.get(page_of(case)).content.decode()
    assert write(client, case, " ").status_code == 422


def test_a_merged_case_tells_who_has_it_now_and_shows_nothing_of_the_other(case, agent, user_in, client):
    other = user_in("agent")
    target = ComplaintFactory(owner=other, title="Somebody else's secret")
    answer(target, "A secret answer", by=other)
    merge(case, target, by=agent)
    case.refresh_from_db()
    write(client, case, "And mine?")
    assert Notification.objects.filter(user=other, kind="case_heard").count() == 1
    text = client.get(page_of(case)).content.decode()
    assert "together with another message" in text and "secret" not in text.lower()
    assert target.number not in text


def test_it_is_taken_back_after_a_question_once(case, agent, client):
    page = page_of(case) + "withdraw/"
    assert client.get(page).status_code == 200
    case.refresh_from_db()
    assert case.state == State.WORKING
    for _time in range(2):
        assert client.post(page, {"reason": "Settled"}).status_code == 302
    case.refresh_from_db()
    assert case.state == State.WITHDRAWN
    assert Notification.objects.filter(user=agent, kind="case_withdrawn", read_at=None).count() == 1
    line = Entry.objects.get(complaint=case, data__code="withdrawn")
    assert line.data["params"] == {"reason": "Settled", "by_complainant": True}
    assert client.get(page).status_code == 302
    with pytest.raises(Conflict):
        take_back(case, reason="", at=timezone.now())


def test_the_question_is_linked_while_it_is_open(case, agent, client):
    assert "Will our solution do?" not in client.get(page_of(case)).content.decode()
    solve(case, "On Friday.", decision="upheld", by=agent)
    question = at("callback-answer", link_token(CallBack.objects.get(complaint=case)))
    text = client.get(page_of(case)).content.decode()
    assert question.split(":")[0] in text and "Will our solution do?" in text


def test_the_question_stays_after_the_last_call_while_the_solution_stands(case, agent, client):
    solve(case, "On Friday.", decision="upheld", by=agent)
    note_attempt(CallBack.objects.get(complaint=case), "declined", by=UserFactory())
    for step in (lambda: None, lambda: close(case, by=agent)):
        step()
        assert "Will our solution do?" in client.get(page_of(case)).content.decode()
    reopen(case, reason="New facts", by=agent)
    assert "Will our solution do?" not in client.get(page_of(case)).content.decode()


# ---- the links --------------------------------------------------------------------------------------
def test_tampered_links_are_like_no_page(case, client):
    good = status_token(access_to(case))
    for bad in ("made-up", good[:-1] + ("A" if good[-1] != "A" else "B"), good.replace(":", ";", 1)):
        for name in ("case-status", "public-thanks", "case-status-withdraw"):
            assert client.get(at(name, bad)).status_code == 404
        assert client.post(at("case-status-message", bad), {"body": "x"}).status_code == 404
    assert client.get(at("case-status", link_token(CallBack(pk=case.pk)))).status_code == 404


def test_a_link_runs_out_and_can_be_made_void(case, agent, client):
    page = page_of(case)
    with time_machine.travel(timezone.now() + timedelta(days=181), tick=False):
        assert client.get(page).status_code == 410
    assert client.get(page).status_code == 200
    revoke_links(case, by=agent)
    gone = client.get(page)
    assert gone.status_code == 410 and case.title not in gone.content.decode()
    assert client.post(page + "message/", {"token": token(), "body": "x"}).status_code == 410
    assert client.post(page + "withdraw/", {}).status_code == 410
    assert client.get(page_of(case)).status_code == 200
    assert AuditEntry.objects.about(StatusAccess.objects.get()).filter(actor=agent).count() == 1


def test_a_link_opens_its_own_case_only(client):
    opened()
    first = status_address(client, title="Case a", contact_email="a@example.com")
    second = status_address(client, title="Case b", contact_email="b@example.com")
    assert "Case a" in client.get(first).content.decode()
    assert "Case b" not in client.get(first).content.decode()
    assert "Case b" in client.get(second).content.decode()


def test_links_work_while_the_form_is_closed(case, client):
    type(opened()).objects.update(is_open=False)
    assert client.get(page_of(case)).status_code == 200
    assert write(client, case, "Still here").status_code == 302


def test_opening_is_noted_and_changes_nothing_of_the_case(case, client):
    before = Complaint.objects.get(pk=case.pk)
    client.get(page_of(case))
    assert StatusAccess.objects.get().opened_at is not None
    assert Complaint.objects.get(pk=case.pk).version == before.version


def test_it_speaks_the_language_of_the_case_until_another_is_chosen(case, client):
    Complaint.objects.update(language="zh-hans")
    assert 'lang="zh-Hans"' in client.get(page_of(case)).content.decode()
    client.cookies["django_language"] = "en"
    assert 'lang="en"' in client.get(page_of(case)).content.decode()


def test_what_is_known_of_the_customer_is_not_told(client, agent):
    opened()
    customer = CustomerFactory(name="Harbour Group", email="wei@example.com")
    known = client.get(sent(client)["Location"]).content.decode()
    page = client.get(status_address(client, title="Second")).content.decode()
    assert Complaint.objects.filter(customer=customer).count() == 2
    assert "Harbour Group" not in known + page


# ---- what comes from outside is text; too much of it waits -------------------------------------------
def test_markup_from_outside_is_text_everywhere(agent, client, client_of):
    opened()
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    page = status_address(client, title=evil, description=evil, contact_name=evil, organisation=evil)
    client.post(page + "message/", {"token": token(), "body": evil})
    case = assign(Complaint.objects.get(), agent, by=None)
    addresses = [case.get_absolute_url(), at("status-panel", case.pk), at("complaint-list") + "?open=true"]
    shown = [client.get(page), *(client_of(agent).get(address) for address in addresses)]
    for response in shown:
        assert response.status_code == 200
        text = response.content.decode()
        assert "<script>alert(1)" not in text and "<img src=x" not in text
    assert "&lt;script&gt;alert(1)" in shown[0].content.decode()


def test_a_flood_of_messages_about_one_case_waits(case, client, settings):
    settings.RATE_LIMITS = {"complaint-message": "off"}
    with within_a_window():
        answers = [write(client, case, f"Line {n}") for n in range(21)]
    assert [one.status_code for one in answers[-2:]] == [302, 429]
    assert "Line 20" in answers[-1].content.decode()
    assert len([line for line in lines_for(case) if line.text.startswith("Line")]) == 20


# ---- staff ------------------------------------------------------------------------------------------
def test_staff_see_what_came_send_links_and_make_them_void(agent, user_in, client, client_of):
    opened()
    sent(client, organisation="Harbour School", reference="K-7")
    case = assign(Complaint.objects.get(), agent, by=None)
    staff = client_of(agent)
    text = staff.get(at("status-panel", case.pk)).content.decode()
    assert "Harbour School" in text and "K-7" in text
    assert client_of(user_in("agent", team=TeamFactory())).get(at("status-panel", case.pk)).status_code == 404
    staff.post(at("statusaccess-send", case.pk))
    run_job(Job.objects.get(task="complaints.tasks.send_status_link").pk)
    [letter] = mail.outbox
    assert letter.to == ["wei@example.com"] and case.number in letter.body
    old = page_of(case)
    assert staff.get(at("statusaccess-revoke", case.pk)).status_code == 200
    assert client.get(old).status_code == 200
    assert staff.post(at("statusaccess-revoke", case.pk)).status_code == 302
    assert client.get(old).status_code == 410
    assert "made void" in staff.get(case.get_absolute_url()).content.decode()


def test_a_link_cannot_be_sent_without_an_address(agent, client_of):
    case = ComplaintFactory(owner=agent, team=agent.team, contact_email="")
    assert client_of(agent).post(at("statusaccess-send", case.pk)).status_code == 400
    assert not Job.objects.filter(task="complaints.tasks.send_status_link").exists()


def test_the_second_call_of_say_gives_the_line_of_the_first(case):
    first = say(case, "Friday", key="k", at=timezone.now())
    assert say(case, "Friday", key="k", at=timezone.now()) == first


def test_a_word_reaches_the_last_of_a_chain_of_merged_cases_and_stands_in_its_log(
    case, agent, user_in, client, client_of
):
    other = user_in("agent", team=agent.team)
    between = assign(registered(contact_name="Ying"), agent, by=None)
    last = ComplaintFactory(owner=other, team=agent.team)
    merge(case, between, by=agent)
    merge(between, last, by=agent)
    case.refresh_from_db()
    write(client, case, "And the second day, too")
    last.refresh_from_db()
    assert last.unanswered_since is not None
    assert Notification.objects.filter(user=other, kind="case_heard").count() == 1
    page = client_of(other).get(last.get_absolute_url())
    assert "And the second day, too" in page.content.decode()
    assert [one.pk for one in page.context["merged"]] == [case.pk, between.pk]
