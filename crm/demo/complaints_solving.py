"""Findings, causes, compensations and call-backs of the demo cases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from itertools import cycle

from complaints.choices.cases import CaseKind, State
from complaints.choices.solving import CallBackState, RedressState
from complaints.domain.callback_answers import Answer, note_attempt, settle
from complaints.domain.causes import (
    Bone,
    confirm_investigation,
    create_cause,
    fix_cause,
    link_cause,
    write_investigation,
)
from complaints.domain.ceilings import ceiling_for, committed_to
from complaints.domain.compensation import approve, may_approve, move_on, propose
from complaints.models import CallBack, Cause, Complaint
from complaints.rules import can_compensate
from core.models import Organisation, User

#: code, Simplified, Traditional, English, bone, gap.
_CAUSES = (
    (
        "no-substitute",
        "无讲师替补规则",
        "無講師替補規則",
        "No rule for substitutes",
        "method",
        "communication",
    ),
    (
        "late-certificate",
        "证书制作排队",
        "證書製作排隊",
        "Certificates queue for printing",
        "machine",
        "standard",
    ),
    ("brochure", "宣传材料夸大", "宣傳材料誇大", "Brochure promises too much", "material", "promise"),
    (
        "no-line-test",
        "开课前未测网络",
        "開課前未測網路",
        "Line not tested before class",
        "measurement",
        "delivery",
    ),
    ("room", "教室设施不足", "教室設施不足", "Rooms lack equipment", "environment", "design"),
)
_WHYS = (
    ("为何不满？", "开班前两天才得知变更"),
    ("为何才知？", "通知在教务系统里排队"),
    ("为何排队？", "变更无人审批"),
    ("为何无人？", "流程未定义替补责任人"),
)
_BONES = (
    Bone("method", "流程未定义替补责任人", 5, is_root=True),
    Bone("method", "变更审批不限时", 3),
    Bone("man", "讲师突发疾病", 2),
    Bone("machine", "教务系统只在夜间发通知", 3),
    Bone("measurement", "没有统计临时换人的次数", 2),
)
_ANSWERS = (
    Answer(True, result_score=5, process_score=4, emotion="1"),
    Answer(True, result_score=4, process_score=4, emotion="2", wish="希望以后提前通知"),
    Answer(False, result_score=2, process_score=3, emotion="4", wish="补课时间仍未确定"),
)


def make(users: Mapping[str, User]) -> None:
    """Investigate, redress and call back; the same cases give the same rows."""
    causes = make_causes(users)
    cases = list(Complaint.objects.filter(kind=CaseKind.COMPLAINT).order_by("received_at", "id"))
    for number, (case, cause) in enumerate(zip(cases, cycle(causes), strict=False)):
        _investigate(case, cause, number, users)
        if number % 3 == 0:
            _redress(case, number, users)
    for number, row in enumerate(CallBack.objects.due().order_by("due_at", "id")):
        _call_back(row, number, users)


def make_causes(users: Mapping[str, User]) -> list[Cause]:
    """Enter the register; one cause counts as fixed since long, and comes back with later complaints."""
    made = []
    for code, simplified, traditional, english, branch, gap in _CAUSES:
        names = {"name_zh_hans": simplified, "name_zh_hant": traditional, "name_en": english}
        values = {"code": code, **names, "branch": branch, "gap": gap, "owner": users["manager"]}
        made.append(create_cause(values, by=users["manager"]))
    oldest = Complaint.objects.order_by("received_at").first()
    if oldest is not None:
        fix_cause(made[-1], by=users["manager"], at=oldest.received_at + timedelta(days=120))
    return made


def _investigate(case: Complaint, cause: Cause, number: int, users: Mapping[str, User]) -> None:
    at = case.received_at + timedelta(hours=6)
    link_cause(case, cause, by=users["agent"], at=at)
    if number % 2:
        return
    data = {"summary": f"根本原因：{cause.name_zh_hans}。", "evidence": "教务系统日志", "gap": cause.gap}
    found = write_investigation(case, data, whys=_WHYS, bones=_BONES, by=users["agent"], at=at)
    if number % 4 == 0:
        confirm_investigation(found, by=users["manager"], at=at + timedelta(hours=3))


def _redress(case: Complaint, number: int, users: Mapping[str, User]) -> None:
    at = case.received_at + timedelta(hours=8)
    amount = Decimal(150 + 350 * (number % 4))
    if not can_compensate(case) or committed_to(case) + amount > ceiling_for(case).most:
        return
    measure = ("retake", "refund", "executive_call", "waiver")[number % 4]
    values = {"measure": measure, "amount": amount, "cost_team": case.team, "note": ""}
    currency = Organisation.load().base_currency
    row = propose(case, {**values, "currency": currency}, by=users["agent"], at=at)
    if row.state == RedressState.PROPOSED:
        if case.is_open or not may_approve(row, users["manager"]):
            return
        row = approve(row, by=users["manager"], at=at + timedelta(hours=1))
    if case.is_open:
        return
    for hours, state in enumerate((RedressState.OFFERED, RedressState.ACCEPTED, RedressState.PAID), 2):
        row = move_on(row, state, by=users["agent"], at=at + timedelta(hours=hours))


def _call_back(row: CallBack, number: int, users: Mapping[str, User]) -> None:
    """Most were answered; some of the latest are due, and a few were not reached."""
    case, at = row.complaint, row.due_at + timedelta(hours=2)
    caller = users["manager"] if case.owner_id != users["manager"].pk else users["agent"]
    if number % 5 == 4 or case.state not in {State.SOLVED, State.CLOSED}:
        return
    if number % 5 == 3:
        note_attempt(row, "no_answer", by=caller, note="无人接听", at=at)
        return
    # A case that was closed by hand stays closed: its customers are content.
    answers = _ANSWERS if case.state == State.SOLVED else _ANSWERS[:2]
    if row.state == CallBackState.DUE:
        settle(row, answers[number % len(answers)], by=caller, at=at)
