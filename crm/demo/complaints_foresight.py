"""Demo of what is foreseen: complaints brought over from the former system, and the first nights."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from complaints.choices.cases import CaseKind, EntryKind, State
from complaints.choices.solving import AnsweredBy, CallBackState
from complaints.domain.crises import add_cases, finish_step, move_crisis, open_crisis
from complaints.domain.forecasts.making import make_forecast
from complaints.domain.portraits.making import make_portraits
from complaints.domain.satisfaction import look_for_falls
from complaints.models import CallBack, Category, Cause, Complaint, ComplaintCause, Entry
from core.models import User
from customers.models import Customer

COMPLAINTS = 320
OLDEST, NEWEST = 560, 34
#: Category, in one sentence, the industry that it hits most.
_STORIES = (
    ("course.lecturer", "讲师临时更换", "banking"),
    ("course.lecturer", "讲师未按大纲授课", "banking"),
    ("platform", "直播课堂卡顿掉线", "telecom"),
    ("platform", "学习平台无法登录", "telecom"),
    ("fees", "发票金额与合同不符", "manufacturing"),
    ("certificate", "证书迟迟未发", "insurance"),
    ("course.schedule", "开课时间临时变更", "ports"),
    ("course.content", "课程内容与方案不一致", ""),
    ("service", "班主任回复太慢", ""),
)
_INTAKES = ("phone", "phone", "phone", "email", "wechat", "form", "app")
#: So many customers make most of the complaints, as they do everywhere.
TROUBLED = 45


def make(users: Mapping[str, User], *, today: date) -> int:
    """Bring the old complaints over with answers, causes and a crisis that is over; return how many."""
    rng = random.Random(20_261_126)
    made = _bring_over(users, today, rng)
    _answer(made, today, rng)
    _name_causes(made, users, rng)
    _past_crisis([case for case in made if case.title.startswith("直播")][-16:], users)
    return len(made)


def live_through(*, today: date) -> int:
    """Run the nightly looks of tonight; return how many customers the forecast lists."""
    night = timezone.make_aware(datetime.combine(today, time(4, 15)))
    look_for_falls(night)
    make_portraits(night)
    return make_forecast(night).listed


def _bring_over(users: Mapping[str, User], today: date, rng: random.Random) -> list[Complaint]:
    agent = users["agent"]
    categories = {row.code: row for row in Category.objects.of_kind(CaseKind.COMPLAINT).current()}
    customers = list(Customer.objects.live().filter(totals__orders__gt=0).order_by("pk"))
    if not customers:
        return []
    troubled = rng.sample(customers, min(TROUBLED, len(customers)))
    cases = []
    for n in range(COMPLAINTS):
        code, title, industry = rng.choice(_STORIES)
        at = _moment(today - timedelta(days=rng.randint(NEWEST, OLDEST)), rng)
        ended = at + timedelta(days=9)
        cases.append(
            Complaint(
                number=f"TS-{at:%Y%m%d}-9{n:03}",
                title=title,
                customer=_who(customers, troubled, industry, rng),
                category=categories.get(code),
                intake=rng.choice(_INTAKES),
                grade="general",
                state=State.CLOSED,
                owner=agent,
                team=agent.team,
                received_at=at,
                acknowledged_at=at + timedelta(minutes=20),
                responded_at=at + timedelta(hours=3),
                solved_at=ended,
                ended_at=ended,
                solution="已处理（原系统记录）",
                decision=rng.choice(("upheld", "upheld", "partly", "rejected", "goodwill")),
                decided_at=ended,
                source_system="former-crm",
                external_id=f"C{n:05}",
            )
        )
    made = Complaint.objects.bulk_create(sorted(cases, key=lambda case: case.received_at))
    closed = {"code": "closed", "params": {}}
    Entry.objects.bulk_create(
        Entry(complaint=case, kind=EntryKind.SYSTEM, at=case.received_at + timedelta(days=9), data=closed)
        for case in made
    )
    return made


def _moment(day: date, rng: random.Random) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(rng.randint(9, 17), rng.randint(0, 59))))


def _who(
    customers: Sequence[Customer], troubled: Sequence[Customer], industry: str, rng: random.Random
) -> Customer:
    """Half of the complaints come from the troubled few; of the others many from the industry hit."""
    if rng.random() < 0.5:
        return rng.choice(troubled)
    hit = [one for one in customers if one.industry == industry]
    return rng.choice(hit) if hit and rng.random() < 0.6 else rng.choice(customers)


def _answer(cases: Sequence[Complaint], today: date, rng: random.Random) -> None:
    """Most were called back. Customers of the platform became less content in the last weeks."""
    lately = {case.pk for case in [one for one in cases if _code(one) == "platform"][-9:]}
    rows = []
    for case in cases:
        if case.pk in lately:
            done = _moment(today - timedelta(days=rng.randint(2, 27)), rng)
            rows.append(_callback(case, done, rng.choice((1, 2, 2))))
        elif rng.random() < 0.75:
            done = case.received_at + timedelta(days=rng.randint(10, 20))
            rows.append(_callback(case, done, rng.choice((3, 4, 4, 5, 5, 5))))
    CallBack.objects.bulk_create(rows)


def _code(case: Complaint) -> str:
    return case.category.code if case.category is not None else ""


def _callback(case: Complaint, at: datetime, score: int) -> CallBack:
    return CallBack(
        complaint=case,
        cycle=1,
        due_at=at,
        attempts_made=1,
        state=CallBackState.DONE,
        result_score=score,
        process_score=min(score + 1, 5),
        is_accepted=True,
        answered_by=AnsweredBy.PHONE,
        done_at=at,
    )


def _name_causes(cases: Sequence[Complaint], users: Mapping[str, User], rng: random.Random) -> None:
    causes = list(Cause.objects.order_by("code"))
    if not causes:
        return
    ComplaintCause.objects.bulk_create(
        ComplaintCause(
            complaint=case,
            cause=causes[len(case.title) % len(causes)],
            at=case.received_at + timedelta(days=2),
            by=users["agent"],
        )
        for case in cases
        if rng.random() < 0.6
    )


def _past_crisis(cases: Sequence[Complaint], users: Mapping[str, User]) -> None:
    """A crisis of last year that is over, so that its type has a portrait."""
    if not cases:
        return
    at = cases[-1].received_at
    crisis = open_crisis(
        {"kind": "product", "title": "直播平台升级故障", "reason": "直播服务升级后不稳定。"},
        by=users["manager"],
        at=at,
    )
    add_cases(crisis, cases, by=users["manager"], at=at)
    for step in crisis.steps.all():
        finish_step(step, by=users["manager"], at=at + timedelta(days=2))
    move_crisis(
        crisis, "closed", by=users["manager"], note="升级前先在一个班试行", at=at + timedelta(days=12)
    )
