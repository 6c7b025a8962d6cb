"""Files of cases: history and open ones, brought in once, judged row by row, taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from complaints.choices.cases import CaseKind, ClockKind, ClockState, EntryKind, EscalationState, State
from complaints.choices.facts import Fact
from complaints.domain.bringing_in import bring_in_past
from complaints.domain.entries import add_note
from complaints.domain.facts import measure_changed
from complaints.domain.moves import take
from complaints.domain.reopening import reopen
from complaints.imports import cases as target_cases
from complaints.models import (
    CallBack,
    CaseFact,
    Category,
    Clock,
    Complaint,
    Entry,
    Escalation,
    FactMonth,
    Queue,
)
from complaints.tests.factories import CategoryFactory, ComplaintFactory, QueueFactory, policy
from core.domain.imports import run_import, walking
from core.models import AuditEntry, ImportRun, Job, Notification, OutgoingMail, User
from core.tests.imports import counts, faults, imported, undone
from customers.models import TimelineEvent
from customers.tests.factories import ContactFactory, CustomerFactory

pytestmark = pytest.mark.django_db

CASES = "complaints.complaint"
HEAD = "投诉编号,标题,客户代码,受理时间,状态,结案时间,处理结果,处理意见\n"
PAST = "T1,换了讲师,T-1,2024-03-04 09:30,已结案,2024-03-06 17:00,成立,已退还差价\n"


@pytest.fixture(autouse=True)
def deadlines() -> None:
    policy()


@pytest.fixture
def customer(manager: User):
    return CustomerFactory(code="T-1", name="东方银行", owner=manager)


def everything() -> list:
    """All that an import of cases may write, but for lines of the audit and numbers that were taken."""
    rows: list = []
    for model in (Complaint, Entry, Clock, Escalation, TimelineEvent, CaseFact, CallBack):
        rows += [(model.__name__, values) for values in model.objects.order_by("pk").values_list()]
    return rows


# ---- history ----------------------------------------------------------------------------------------
def test_history_comes_in_as_it_was_and_nothing_runs(manager: User, customer) -> None:
    run = imported(CASES, HEAD + PAST, manager, source_system="旧系统")

    assert faults(run) == {}
    case = Complaint.objects.get()
    assert (case.state, case.decision, case.solution) == (State.CLOSED, "upheld", "已退还差价")
    assert (case.source_system, case.external_id, case.is_history) == ("旧系统", "T1", True)
    assert timezone.localtime(case.received_at).isoformat() == "2024-03-04T09:30:00+08:00"
    assert case.solved_at == case.ended_at == case.decided_at
    assert case.customer == customer
    assert case.number.startswith("TS-")
    assert case.grade
    assert not Clock.objects.exists()
    assert not Escalation.objects.exists()
    assert not CallBack.objects.exists()
    assert not OutgoingMail.objects.exists()
    assert mail.outbox == []
    assert not Notification.objects.exclude(kind__startswith="core.").exists()
    assert not Job.objects.filter(task__startswith="complaints.").exists()


def test_history_tells_its_story(manager: User, customer) -> None:
    imported(CASES, HEAD + PAST, manager)
    case = Complaint.objects.get()

    told = list(case.entries.order_by("at", "id").values_list("kind", "body", "data__code"))
    assert told == [
        (EntryKind.INBOUND, "换了讲师", None),
        (EntryKind.OUTBOUND, "已退还差价", None),
        (EntryKind.SYSTEM, "", "solved"),
        (EntryKind.SYSTEM, "", "closed"),
        (EntryKind.SYSTEM, "", "brought_in"),
    ]
    lines = TimelineEvent.objects.filter(customer=customer, kind="complaint").order_by("at")
    assert [(line.data["action"], line.at) for line in lines] == [
        ("received", case.received_at),
        ("closed", case.ended_at),
    ]
    line = AuditEntry.objects.get(subject_type="complaints.complaint", subject_id=case.pk)
    assert (line.action, line.actor, "file.csv" in line.note) == ("created", manager, True)


def test_history_is_counted_on_its_days_without_what_only_our_own_work_knows(manager: User, customer) -> None:
    imported(CASES, HEAD + PAST, manager)
    measure_changed(timezone.now(), since=timezone.now())

    found = {row.what: (f"{row.on:%Y-%m-%d}", row.hit) for row in CaseFact.objects.all()}
    assert found[Fact.RECEIVED] == ("2024-03-04", False)
    assert found[Fact.SOLVED] == ("2024-03-06", None)
    assert found[Fact.DECIDED] == ("2024-03-06", True)
    assert found[Fact.SETTLED] == ("2024-03-06", False)
    missing = {Fact.CLOSED, Fact.LEVEL_2, Fact.LEVEL_3, Fact.SLA_SOLVE, Fact.ACKNOWLEDGED, Fact.RESPONDED}
    assert missing.isdisjoint(found)


def test_history_is_found_by_its_former_number_and_its_words(manager: User, customer) -> None:
    imported(CASES, HEAD + PAST.replace("T1,", "KS-2024-77,"), manager)

    assert Complaint.objects.matching("KS-2024-77", manager).count() == 1
    assert Complaint.objects.matching("换了讲师", manager).count() == 1


def test_reopened_history_is_a_case_of_ours(manager: User, customer) -> None:
    imported(CASES, HEAD + PAST, manager)
    case = reopen(Complaint.objects.get(), reason="Again", by=manager)

    assert case.cycle == 2
    assert set(Clock.objects.running().values_list("kind", flat=True)) == {ClockKind.RESPOND, ClockKind.SOLVE}


def test_database_refuses_history_without_its_number(manager: User) -> None:
    case = ComplaintFactory(owner=manager)
    with pytest.raises(IntegrityError), transaction.atomic():
        Complaint.objects.filter(pk=case.pk).update(is_history=True)


def test_complaint_has_its_grade_or_that_of_the_rules_and_a_request_none(manager: User, customer) -> None:
    head = "编号,类型,标题,受理时间,结案时间,投诉等级\n"
    day = "2024-01-02,2024-01-03"
    rows = f"1,投诉,A,{day},重大\n2,投诉,B,{day},\n3,咨询,C,{day},一般\n"
    assert faults(imported(CASES, head + rows, manager)) == {}

    cases = {case.external_id: case for case in Complaint.objects.all()}
    assert (cases["1"].grade, cases["1"].was_severe) == ("severe", True)
    assert cases["1"].grade_evidence["rules"] == ["brought_in"]
    assert cases["2"].grade
    assert cases["2"].grade_evidence["rules"] != ["brought_in"]
    assert (cases["3"].kind, cases["3"].grade) == (CaseKind.REQUEST, "")
    assert cases["3"].number.startswith("FW-")


def test_category_is_the_edition_of_its_day_by_code_or_any_name(manager: User, customer) -> None:
    turn = datetime(2025, 1, 1, tzinfo=UTC)
    old = CategoryFactory(
        code="teaching", name_zh_hans="教学", valid_from=datetime(2023, 1, 1, tzinfo=UTC), retired_at=turn
    )
    new = Category.objects.create(code="teaching", edition=2, name_zh_hans="教学质量", valid_from=turn)
    head = "编号,标题,受理时间,结案时间,投诉分类\n"
    rows = (
        "1,A,2024-05-02,2024-05-03,teaching\n2,B,2024-05-02,2024-05-03,教学质量\n"
        "3,C,2025-05-02,2025-05-03,教学\n4,D,2020-05-02,2020-05-03,Teaching\n"
    )
    assert faults(imported(CASES, head + rows, manager)) == {}

    found = dict(Complaint.objects.values_list("external_id", "category"))
    assert found == {"1": old.pk, "2": old.pk, "3": new.pk, "4": old.pk}


def test_days_without_a_time_count_to_their_end(manager: User, customer) -> None:
    head = "编号,标题,受理时间,首次响应时间,结案时间\n"
    rows = "1,A,2024-03-04 14:00,2024-03-04,2024-03-04\n"
    assert faults(imported(CASES, head + rows, manager)) == {}

    case = Complaint.objects.get()
    assert timezone.localtime(case.ended_at).isoformat() == "2024-03-04T23:59:59+08:00"
    assert case.responded_at == case.ended_at


def test_whoever_has_left_stands_with_old_cases(manager: User, customer, user_in: Callable) -> None:
    gone = user_in("agent", full_name="离职者", is_active=False)
    head = "编号,标题,客户代码,受理时间,结案时间,处理人\n"
    assert faults(imported(CASES, head + "1,A,T-1,2024-03-04,2024-03-05,离职者\n", manager)) == {}

    assert Complaint.objects.get().owner == gone
    open_one = "编号,标题,客户代码,受理时间,处理人\n2,B,T-1,2026-03-04,离职者\n"
    assert faults(imported(CASES, open_one, manager, dry_run=True)) == {2: ["handler_left"]}


# ---- open cases -------------------------------------------------------------------------------------
def test_open_case_goes_on_with_its_deadlines_and_tells_once(
    manager: User, customer, user_in: Callable
) -> None:
    handler = user_in("agent", full_name="陈晨", team=manager.team)
    head = "编号,标题,客户代码,受理时间,首次响应时间,处理人,处理意见\n"
    rows = "1,A,T-1,2026-01-05 10:00,2026-01-05 11:00,陈晨,正在核实\n2,B,T-1,2026-01-05 10:00,,陈晨,\n"
    run = imported(CASES, head + rows, manager)
    assert faults(run) == {}

    first, second = Complaint.objects.order_by("external_id")
    assert (first.state, first.owner, first.is_history) == (State.WORKING, handler, False)
    assert first.responded_at == datetime(2026, 1, 5, 3, tzinfo=UTC)
    clocks = {clock.kind: clock for clock in first.clocks.all()}
    assert clocks[ClockKind.SOLVE].started_at == first.received_at
    assert clocks[ClockKind.RESPOND].state == ClockState.MET
    assert clocks[ClockKind.RESPOND].met_at == first.responded_at
    assert second.clocks.get(kind=ClockKind.RESPOND).state == ClockState.RUNNING
    assert set(second.clocks.get(kind=ClockKind.RESPOND).escalations.values_list("state", flat=True)) == {
        EscalationState.PASSED
    }
    assert first.entries.filter(kind=EntryKind.NOTE).values_list("body", flat=True).get() == "正在核实"
    told = Notification.objects.filter(user=handler)
    assert [message.kind for message in told] == ["case_assigned"]
    assert "owner=@me" in told.get().url
    assert not OutgoingMail.objects.filter(kind__contains="acknowledge").exists()


def test_open_case_without_a_handler_is_dispatched(manager: User, customer) -> None:
    Queue.objects.filter(is_default=True).update(is_automatic=True)
    imported(CASES, "编号,标题,客户代码,受理时间\n1,A,T-1,2026-03-04\n", manager)

    case = Complaint.objects.get()
    assert (case.state, case.owner) == (State.NEW, None)
    assert Job.objects.filter(task="complaints.tasks.dispatch").count() == 1


# ---- once and again ---------------------------------------------------------------------------------
MIXED = (
    HEAD + PAST + "T2,教室太冷,T-1,2026-02-03 10:00,处理中,,,\nT3,开票,T-1,2024-04-05,已撤诉,2024-04-06,,\n"
)


def test_the_same_file_changes_nothing_the_second_time(manager: User, customer) -> None:
    assert counts(imported(CASES, MIXED, manager)) == {"created": 3}
    before = everything()

    assert counts(imported(CASES, MIXED, manager)) == {"duplicate": 3}
    assert everything() == before


def test_later_file_corrects_facts_and_leaves_the_work_alone(manager: User, customer) -> None:
    imported(CASES, MIXED, manager)
    changed = MIXED.replace("教室太冷", "教室没有暖气").replace("处理中", "已结案").replace("成立", "不成立")
    changed = changed.replace(
        "T2,教室没有暖气,T-1,2026-02-03 10:00,已结案,,",
        "T2,教室没有暖气,T-1,2026-02-03 10:00,已结案,2026-02-05,",
    )
    assert counts(imported(CASES, changed, manager)) == {"updated": 1, "duplicate": 2}

    assert Complaint.objects.get(external_id="T2").title == "教室没有暖气"
    assert Complaint.objects.get(external_id="T2").state == State.NEW
    assert Complaint.objects.get(external_id="T1").decision == "upheld"


def test_own_number_means_the_case_that_has_it(manager: User, customer) -> None:
    case = ComplaintFactory(customer=customer, owner=manager, number="TS-20260101-0007", title="Old")
    text = "Number,In one sentence,Received,State\nTS-20260101-0007,Old,2026-01-01,Solution given\n"
    assert counts(imported(CASES, text, manager)) == {"duplicate": 1}
    assert counts(imported(CASES, text.replace("Old", "New"), manager)) == {"updated": 1}

    case.refresh_from_db()
    assert case.title == "New"


def test_own_number_of_a_case_from_another_system_corrects_it_only_where_that_is_named(
    manager: User, customer
) -> None:
    values = {"source_system": "Old desk", "external_id": "T1", "number": "TS-20260101-0007"}
    ComplaintFactory(customer=customer, owner=manager, title="Old", **values)
    text = "Number,In one sentence,Received,State\nTS-20260101-0007,New,2026-01-01,Solution given\n"
    assert counts(imported(CASES, text.replace("New", "Old"), manager)) == {"duplicate": 1}
    assert faults(imported(CASES, text, manager)) == {2: ["number_of_other_system"]}
    assert counts(imported(CASES, text, manager, source_system="Old desk")) == {"updated": 1}
    assert list(Complaint.objects.values_list("title", flat=True)) == ["New"]


def test_import_that_was_killed_goes_on_and_doubles_nothing(
    manager: User, customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []

    def dies_in_the_second_batch(rows, **kwargs):
        calls.append(len(rows))
        made = bring_in_past(rows, **kwargs)
        if len(calls) == 2:
            raise RuntimeError("killed")
        return made

    monkeypatch.setattr(walking, "BATCH", 4)
    monkeypatch.setattr(target_cases, "bring_in_past", dies_in_the_second_batch)
    with pytest.raises(RuntimeError):
        imported(CASES, _history(10), manager)
    assert Complaint.objects.count() == 4
    run = ImportRun.objects.get()
    run_import(run.pk, run.attempt)

    run.refresh_from_db()
    assert counts(run) == {"created": 10}
    assert calls == [4, 4, 4, 2]
    numbers = list(Complaint.objects.order_by("number").values_list("number", flat=True))
    assert [int(number[-4:]) for number in numbers] == list(range(1, 11))


# ---- undo -------------------------------------------------------------------------------------------
def test_undo_takes_away_all_that_the_import_made(manager: User, customer) -> None:
    empty = everything()
    run = imported(CASES, MIXED, manager)
    measure_changed(timezone.now(), since=timezone.now())
    versions = dict(FactMonth.objects.values_list("month", "version"))
    run = undone(run, manager)

    assert (run.counts["undone"], run.counts["left"]) == (3, 0)
    assert everything() == empty
    march = datetime(2024, 3, 1).date()
    assert FactMonth.objects.get(month=march).version == versions[march] + 1
    assert AuditEntry.objects.filter(subject_type="complaints.complaint", action="deleted").count() == 3
    assert Complaint.objects.matching("T1", manager).count() == 0


def test_undo_leaves_what_somebody_worked_on(manager: User, customer) -> None:
    run = imported(CASES, MIXED, manager)
    take(Complaint.objects.get(external_id="T2"), by=manager)
    add_note(Complaint.objects.get(external_id="T1"), "Look at this", by=manager, at=timezone.now())
    run = undone(run, manager)

    assert set(Complaint.objects.values_list("external_id", flat=True)) == {"T1", "T2"}
    assert set(run.lines.exclude(undone="").values_list("line", "undone")) == {
        (2, "changed_since"),
        (3, "changed_since"),
        (4, "done"),
    }


def test_work_of_the_machine_is_no_work_on_it(manager: User, customer, user_in: Callable) -> None:
    from complaints.domain.moves import assign

    run = imported(CASES, "编号,标题,客户代码,受理时间\n1,A,T-1,2026-03-04\n", manager)
    assign(Complaint.objects.get(), user_in("agent"), by=None, reason="dispatch")

    assert undone(run, manager).counts["undone"] == 1


def test_undo_gives_corrected_facts_back(manager: User, customer) -> None:
    imported(CASES, MIXED, manager)
    run = imported(CASES, MIXED.replace("教室太冷", "教室没有暖气"), manager)
    assert undone(run, manager).counts["undone"] == 1

    assert Complaint.objects.get(external_id="T2").title == "教室太冷"


# ---- faults -----------------------------------------------------------------------------------------
def test_faults_are_told_with_line_and_reason(manager: User, customer, user_in: Callable) -> None:
    ContactFactory(customer=customer, person__name="王伟")
    CategoryFactory(code="teaching", name_zh_hans="教学质量")
    user_in("agent", full_name="陈晨", username="c1")
    user_in("agent", full_name="陈晨", username="c2")
    QueueFactory(name_zh_hans="旧队列", is_active=False)
    head = "编号,标题,客户代码,联系人,投诉分类,受理时间,状态,结案时间,首次响应时间,"
    head += "处理结果,处理人,队列,金额,邮箱\n"
    wrong = [
        (",A,T-1,,,2024-03-04,,2024-03-05,,,,,,", "required"),
        ("2,,T-1,,,2024-03-04,,2024-03-05,,,,,,", "required"),
        ("3,A,T-9,,,2024-03-04,,2024-03-05,,,,,,", "no_such_customer"),
        ("4,A,T-1,李四,,2024-03-04,,2024-03-05,,,,,,", "unknown_person"),
        ("5,A,T-1,,教学质星,2024-03-04,,2024-03-05,,,,,,", "unknown_category_near"),
        ("6,A,T-1,,,2099-03-04,,,,,,,,", "date_in_future"),
        ("7,A,T-1,,,2024-02-30,,2024-03-05,,,,,,", "no_such_day"),
        ("8,A,T-1,,,2024-03-04,已结案,,,,,,,", "end_missing"),
        ("9,A,T-1,,,2024-03-04,处理中,2024-03-05,,,,,,", "open_with_end"),
        ("10,A,T-1,,,2024-03-04,处理中,,,成立,,,,", "open_with_decision"),
        ("11,A,T-1,,,2024-03-04,,2024-03-03,,,,,,", "before_receipt"),
        ("12,A,T-1,,,2024-03-04,,2024-03-05,2024-03-09,,,,,", "after_end"),
        ("13,A,T-1,,,2024-03-04,,2024-03-05,,,陈晨,,,", "ambiguous_user"),
        ("14,A,T-1,,,2024-03-04,,2024-03-05,,,没有此人,,,", "unknown_user"),
        ("15,A,T-1,,,2026-03-04,处理中,,,,,旧队列,,", "queue_out_of_use"),
        ("16,A,T-1,,,2024-03-04,,2024-03-05,,,,没有,,", "unknown_queue"),
        ("17,A,T-1,,,2024-03-04,,2024-03-05,,,,,-5,", "negative_number"),
        ("18,A,T-1,,,2024-03-04,,2024-03-05,,,,,,wang", "bad_email"),
        ("19,A,T-1,,,2024-03-04,,2024-03-05,,尚可,,,,", "unknown_choice"),
    ]
    sound = [
        "20,A,T-1,王伟,教学质量,2024-03-04,已办结,2024-03-05,2024-03-04,部分属实,c1,旧队列,5.5,wang@a.cn"
    ]
    text = head + "\n".join([*(row for row, _code in wrong), *sound]) + "\n"
    run = imported(CASES, text, manager, dry_run=True)

    assert faults(run) == {line: [code] for line, (_row, code) in enumerate(wrong, start=2)}
    assert counts(run) == {"faulty": len(wrong), "created": 1}
    from core.imports.faults import Fault
    from core.imports.targets import target_of

    said = {target_of(CASES).say(Fault.from_json(line.faults[0])) for line in run.lines.all()}
    assert not any("%(" in words or "cannot be imported" in words for words in said)


# ---- rights -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ["agent", "sales", "trainer", "analyst"])
def test_who_may_not_import_cases_is_refused(user_in: Callable, role: str) -> None:
    with pytest.raises(PermissionDenied):
        imported(CASES, HEAD + PAST, user_in(role))


def test_customers_and_cases_out_of_reach_are_not_touched(
    manager: User, other_team, user_in: Callable
) -> None:
    hidden = CustomerFactory(code="T-1", owner=user_in("sales", team=other_team))
    ComplaintFactory(customer=hidden, owner=hidden.owner, source_system="file", external_id="T9")
    CustomerFactory(code="T-2", owner=manager)
    text = HEAD + PAST + "T9,B,T-2,2024-03-04,已结案,2024-03-06,,\n"

    assert faults(imported(CASES, text, manager, dry_run=True)) == {
        2: ["no_such_customer"],
        3: ["out_of_reach"],
    }


def test_case_that_would_lie_out_of_reach_is_refused(manager: User, other_team) -> None:
    QueueFactory(name_zh_hans="别处", team=other_team)
    head = "编号,标题,受理时间,结案时间,队列\n"
    run = imported(CASES, head + "1,A,2024-03-04,2024-03-05,别处\n2,B,2024-03-04,2024-03-05,\n", manager)

    assert faults(run) == {2: ["case_elsewhere"]}
    assert Complaint.objects.get().team == manager.team


def test_who_may_not_assign_brings_in_own_cases_only(user_in: Callable) -> None:
    robot = user_in("integration", full_name="机器人")
    user_in("agent", full_name="陈晨")
    head = "编号,标题,受理时间,结案时间,处理人\n"
    run = imported(CASES, head + "1,A,2024-03-04,2024-03-05,陈晨\n", robot, dry_run=True)

    assert faults(run) == {2: ["may_not_assign"]}


# ---- many -------------------------------------------------------------------------------------------
def _history(count: int) -> str:
    begin = datetime(2024, 1, 1)
    rows = [
        f"N{n},A {n},T-1,{begin + timedelta(hours=n):%Y-%m-%d %H:%M},已结案,2025-06-01,成立,S"
        for n in range(count)
    ]
    return HEAD + "\n".join(rows) + "\n"


def _queries(text: str, by: User, **options) -> int:
    with CaptureQueriesContext(connection) as found:
        run = imported(CASES, text, by, **options)
    assert faults(run) == {}
    return len(found)


def test_trial_run_and_import_of_history_ask_as_often_for_many_rows(manager: User, customer) -> None:
    imported(CASES, HEAD + PAST, manager)
    dry = [_queries(_history(count), manager, dry_run=True) for count in (3, 20)]
    assert dry[0] == dry[1]
    written = [
        _queries(_history(count).replace("N", letter), manager) for count, letter in ((3, "X"), (20, "Y"))
    ]
    assert written[0] == written[1]


def test_two_thousand_rows_take_a_counted_number_of_queries_a_batch(manager: User, customer) -> None:
    with CaptureQueriesContext(connection) as found:
        run = imported(CASES, _history(2_000), manager)

    assert counts(run) == {"created": 2_000}
    assert Complaint.objects.filter(is_history=True, state=State.CLOSED).count() == 2_000
    assert Complaint.objects.values("number").distinct().count() == 2_000
    # Two batches, each looked at in the trial run and written in the import.
    assert len(found) < 400


# ---- pages ------------------------------------------------------------------------------------------
def test_list_offers_the_import_to_who_may(client_of: Callable, manager: User, user_in: Callable) -> None:
    address = reverse("core:import-create", args=[CASES])
    page = reverse("complaints:complaint-list")

    assert address in client_of(manager).get(page).content.decode()
    assert address not in client_of(user_in("agent")).get(page).content.decode()
    assert client_of(manager).get(address).status_code == 200
    assert client_of(user_in("agent")).get(address).status_code == 403


def test_page_of_history_says_where_it_comes_from(client_of: Callable, manager: User, customer) -> None:
    imported(CASES, HEAD + PAST, manager, source_system="Old desk")
    page = client_of(manager).get(Complaint.objects.get().get_absolute_url()).content.decode()

    assert "Old desk" in page
    assert "had ended there" in page
    assert "Dealt with in the former system." in page
    assert "Brought in from the system “Old desk”, where its number was T1." in page
