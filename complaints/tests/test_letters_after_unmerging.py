"""What was mailed and issued while a case was part of another one, once it is taken out again."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.urls import reverse

from complaints.choices.cases import EntryKind
from complaints.choices.mail import LetterKind
from complaints.domain.families import taken_in
from complaints.domain.letter_issue import issue_letter
from complaints.domain.letters import draft_letter, edit_letter
from complaints.domain.mail.letters import answer_by_mail, chain_of, mail_entry, send_again
from complaints.domain.merging import merge, unmerge
from complaints.domain.moves import answer, solve
from complaints.domain.status_page import lines_for
from complaints.models import CaseLetter, Complaint, DecisionLetter
from complaints.tests.factories import ComplaintFactory
from complaints.tests.mails import case_by_mail, letter, taken
from complaints.views.detail import lines_of
from core.tests.factories import TeamFactory

pytestmark = pytest.mark.django_db
ZHANG = "zhang@customer.example"
JSON = "application/json"


@pytest.fixture
def case(box, agent):
    return case_by_mail(box, agent)


@pytest.fixture
def same(user_in):
    """Another case of the same complainant, handled by somebody else in the same team."""
    other = user_in("agent")
    return ComplaintFactory(owner=other, team=other.team, contact_email=ZHANG.title())


def merged(case, into):
    merge(case, into, by=into.owner)
    return fresh(case)


def parted(case):
    unmerge(case, by=case.owner)
    return fresh(case)


def fresh(case):
    return Complaint.objects.get(pk=case.pk)


def said_on(case):
    """What the staff reads in the log as said by us."""
    lines = lines_of(case, taken_in(case))
    return [one["text"] for one in lines if one["entry"].kind == EntryKind.OUTBOUND]


def shown_to_writer(case):
    return [line.text for line in lines_for(case) if line.is_ours]


def test_what_was_mailed_to_the_writer_stays_with_both_cases(case, same):
    merged(case, same)
    answer_by_mail(same, "Both are repaired on Friday.", by=same.owner)
    case = parted(case)
    for one in (case, fresh(same)):
        assert said_on(one) == ["Both are repaired on Friday."]
        assert shown_to_writer(one) == ["Both are repaired on Friday."]


def test_the_letter_says_from_which_case_it_was_mailed(case, same):
    merged(case, same)
    mailed = answer_by_mail(same, "On Friday.", by=same.owner).letter
    assert (mailed.complaint, list(mailed.also_about.all())) == (same, [case])
    parted(case)
    answers = CaseLetter.objects.filter(kind=LetterKind.ANSWER)
    assert list(answers.about(case)) == list(answers.about(same)) == [mailed]


def test_twice_in_a_row_each_case_keeps_what_was_about_it(case, same):
    merged(case, same)
    answer_by_mail(same, "First", by=same.owner)
    case = parted(case)
    answer_by_mail(same, "Between", by=same.owner)
    answer_by_mail(case, "Alone", by=case.owner)
    case = merged(case, same)
    answer_by_mail(same, "Second", by=same.owner)
    case = parted(case)
    answer_by_mail(same, "After", by=same.owner)
    assert said_on(case) == shown_to_writer(case) == ["First", "Alone", "Second"]
    assert said_on(fresh(same)) == ["First", "Between", "Second", "After"]


def test_the_other_way_round_the_roles_change(case, same):
    merged(case, same)
    answer_by_mail(same, "From the other", by=same.owner)
    parted(case)
    merge(same, fresh(case), by=case.owner)
    answer_by_mail(fresh(case), "From this one", by=case.owner)
    same_again = parted(fresh(same))
    assert said_on(same_again) == ["From the other", "From this one"]


def test_through_a_chain_every_case_of_the_writer_keeps_it(case, same, user_in):
    last = ComplaintFactory(owner=user_in("agent"), contact_email=ZHANG)
    merged(case, same)
    merge(fresh(same), last, by=last.owner)
    mailed = answer_by_mail(last, "All three", by=last.owner).letter
    assert set(mailed.also_about.all()) == {case, same}
    same_again = parted(fresh(same))
    assert said_on(same_again) == ["All three"]
    assert said_on(parted(fresh(case))) == ["All three"]


def test_what_others_were_told_stays_with_the_case_that_told_them(case, same):
    merged(case, same)
    Complaint.objects.filter(pk=same.pk).update(contact_email="liu@other.example")
    answer_by_mail(fresh(same), "Liu, yours is on its way", by=same.owner)
    answer(fresh(same), "Said on the phone", by=same.owner)
    case = parted(case)
    assert said_on(case) == shown_to_writer(case) == []


def test_whose_address_was_corrected_does_not_read_what_went_to_the_former_one(case, same):
    merged(case, same)
    answer_by_mail(same, "Both are repaired on Friday.", by=same.owner)
    Complaint.objects.filter(pk=case.pk).update(contact_email="zhang@new.example", person=None)
    case = parted(fresh(case))
    assert (said_on(case), shown_to_writer(case)) == (["Both are repaired on Friday."], [])


def test_a_letter_that_is_sent_again_to_another_address_is_about_whom_it_reaches(case, same):
    merged(case, same)
    mailed = answer_by_mail(same, "On Friday.", by=same.owner).letter
    CaseLetter.objects.update(state="failed")
    Complaint.objects.filter(pk=same.pk).update(contact_email="liu@other.example")
    again = send_again(CaseLetter.objects.get(pk=mailed.pk), by=same.owner)
    assert (again.to, again.also_about.count()) == ("liu@other.example", 0)


def test_who_was_mailed_an_answer_meanwhile_does_not_wait(box, case, same):
    merged(case, same)
    taken(box, letter("And mine?", References="<first@customer.example>"))
    answer_by_mail(fresh(same), "Yours, too.", by=same.owner)
    assert parted(case).unanswered_since is None


def test_the_thread_goes_on_with_what_passed_meanwhile(box, case, same):
    merged(case, same)
    chain = {"References": "<first@customer.example>"}
    taken(box, letter("And mine?", message_id="<second@customer.example>", **chain))
    mailed = answer_by_mail(fresh(same), "Yours, too.", by=same.owner).letter
    case = parted(case)
    assert chain_of(case)[-2:] == ["<second@customer.example>", mailed.message_id]


def test_the_page_names_the_case_it_was_mailed_from_and_offers_nothing_there(case, same, client_of):
    merged(case, same)
    answer_by_mail(same, "Both are repaired on Friday.", by=same.owner)
    CaseLetter.objects.filter(complaint=same).update(state="failed")
    case = parted(case)
    page = client_of(case.owner).get(case.get_absolute_url()).content.decode()
    assert same.number in page
    assert "Send again" not in page
    assert "Send again" in client_of(same.owner).get(same.get_absolute_url()).content.decode()


def test_an_answer_mailed_later_is_about_the_case_as_well(case, same):
    merged(case, same)
    entry = answer(same, "Both are repaired on Friday.", by=same.owner)
    mail_entry(entry, by=same.owner)
    assert said_on(parted(case)) == ["Both are repaired on Friday."]


# ---- decision letters -------------------------------------------------------------------------------
@pytest.fixture
def issued(case, same):
    """A decision letter of the case that goes on, issued while it had the other one."""
    merged(case, same)
    solve(same, "Repaired", decision="upheld", by=same.owner)
    draft = draft_letter(same, by=same.owner, language="en")
    edit_letter(draft, {"recipient": "Zhang", "subject": "Decision", "body": "It is upheld."}, by=same.owner)
    return issue_letter(draft, way="post", by=same.owner)


def test_a_decision_letter_is_about_what_its_case_had_taken_in(case, same, issued):
    parted(case)
    assert list(DecisionLetter.objects.about(case)) == list(DecisionLetter.objects.about(same)) == [issued]
    assert issued.complaint == same


def test_the_panel_says_from_which_case_it_was_issued(case, same, issued, client_of):
    parted(case)
    own, other = reverse("complaints:letter-panel", args=[case.pk]), f"issued from {same.number}"
    client = client_of(case.owner)
    text = client.get(own).content.decode()
    assert issued.number in text
    assert other in text
    panel = client.get(reverse("complaints:letter-panel", args=[same.pk])).content.decode()
    assert issued.number in panel
    assert other not in panel


def test_who_does_not_reach_the_case_it_was_issued_from_does_not_see_it(case, same, issued, client_of):
    far = TeamFactory()
    Complaint.objects.filter(pk=same.pk).update(team=far, owner=None, queue=None)
    parted(case)
    client = client_of(case.owner)
    text = client.get(reverse("complaints:letter-panel", args=[case.pk])).content.decode()
    assert issued.number not in text
    assert client.get(f"/api/v1/decision-letters/{issued.pk}/").status_code == 404


@pytest.mark.parametrize("path", ["decision-letters/?", "complaint-letters/?kind=answer&"])
def test_lists_of_a_case_hold_what_is_about_it(path, case, same, issued, client_of):
    answer_by_mail(fresh(same), "On Friday.", by=same.owner)
    parted(case)
    client = client_of(case.owner)
    for one in (case, same):
        rows = client.get(f"/api/v1/{path}complaint={one.pk}").json()["results"]
        assert [row["complaint"] for row in rows] == [same.pk]


def test_letters_of_cases_that_are_merged_today_are_found(case, same, issued):
    mailed = answer_by_mail(fresh(same), "On Friday.", by=same.owner).letter
    for row in (mailed, issued):
        row.also_about.clear()
    import_module("complaints.migrations.0032_letters_about_merged_cases").find_letters(apps, None)
    assert [list(row.also_about.all()) for row in (mailed, issued)] == [[case], [case]]
