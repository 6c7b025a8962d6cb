"""Mails about a case that another one took in: on the case that goes on, and shown to their writer alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from complaints.choices.cases import EntryKind
from complaints.choices.mail import MailReason
from complaints.domain.families import taken_in
from complaints.domain.mail.letters import answer_by_mail, send, send_again
from complaints.domain.merging import merge, unmerge
from complaints.domain.moves import answer, close, solve
from complaints.domain.status_page import files_from, lines_for
from complaints.models import Complaint
from complaints.tests.factories import ComplaintFactory
from complaints.tests.mails import case_by_mail, letter, taken
from complaints.tests.test_mail_reading import bounce
from complaints.views.detail import lines_of
from core.models import Notification
from core.tests.files import picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(box, agent):
    return case_by_mail(box, agent)


@pytest.fixture
def merged(case, agent, user_in):
    """The case, taken in by that of somebody else, which another agent handles."""
    other = user_in("agent")
    target = ComplaintFactory(owner=other, team=other.team, contact_email="liu@other.example")
    merge(case, target, by=agent)
    case.refresh_from_db()
    return target


def test_what_is_written_about_a_merged_case_tells_the_handler_of_the_one_that_goes_on(box, case, merged):
    mail = taken(box, letter("And mine?", References="<first@customer.example>"))
    assert (mail.complaint, mail.meant_for) == (merged, case)
    merged.refresh_from_db()
    assert merged.unanswered_since is not None
    assert Notification.objects.filter(user=merged.owner, kind="case_heard").count() == 1


def test_it_stands_on_the_status_page_of_its_writer_and_of_nobody_else(box, case, merged):
    raw = letter("And mine?", References="<first@customer.example>")
    raw.add_attachment(picture("PNG"), maintype="image", subtype="png", filename="mine.png")
    taken(box, raw)
    assert [line.text for line in lines_for(case)] == ["The projector failed again.", "And mine?"]
    assert [line.text for line in lines_for(merged)] == []
    assert (files_from(case), files_from(merged)) == (["mine.png"], [])


def test_words_of_others_about_the_matter_are_not_shown_to_the_writer_of_a_merged_case(box, case, merged):
    answer_by_mail(merged, "Liu, yours is on its way", by=merged.owner)
    taken(box, letter("A secret", sender="liu@other.example", subject=f"Re: {merged.number}"))
    taken(box, letter("Forged", sender="eve@evil.example", References="<first@customer.example>"))
    assert [line.text for line in lines_for(case)] == ["The projector failed again."]


def test_answers_to_the_same_person_are_shown_on_the_page_of_the_merged_case(box, case, merged):
    Complaint.objects.filter(pk=merged.pk).update(contact_email="Zhang@Customer.example")
    merged.refresh_from_db()
    answer_by_mail(merged, "Both are repaired on Friday.", by=merged.owner)
    assert lines_for(case)[-1].text == "Both are repaired on Friday."


def test_the_thread_of_a_merged_case_is_kept(box, case, merged):
    chain = {"References": "<first@customer.example>"}
    taken(box, letter("And mine?", message_id="<second@customer.example>", **chain))
    third = taken(box, letter("Hello?", References="<second@customer.example>"))
    assert (third.complaint, third.meant_for) == (merged, case)
    unmerge(case, by=case.owner)
    last = taken(box, letter("Still there?", References="<second@customer.example>"))
    assert (last.complaint, last.meant_for) == (case, None)
    expected = ["The projector failed again.", "And mine?", "Hello?", "Still there?"]
    assert [line.text for line in lines_for(case)] == expected
    assert [
        one["text"] for one in lines_of(case, taken_in(case)) if one["entry"].kind == EntryKind.INBOUND
    ] == expected


def test_the_writer_of_a_merged_case_reopens_the_one_that_took_it_in(box, case, merged):
    at = timezone.now() - timedelta(days=3)
    solve(merged, "Repaired", decision="upheld", by=merged.owner, at=at)
    close(merged, by=merged.owner, at=at)
    mail = taken(box, letter("It fails again", References="<first@customer.example>"))
    assert (mail.complaint, mail.reason, mail.meant_for) == (merged, MailReason.REOPENED, case)


def test_the_log_says_about_which_case_a_mail_was_written(box, case, merged, client):
    taken(box, letter("And mine?", References="<first@customer.example>"))
    client.force_login(merged.owner)
    assert f"About {case.number}" in client.get(merged.get_absolute_url()).content.decode()


@pytest.fixture
def mailed(case, agent):
    """An answer that left before the case was merged."""
    return answer_by_mail(case, "It is repaired.", by=agent).letter


def test_an_answer_that_comes_back_after_the_merging_is_told_where_the_matter_goes_on(
    box, case, mailed, merged
):
    mail = taken(box, bounce(mailed.message_id))
    merged.refresh_from_db()
    case.refresh_from_db()
    assert (mail.reason, mail.complaint) == (MailReason.BOUNCED, case)
    assert (merged.unanswered_since is None, case.unanswered_since) == (False, None)
    assert Notification.objects.get(kind="case_mail_failed").user == merged.owner

    mailed.refresh_from_db()
    send_again(mailed, by=merged.owner)
    assert send(mailed.pk) == "sent"
    merged.refresh_from_db()
    assert merged.unanswered_since is None


def test_who_was_answered_where_the_matter_goes_on_does_not_wait_for_what_came_back(
    box, case, mailed, merged
):
    answer(merged, "I called.", by=merged.owner)
    taken(box, bounce(mailed.message_id))
    merged.refresh_from_db()
    assert merged.unanswered_since is None


def test_an_answer_on_the_way_of_two_mergers_stays_on_the_page(box, case, merged, agent):
    Complaint.objects.filter(pk=merged.pk).update(contact_email="zhang@customer.example")
    merged.refresh_from_db()
    answer_by_mail(merged, "Both are repaired on Friday.", by=merged.owner)
    merge(merged, ComplaintFactory(owner=agent, team=agent.team), by=agent)
    case.refresh_from_db()
    assert lines_for(case)[-1].text == "Both are repaired on Friday."


def test_what_was_written_about_it_meanwhile_waits_once_it_is_taken_out(box, case, agent):
    answer(case, "We look into it.", by=agent)
    merge(case, ComplaintFactory(owner=agent, team=agent.team), by=agent)
    mail = taken(box, letter("And mine?", References="<first@customer.example>"))
    unmerge(case, by=agent)
    case.refresh_from_db()
    assert case.unanswered_since == mail.entry.at
