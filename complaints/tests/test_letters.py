"""Decision letters: drafted, approved by a second person, issued once and frozen, corrected, handed over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from complaints.choices.cases import Decision, Grade
from complaints.choices.letters import LetterState
from complaints.domain.assessing import regrade
from complaints.domain.compensation import move_on, propose
from complaints.domain.letter_issue import correct_letter, digest_now, hand_over, issue_letter
from complaints.domain.letter_templates import update_letter_rules, update_template
from complaints.domain.letters import (
    approve_letter,
    discard_letter,
    draft_letter,
    edit_letter,
    may_approve_letter,
    return_letter,
    submit_letter,
)
from complaints.domain.moves import assign, hear, solve
from complaints.domain.reopening import reopen
from complaints.models import (
    Assignment,
    DecisionLetter,
    LetterSettings,
    LetterTemplate,
    LetterTemplateEdition,
)
from complaints.tests.factories import ComplaintFactory, policy, registered
from complaints.tests.letters import decided_case, whole_letter
from core.errors import Conflict, DomainError
from core.models import AuditEntry, Organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(user_in):
    return user_in("manager")


@pytest.fixture
def case(agent):
    return decided_case(owner=agent)


def refusal_of(call, *arguments, **values) -> str:
    with pytest.raises(DomainError) as refusal:
        call(*arguments, **values)
    return refusal.value.code


# ---- drafting ---------------------------------------------------------------------------------------
def test_neither_an_earlier_editor_nor_a_former_handler_approves(user_in):
    agent, editor, former, other = (user_in(role) for role in ("agent", "manager", "manager", "manager"))
    case = decided_case(owner=agent, team=agent.team, grade=Grade.SEVERE)
    Assignment.objects.create(complaint=case, owner=former, reason="manual", at=timezone.now())
    letter = whole_letter(case, agent)
    edit_letter(letter, {"body": "We have looked into it closely."}, by=editor)
    edit_letter(letter, {"body": "We have looked into it."}, by=agent)
    letter = submit_letter(letter, by=agent)
    for person in (editor, former):
        assert not may_approve_letter(letter, person)
        assert refusal_of(approve_letter, letter, by=person) == "four_eyes"
    assert approve_letter(letter, by=other).approved_by == other


def test_a_letter_begins_in_the_language_of_the_customer_with_gaps_marked(agent):
    letter = draft_letter(decided_case(owner=agent, language="zh-hans", title="发票开错"), by=agent)
    assert (letter.language, letter.state, letter.decision) == ("zh-hans", "draft", "upheld")
    assert "尊敬的Li Wei：" in letter.body and "发票开错" in letter.body
    assert "[[" in letter.body and "{findings}" not in letter.body and "None" not in letter.body
    assert AuditEntry.objects.about(letter).count() == 1


def test_what_the_customer_accepted_stands_in_the_letter_and_what_is_only_offered_does_not(agent, case):
    base = Organisation.load().base_currency
    rows = [propose(case, {"measure": "refund", "amount": n, "currency": base}, by=agent) for n in (10, 20)]
    for row, states in zip(rows, (["offered", "accepted"], ["offered"]), strict=True):
        for state in states:
            move_on(row, state, by=agent)
    body = draft_letter(case, by=agent).body
    assert "10.00" in body and "20.00" not in body


def test_without_a_decision_there_is_no_letter(agent):
    assert refusal_of(draft_letter, ComplaintFactory(owner=agent), by=agent) == "not_decided"


def test_one_letter_of_a_case_is_written_at_a_time(agent, case):
    letter = draft_letter(case, by=agent)
    assert refusal_of(draft_letter, case, by=agent) == "being_written"
    discard_letter(letter, by=agent)
    assert draft_letter(case, by=agent).state == LetterState.DRAFT


def test_an_edited_template_is_a_new_edition_and_leaves_letters_alone(agent, manager, case):
    letter = draft_letter(case, by=agent)
    before = letter.body
    row = LetterTemplate.objects.get(decision="upheld", language="en")
    update_template(row, {"body": "Short: {findings}"}, by=manager)
    letter.refresh_from_db()
    assert letter.body == before
    numbers = LetterTemplateEdition.objects.filter(template=row).values_list("number", flat=True)
    assert (list(numbers), letter.template.number) == ([2, 1], 1)


def test_a_template_refuses_names_that_stand_for_nothing(manager):
    row = LetterTemplate.objects.get(decision="upheld", language="en")
    assert refusal_of(update_template, row, {"body": "{secret}"}, by=manager) == "unknown_placeholder"
    assert refusal_of(update_template, row, {"body": " "}, by=manager) == "empty"
    assert row.editions.count() == 1


# ---- approving --------------------------------------------------------------------------------------
@pytest.mark.parametrize("values", [{"grade": Grade.SEVERE}, {"decision": Decision.REJECTED}])
def test_severe_and_rejected_are_approved_by_a_second_person(agent, manager, values):
    letter = whole_letter(decided_case(owner=agent, **values), agent)
    assert refusal_of(issue_letter, letter, way="post", by=agent) == "approval_needed"
    submit_letter(letter, by=agent)
    assert refusal_of(approve_letter, letter, by=agent) == "four_eyes"
    approve_letter(letter, by=manager)
    issued = issue_letter(letter, way="post", by=agent)
    assert (issued.state, issued.approved_by) == (LetterState.ISSUED, manager)


def test_the_handler_does_not_approve_what_another_wrote(agent, user_in):
    handler, manager = user_in("manager"), user_in("manager")
    letter = submit_letter(whole_letter(decided_case(owner=handler, grade="severe"), agent), by=agent)
    assert refusal_of(approve_letter, letter, by=handler) == "four_eyes"
    assert approve_letter(letter, by=manager).state == LetterState.APPROVED


def test_of_two_who_approve_the_second_is_refused(agent, user_in):
    letter = submit_letter(whole_letter(decided_case(owner=agent, grade="severe"), agent), by=agent)
    one, other = user_in("manager"), user_in("manager")
    first, second = (DecisionLetter.objects.get(pk=letter.pk) for _n in range(2))
    approve_letter(first, by=one)
    with pytest.raises(Conflict) as refusal:
        approve_letter(second, by=other)
    assert refusal.value.code == "letter_is_approved"
    letter.refresh_from_db()
    assert letter.approved_by == one


def test_an_edit_after_approval_needs_it_again(agent, manager):
    letter = submit_letter(whole_letter(decided_case(owner=agent, grade="severe"), agent), by=agent)
    approve_letter(letter, by=manager)
    edited = edit_letter(letter, {"body": "Otherwise"}, by=agent)
    assert (edited.state, edited.approved_by) == (LetterState.DRAFT, None)
    assert refusal_of(issue_letter, letter, way="mail", by=agent) == "approval_needed"


def test_who_edited_last_does_not_approve_either(agent, manager):
    letter = whole_letter(decided_case(owner=agent, grade="severe"), agent)
    submit_letter(edit_letter(letter, {"body": "By the manager"}, by=manager), by=agent)
    assert refusal_of(approve_letter, letter, by=manager) == "four_eyes"


def test_the_text_that_was_read_is_the_text_that_is_approved(agent, manager):
    letter = submit_letter(whole_letter(decided_case(owner=agent, grade="severe"), agent), by=agent)
    seen = letter.version
    submit_letter(edit_letter(letter, {"body": "Changed behind the back"}, by=agent), by=agent)
    assert refusal_of(approve_letter, letter, by=manager, version=seen) == "stale"


def test_a_letter_is_given_back_with_a_reason(agent, manager):
    letter = submit_letter(whole_letter(decided_case(owner=agent, grade="severe"), agent), by=agent)
    assert refusal_of(return_letter, letter, note=" ", by=manager) == "reason_needed"
    back = return_letter(letter, note="Name the law", by=manager)
    assert (back.state, back.review_note) == (LetterState.DRAFT, "Name the law")


def test_a_letter_that_needs_no_approval_is_not_submitted(agent, case):
    assert refusal_of(submit_letter, whole_letter(case, agent), by=agent) == "no_approval_needed"


def test_the_database_holds_the_second_person(agent, manager, case):
    letter = whole_letter(case, agent)
    rows = DecisionLetter.objects.filter(pk=letter.pk)
    for values in (
        {"approved_by": agent},
        {"needs_approval": True, "state": "approved"},
        {"state": "issued"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**values)
    assert rows.update(approved_by=manager) == 1


# ---- issuing ----------------------------------------------------------------------------------------
def test_a_letter_with_gaps_is_neither_submitted_nor_issued(agent):
    case = decided_case(owner=agent)
    letter = draft_letter(case, by=agent)
    assert refusal_of(issue_letter, letter, way="post", by=agent) == "letter_has_gaps"
    severe = draft_letter(decided_case(owner=agent, grade="severe"), by=agent)
    assert refusal_of(submit_letter, severe, by=agent) == "letter_has_gaps"
    edit_letter(letter, {"body": "As {findings} shows"}, by=agent)
    assert refusal_of(issue_letter, letter, way="post", by=agent) == "letter_has_gaps"


def test_issuing_numbers_dates_and_fills_in_what_is_known_then(agent, manager, case):
    update_letter_rules(LetterSettings.load(), {"objection_days": 10}, by=manager)
    letter = whole_letter(case, agent, body="No. {letter_number}, until {objection_until}")
    issued = issue_letter(letter, way="mail", by=agent)
    today = timezone.localdate()
    assert issued.number == f"HF-{today:%Y%m%d}-0001"
    assert issued.objection_until == today + timedelta(days=10)
    assert issued.body.startswith(f"No. {issued.number}, until {issued.objection_until.day} ")
    assert (issued.digest, issued.sender) == (digest_now(issued), Organisation.load().name)
    assert [one.way for one in issued.handovers.all()] == ["mail"]


def test_an_issued_letter_is_entered_as_an_answer(agent, case):
    issued = issue_letter(whole_letter(case, agent, body="We were wrong."), way="mail", by=agent)
    line = case.entries.filter(kind="outbound").get()
    assert (line.body, line.channel, line.by) == (f"{issued.subject}\n\nWe were wrong.", "email", agent)
    assert case.entries.filter(kind="system").latest("pk").data["code"] == "letter_issued"


@pytest.mark.usefixtures("bare")
def test_the_clocks_of_an_answer_are_met_when_a_letter_is_issued(agent):
    policy()
    case = assign(registered(), agent, by=None)
    case = solve(case, "A new invoice", decision="upheld", by=agent)
    case.clocks.filter(kind="respond").update(state="running", met_at=None)
    issue_letter(whole_letter(case, agent, recipient="Li Wei"), way="post", by=agent)
    assert case.clocks.get(kind="respond").state == "met"


def test_a_second_click_issues_nothing_more(agent, case):
    letter = whole_letter(case, agent)
    issue_letter(letter, way="post", by=agent)
    assert refusal_of(issue_letter, letter, way="post", by=agent) == "letter_is_issued"
    assert case.entries.filter(kind="outbound").count() == 1


def test_a_case_decided_anew_makes_the_letter_useless(agent, case):
    letter = whole_letter(case, agent)
    reopen(case, reason="Not content", by=agent)
    assert refusal_of(issue_letter, letter, way="post", by=agent) == "not_decided"
    solve(case, "Another", decision="partly", by=agent)
    assert refusal_of(issue_letter, letter, way="post", by=agent) == "decided_anew"


def test_a_lower_grade_is_no_way_round_the_second_person(agent):
    case = decided_case(owner=agent, grade="severe")
    letter = whole_letter(case, agent)
    regrade(case, "general", reason="Not so grave", by=agent)
    assert refusal_of(issue_letter, letter, way="post", by=agent) == "approval_needed"
    discard_letter(letter, by=agent)
    case.refresh_from_db()
    assert refusal_of(issue_letter, whole_letter(case, agent), way="post", by=agent) == "approval_needed"


def test_a_letter_is_the_same_whatever_the_zone_of_its_reader(agent, case):
    moment = datetime(2026, 11, 2, 16, 30, tzinfo=UTC)  # the third in Shanghai, the second in Berlin
    letter = whole_letter(case, agent)
    with timezone.override("Europe/Berlin"):
        issued = issue_letter(letter, way="post", by=agent, at=moment)
    assert issued.number.startswith("HF-20261103-")
    for zone in ("Asia/Shanghai", "Europe/Berlin"):
        with timezone.override(zone):
            assert digest_now(issued) == issued.digest


def test_another_text_than_the_one_that_was_read_is_not_issued(agent, case):
    letter = whole_letter(case, agent)
    read = letter.version
    edit_letter(letter, {"body": "Quite another text"}, by=agent)
    assert refusal_of(issue_letter, letter, way="post", by=agent, version=read) == "stale"


def test_a_letter_answers_what_the_customer_wrote_last(agent, case):
    hear(case, "What now?", by=None)
    letter = whole_letter(case, agent)
    issue_letter(letter, way="post", by=agent)
    case.refresh_from_db()
    assert case.unanswered_since is None


@pytest.mark.parametrize("field", ["body", "subject", "recipient", "digest", "address"])
def test_nobody_changes_an_issued_letter(agent, case, field):
    issued = issue_letter(whole_letter(case, agent), way="post", by=agent)
    assert refusal_of(edit_letter, issued, {"body": "Otherwise"}, by=agent) == "letter_is_issued"
    assert refusal_of(discard_letter, issued, by=agent) == "letter_is_issued"
    with pytest.raises(DatabaseError), transaction.atomic():
        DecisionLetter.objects.filter(pk=issued.pk).update(**{field: "Otherwise"})
    issued.refresh_from_db()
    assert issued.digest == digest_now(issued)


def test_a_corrected_letter_replaces_the_former_and_names_it(agent, case):
    former = issue_letter(whole_letter(case, agent), way="post", by=agent)
    draft = correct_letter(former, by=agent)
    assert refusal_of(correct_letter, former, by=agent) in {"replaced", "being_written"}
    edit_letter(draft, {"body": "Corrected."}, by=agent)
    issued = issue_letter(draft, way="post", by=agent)
    assert issued.replaces == former and former.number in issued.body
    assert issued.number != former.number
    former = DecisionLetter.objects.get(pk=former.pk)
    assert (former.is_replaced, former.state) == (True, LetterState.ISSUED)
    assert refusal_of(correct_letter, former, by=agent) == "replaced"


def test_a_discarded_correction_leaves_the_former_free(agent, case):
    former = issue_letter(whole_letter(case, agent), way="post", by=agent)
    discard_letter(correct_letter(former, by=agent), by=agent)
    assert correct_letter(former, by=agent).replaces == former


def test_a_letter_is_handed_over_after_its_issue_and_not_in_the_future(agent, case):
    letter, today = whole_letter(case, agent), timezone.localdate()
    assert refusal_of(hand_over, letter, "post", on=today, by=agent) == "not_issued"
    issue_letter(letter, way="mail", by=agent)
    assert refusal_of(hand_over, letter, "post", on=today + timedelta(days=1), by=agent) == "bad_day"
    assert refusal_of(hand_over, letter, "pigeon", on=today, by=agent) == "bad_way"
    hand_over(letter, "post", on=today, by=agent)
    hand_over(letter, "post", on=today, by=agent)
    assert letter.handovers.count() == 2
