"""Pages of letters, unreasonable complaints and legal references: what is shown, and done."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from complaints.domain.letter_issue import issue_letter
from complaints.domain.letters import draft_letter, submit_letter
from complaints.domain.references import cite
from complaints.models import (
    Citation,
    ConductCriterion,
    DecisionLetter,
    Designation,
    LegalReference,
    LetterTemplate,
)
from complaints.tests.factories import ComplaintFactory
from complaints.tests.letters import decided_case, in_force, proposed, whole_letter
from core.models import AuditEntry
from core.tests.factories import TeamFactory
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(user_in):
    return user_in("manager")


@pytest.fixture
def case(agent):
    return decided_case(owner=agent)


def at(name: str, *arguments: object) -> str:
    return reverse(f"complaints:{name}", args=arguments)


def text_of(client, name: str, *arguments: object) -> str:
    answer = client.get(at(name, *arguments))
    assert answer.status_code == 200
    return answer.content.decode()


# ---- letters ----------------------------------------------------------------------------------------
def test_a_letter_is_written_and_issued_without_script(case, agent, client_of):
    client = client_of(agent)
    begun = client.post(at("letter-create", case.pk), {"language": "en", "with_changes": "on"})
    letter = DecisionLetter.objects.get()
    assert begun["Location"] == letter.get_absolute_url()
    assert '<mark class="letter-gap">' in text_of(client, "letter-detail", letter.pk)
    refused = client.post(at("letter-issue", letter.pk), {"way": "post", "on": timezone.localdate()})
    assert refused.status_code == 422
    form = {"recipient": "Li Wei", "address": "Road 1", "subject": "Decision", "body": "Done.", "version": 1}
    assert client.post(at("letter-update", letter.pk), form).status_code == 302
    issued = client.post(at("letter-issue", letter.pk), {"way": "post", "on": timezone.localdate()})
    assert issued.status_code == 302
    letter.refresh_from_db()
    assert letter.state == "issued"
    page = text_of(client, "letter-detail", letter.pk)
    assert letter.digest in page and at("letter-update", letter.pk) not in page


def test_a_draft_shows_the_days_of_an_issue_today_and_stores_none(case, agent, client_of):
    letter = whole_letter(case, agent, body="Until {objection_until}, {letter_number}")
    for name in ("letter-detail", "letter-print"):
        page = text_of(client_of(agent), name, letter.pk)
        assert "{objection_until}" not in page and "HF-…" in page
    letter.refresh_from_db()
    assert letter.body == "Until {objection_until}, {letter_number}"


def test_a_letter_changed_meanwhile_is_not_overwritten(case, agent, client_of):
    letter = whole_letter(case, agent)
    form = {"recipient": "X", "address": "", "subject": "Decision", "body": "Mine", "version": 1}
    assert client_of(agent).post(at("letter-update", letter.pk), form).status_code == 409


def test_the_second_person_approves_on_the_page(agent, manager, client_of):
    letter = submit_letter(whole_letter(decided_case(owner=agent, grade="severe"), agent), by=agent)
    assert at("letter-approve", letter.pk) not in text_of(client_of(agent), "letter-detail", letter.pk)
    assert client_of(agent).post(at("letter-approve", letter.pk)).status_code == 403
    client = client_of(manager)
    assert at("letter-approve", letter.pk) in text_of(client, "letter-detail", letter.pk)
    client.post(at("letter-approve", letter.pk), {"version": letter.version})
    letter.refresh_from_db()
    assert letter.approved_by == manager


def test_letters_keep_to_the_reach_of_their_case(case, agent, user_in, client_of):
    letter = issue_letter(whole_letter(case, agent), way="post", by=agent)
    stranger = client_of(user_in("agent", team=TeamFactory()))
    for name in ("letter-detail", "letter-print", "letter-download", "letter-update"):
        assert stranger.get(at(name, letter.pk)).status_code == 404
    assert letter.subject not in text_of(stranger, "letter-list")


def test_text_from_outside_is_escaped_wherever_a_letter_is_shown(agent, client_of):
    case = decided_case(owner=agent, title="<script>alert(1)</script>", contact_name="<b>Li</b>")
    letter = draft_letter(case, by=agent)
    for name in ("letter-detail", "letter-print", "letter-update"):
        page = text_of(client_of(agent), name, letter.pk)
        assert "<script>alert" not in page and "<b>Li</b>" not in page


def test_the_address_is_masked_for_who_may_not_read_it(case, agent, user_in, client_of):
    letter = issue_letter(whole_letter(case, agent, address="88 Hidden Road"), way="post", by=agent)
    analyst = client_of(user_in("analyst"))
    for name in ("letter-detail", "letter-print", "letter-download"):
        assert "Hidden Road" not in text_of(analyst, name, letter.pk)
        assert "Hidden Road" in text_of(client_of(agent), name, letter.pk)


def test_a_download_is_one_sealed_file_and_on_record(case, agent, client_of):
    letter = issue_letter(whole_letter(case, agent, body="We were wrong."), way="post", by=agent)
    answer = client_of(agent).get(at("letter-download", letter.pk))
    assert answer["Content-Disposition"] == f'attachment; filename="{letter.number}.html"'
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "We were wrong." in answer.content.decode()
    assert AuditEntry.objects.about(letter).filter(action="exported", actor=agent).count() == 1


def test_the_panel_offers_a_letter_only_when_the_case_is_decided(case, agent, client_of):
    client, open_case = client_of(agent), ComplaintFactory(owner=agent)
    assert at("letter-create", case.pk) in text_of(client, "letter-panel", case.pk)
    assert at("letter-create", open_case.pk) not in text_of(client, "letter-panel", open_case.pk)


def test_the_list_costs_the_same_for_one_and_three(agent, client_of):
    client, counts = client_of(agent), []
    for more in (1, 2):
        for _number in range(more):
            draft_letter(decided_case(owner=agent), by=agent)
        client.get(at("letter-list"))
        with CaptureQueriesContext(connection) as seen:
            client.get(at("letter-list"))
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_template_is_edited_previewed_and_its_editions_compared(case, manager, agent, client_of):
    row = LetterTemplate.objects.get(decision="upheld", language="en")
    client = client_of(manager)
    typed = {"subject": "About {number}", "body": "Found: {findings}", "case": case.pk}
    preview = client.post(at("lettertemplate-preview", row.pk), typed).content.decode()
    assert case.number in preview and "letter-gap" in preview
    row.refresh_from_db()
    assert row.edition == 1
    bad = client.post(at("lettertemplate-update", row.pk), {**typed, "body": "{nothing}", "version": 1})
    assert (bad.status_code, "{nothing}" in bad.content.decode()) == (422, True)
    assert client.post(at("lettertemplate-update", row.pk), {**typed, "version": 1}).status_code == 302
    assert "<ins>" in text_of(client, "lettertemplate-editions", row.pk)
    assert client_of(agent).get(at("lettertemplate-update", row.pk)).status_code == 403


def test_a_preview_shows_no_case_out_of_reach(manager, user_in, client_of):
    row = LetterTemplate.objects.get(decision="upheld", language="en")
    hidden = decided_case(owner=user_in("agent", team=TeamFactory()), title="Hidden trouble")
    page = client_of(manager).post(
        at("lettertemplate-preview", row.pk), {"subject": "x", "body": "{title}", "case": hidden.pk}
    )
    assert "Hidden trouble" not in page.content.decode()


# ---- unreasonable complaints ------------------------------------------------------------------------
def test_a_proposal_is_made_decided_and_shown_on_the_case(agent, manager, user_in, client_of):
    case = ComplaintFactory(owner=user_in("agent"), customer=CustomerFactory(owner=agent, team=agent.team))
    line = case.entries.create(kind="inbound", body="You idiots", at=timezone.now())
    form = {
        "scope": "customer",
        "criteria": ConductCriterion.objects.all()[0].pk,
        "entries": line.pk,
        "reason": "Insults",
        "in_writing": "on",
        "months": 6,
    }
    assert client_of(agent).post(at("designation-create", case.pk), form).status_code == 302
    row = Designation.objects.get()
    assert "Rules for contacts" not in text_of(client_of(agent), "complaint-detail", case.pk)
    assert client_of(agent).get(at("designation-decide", row.pk)).status_code == 403
    client = client_of(manager)
    assert client.post(at("designation-decide", row.pk), {"agrees": "1", "note": "Shown"}).status_code == 302
    assert "Rules for contacts" in text_of(client_of(agent), "complaint-detail", case.pk)
    assert "Rules for contacts" in text_of(client, "designation-banner", case.customer_id)
    trainer = client_of(user_in("trainer"))
    assert "Rules for contacts" not in text_of(trainer, "complaint-detail", case.pk)
    assert trainer.get(at("designation-list")).status_code == 403


def test_a_proposal_without_evidence_is_shown_again_with_what_is_wrong(agent, client_of):
    case = ComplaintFactory(owner=agent)
    form = {"scope": "matter", "criteria": ConductCriterion.objects.all()[0].pk, "reason": "x", "months": 6}
    answer = client_of(agent).post(at("designation-create", case.pk), {**form, "in_writing": "on"})
    assert answer.status_code == 422 and not Designation.objects.exists()


def test_evidence_of_a_case_out_of_reach_is_not_shown(agent, manager, user_in, client_of):
    case = ComplaintFactory(owner=user_in("agent"))
    other = user_in("agent", team=TeamFactory())
    ComplaintFactory(owner=other, customer=case.customer)
    row = in_force(case, agent, manager, scope="customer")
    assert "You idiots!" in text_of(client_of(agent), "designation-detail", row.pk)
    page = text_of(client_of(other), "designation-detail", row.pk)
    assert "You idiots!" not in page


def test_reasons_are_masked_for_who_only_has_to_know_the_rules(agent, manager, user_in, client_of):
    case = ComplaintFactory(owner=user_in("agent"))
    row = in_force(case, agent, manager)
    page = text_of(client_of(user_in("sales")), "designation-detail", row.pk)
    assert "Insults at every call" not in page and "answer in writing only" in page


def test_the_list_of_designations_costs_the_same_for_one_and_three(agent, client_of):
    client, counts = client_of(agent), []
    for more in (1, 2):
        for _number in range(more):
            proposed(ComplaintFactory(owner=agent), agent)
        client.get(at("designation-list"))
        with CaptureQueriesContext(connection) as seen:
            client.get(at("designation-list"))
        counts.append(len(seen))
    assert counts[0] == counts[1]


# ---- legal references -------------------------------------------------------------------------------
def test_the_library_is_searched_and_a_day_chooses_the_version(agent, client_of):
    client = client_of(agent)
    page = client.get(at("reference-list"), {"q": "消费者权益保护法", "on": "2013-01-01"}).content.decode()
    assert page.count('data-label="Cited"') == 1
    assert "1994" in page


def test_a_reference_is_cited_on_a_case_and_an_ended_one_warns(agent, client_of):
    case = ComplaintFactory(owner=agent, occurred_on=date(2013, 5, 1))
    client = client_of(agent)
    page = text_of(client, "reference-panel", case.pk)
    assert page.index("In force on the day of the case") < page.index("Not in force on that day")
    old = LegalReference.objects.get(code="cn-consumer-protection", in_force_from=date(1994, 1, 1))
    assert client.post(at("citation-case", case.pk), {"reference": old.pk}).status_code == 302
    assert "In force until" in text_of(client, "reference-panel", case.pk)
    citation = Citation.objects.get()
    assert client.post(at("citation-delete", citation.pk)).status_code == 302
    assert not Citation.objects.exists()


def test_a_page_of_a_reference_names_only_cases_in_reach(agent, user_in, client_of):
    row = LegalReference.objects.get(code="cn-civil-code")
    case = ComplaintFactory(owner=agent, title="Only ours")
    cite(case, row, by=agent)
    assert "Only ours" in text_of(client_of(agent), "reference-detail", row.pk)
    stranger = client_of(user_in("agent", team=TeamFactory()))
    assert "Only ours" not in text_of(stranger, "reference-detail", row.pk)
