"""What went wrong at the demo company: complaints and requests over a year, worked on through the domain."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from complaints.choices.cases import Impact, Intake
from complaints.domain import moves
from complaints.domain.entries import add_note
from complaints.domain.escalation import fire_case
from complaints.domain.first_contact import begin_first_contact, end_first_contact, finish_step
from complaints.domain.grading_rules import save_rule
from complaints.domain.registering import register_case
from complaints.domain.reopening import reopen
from complaints.domain.subjects import register_about
from complaints.domain.work_orders import create_work_order, move_work_order
from complaints.models import Category, Complaint, Handler, Queue
from core.models import Team, User
from customers.models import Customer, Order, Product

#: category, in one sentence, what was said, what is asked for, what we found, what we did
_COMPLAINTS = (
    ("course.lecturer", "开班前两天更换讲师，未提前通知", "周一就开班了，今天才告诉我们换老师。我们总经理是冲着吴老师来的。", "由原讲师补课", "讲师因病请假，变更通知在教务系统里排队。", "原讲师 12 月补课一天，本次由首席讲师代课。"),
    ("course.content", "课程内容与方案不一致", "方案里写的案例演练没有做，全天都在讲理论。", "补上演练，或退还部分费用", "讲师不知道方案里的演练安排。", "加开半天演练工作坊，不另收费。"),
    ("course.facility", "教室投影与空调故障", "下午投影黑屏四十分钟，空调也坏了，学员都在抱怨。", "更换教室", "场地方未做课前检查。", "次日更换到 B 教室，并列入课前检查表。"),
    ("course.schedule", "开课时间临时改到周末", "学员的排班早就定了，临时改到周末没法参加。", "恢复原时间", "与另一班次冲突，排课系统没有提示。", "恢复原时间，另一班次改期。"),
    ("fees", "发票金额与合同不符", "合同是三十二席，发票开了三十五席。", "重开发票", "名额变更没有同步到财务。", "已重开发票并作废原票。"),
    ("certificate", "结业证书姓名写错", "四个人的名字写错了，下周评职称要用。", "一周内补发", "导入名单时有异体字。", "加急补发，已寄出。"),
    ("service", "班主任回复太慢", "发了三次消息，两天没有人回。", "有人专门对接", "班主任同时带五个班。", "更换班主任并约定两小时内回复。"),
    ("promotion", "宣传中的认证并未包含", "宣传页写的是含认证考试，现在说要另外付费。", "按宣传执行", "宣传页用了旧版内容。", "本批学员的考试费由我们承担。"),
    ("platform", "线上直播多次中断", "直播断了五次，回放也看不了。", "补看与补课", "直播服务商带宽不足。", "已提供回放并补一次答疑直播。"),
    ("data", "学员名单被群发", "我们全部学员的手机号出现在群发邮件里。", "说明原因并致歉", "助教把名单放进了抄送栏。", "已召回邮件并书面致歉，限制群发权限。"),
)  # fmt: skip
_REQUESTS = (
    ("invoice", "申请开具增值税专用发票", "请按附件信息开票。", "发票已开具，电子版发至邮箱。"),
    ("seat-change", "两名学员更换名单", "张先生和李女士改由王女士和赵先生参加。", "名单已更新。"),
    ("certificate-reissue", "证书遗失，申请补发", "去年的证书遗失了。", "已补发，三个工作日内寄出。"),
    ("question", "咨询明年领导力项目的时间", "想了解明年第一季度的开班计划。", "已发送课程日历。"),
)
_ENGLISH = (
    ("course.schedule", "Start moved by a week without asking us", "Our people had booked their flights.", "Keep the date", "The room was double-booked.", "The first date stands; we moved the other group."),
    ("fees", "Invoice in the wrong currency", "We agreed on US dollars.", "A new invoice", "The template used the base currency.", "A corrected invoice was sent."),
)  # fmt: skip
_INTAKES = (Intake.PHONE, Intake.PHONE, Intake.EMAIL, Intake.WECHAT, Intake.FORM, Intake.COUNTER)
_DEPARTMENT = "培训交付"
_MINUTES_TO_ANSWER = (6, 11, 18, 25, 25, 40, 50, 95, 170)


def make_complaints(users: dict[str, User], *, today: date, complaints: int = 104, requests: int = 26) -> int:
    """Make the handlers, and cases from two years ago until this morning; return how many."""
    rng = random.Random(20_261_122)
    agents = _make_handlers(users)
    _own_rule(users.get("manager") or agents[0])
    customers = list(Customer.objects.live().filter(parent__isnull=True).order_by("pk")[:200])
    categories = {(row.kind, row.code): row for row in Category.objects.current()}
    for n in range(complaints + requests):
        is_request = n % 5 == 4 and n // 5 < requests
        days = round((1 - n / (complaints + requests)) ** 2.5 * 760)
        at = _moment(today - timedelta(days=days), rng)
        customer = rng.choice(customers)
        agent = agents[n % len(agents)]
        if is_request:
            _make_request(n, customer, agent, categories, at)
        else:
            _make_complaint(n, customer, agent, users, categories, at, rng)
    return Complaint.objects.count()


def _own_rule(by: User) -> None:
    """A rule of the house beside those of the product, made by who manages complaints."""
    save_rule(
        {
            "name_en": "A large sum in dispute",
            "name_zh_hans": "争议金额较大",
            "name_zh_hant": "爭議金額較大",
            "grade": "general",
            "conditions": [
                {"fact": "category", "operator": "within", "value": ["fees", "course"]},
                {"fact": "amount", "operator": "at_least", "value": "20000"},
            ],
        },
        by=by,
    )


def _make_handlers(users: dict[str, User]) -> list[User]:
    """The agents, with the lead of their team where escalations go, handle what comes in."""
    team = users["agent"].team
    Queue.objects.update(team=team)
    people = [users[login] for login in ("agent", "sales") if login in users]
    for user in people:
        handler = Handler.objects.create(user=user, cap=25, skills=["contract", "finance"])
        handler.queues.set(Queue.objects.all())
    return people


def _moment(day: date, rng: random.Random) -> datetime:
    """A moment of a working morning; today it lies a little back."""
    while day.weekday() > 4:
        day -= timedelta(days=1)
    at = timezone.make_aware(datetime.combine(day, time(rng.randint(9, 16), rng.randint(0, 59))))
    return min(at, timezone.now() - timedelta(minutes=rng.randint(20, 200)))


def _make_request(
    n: int, customer: Customer, agent: User, categories: dict[tuple[str, str], Category], at: datetime
) -> None:
    code, title, said, done = _REQUESTS[n // 5 % len(_REQUESTS)]
    case = register_case(
        {
            "kind": "request", "title": title, "description": said, "customer": customer,
            "category": categories.get(("request", code)), "intake": Intake.EMAIL, "received_at": at,
        },
        by=agent, at=at,
    )  # fmt: skip
    step = _Steps(at)
    if _taken(case, agent, step) is None or not step(timedelta(hours=6)):
        return
    moves.solve(case, done, by=agent, at=step.at)
    if step(timedelta(hours=20)):
        moves.close(case, by=agent, at=step.at)


class _Steps:
    """A clock that goes on as long as now is not reached."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self, after: timedelta) -> bool:
        if self.at + after > timezone.now():
            return False
        self.at += after
        return True


def _taken(case: Complaint, agent: User, step: _Steps) -> Complaint | None:
    return moves.take(case, by=agent, at=step.at) if step(timedelta(minutes=9)) else None


def _make_complaint(
    n: int,
    customer: Customer,
    agent: User,
    users: dict[str, User],
    categories: dict[tuple[str, str], Category],
    at: datetime,
    rng: random.Random,
) -> None:
    english = customer.preferred_language.startswith("en") or n % 17 == 3
    story = rng.choice(_ENGLISH if english else _COMPLAINTS)
    case = _received(n, story, customer, agent, categories, at, rng, english=english)
    step, fate = _Steps(at), n % 16
    # Only what came in lately lies about; what is older was dealt with.
    is_recent = at > timezone.now() - timedelta(days=25)
    if fate == 5 and is_recent:
        fire_case(case.pk, at=timezone.now())
        return
    if _taken(case, agent, step) is None:
        return
    _talk(case, agent, rng, step.at)
    if not step(timedelta(minutes=rng.choice(_MINUTES_TO_ANSWER))):
        return
    if fate == 2:
        # Nobody came back to it in time: its levels fired before somebody answered.
        step(timedelta(hours=7))
        fire_case(case.pk, at=step.at)
    told = "We look into it and answer today." if english else "已收到，我们正在核实，今天下班前给你答复。"
    moves.answer(case, told, by=agent, at=step.at)
    add_note(case, story[4], by=agent, at=step.at)
    if fate == 7 and is_recent:
        fire_case(case.pk, at=timezone.now())
        return
    _ask_department(case, agent, users, n, step.at)
    if _waited(case, agent, fate, step, is_recent=is_recent):
        _ended(case, story[5], agent, users, fate, step, rng, is_recent=is_recent)


def _received(
    n: int,
    story: tuple[str, ...],
    customer: Customer,
    agent: User,
    categories: dict[tuple[str, str], Category],
    at: datetime,
    rng: random.Random,
    *,
    english: bool,
) -> Complaint:
    code, title, said, asked = story[:4]
    return register_about(
        {
            "title": title, "description": said, "remedy_sought": asked, "customer": customer,
            "category": categories.get(("complaint", code)), "intake": rng.choice(_INTAKES),
            "impact": rng.choices((Impact.ONE, Impact.SEVERAL, Impact.ORGANISATION), (10, 6, 1))[0],
            "amount_at_stake": (n % 7) * 6_000 or None, "is_legal": n % 23 == 7, "is_media": n % 31 == 11, "language": "en" if english else "zh-hans",
            "emotion_before": str(rng.randint(2, 5)), "received_at": at,
        },
        by=agent, at=at, subject=_source(n, code, customer),
    )  # fmt: skip


def _source(n: int, code: str, customer: Customer) -> Product | Order | None:
    """What it is about: invoices are about an order, courses about one of three; now and then nobody said."""
    if n % 9 == 8:
        return None
    if code == "fees":
        return (
            customer.orders.filter(kind="order", deleted_at__isnull=True)
            .order_by("-ordered_on", "pk")
            .first()
        )
    if code.startswith(("course", "certificate", "platform")):
        course: Product = Product.objects.order_by("pk")[n % 3]
        return course
    return None


def _waited(case: Complaint, agent: User, fate: int, step: _Steps, *, is_recent: bool) -> bool:
    """Now and then the customer has to answer first; False where the case still waits, or was withdrawn."""
    if fate in {3, 11} and step(timedelta(hours=3)):
        moves.wait_for_customer(case, reason="等待客户确认补课日期", by=agent, at=step.at)
        if (fate == 3 and is_recent) or not step(timedelta(hours=22)):
            return False
        moves.hear(case, "可以，就按这个日期。", by=None, at=step.at)
    if fate == 13 and step(timedelta(hours=2)):
        moves.withdraw(case, reason="客户自行撤回", by=agent, at=step.at)
        return False
    return True


def _ended(
    case: Complaint,
    done: str,
    agent: User,
    users: dict[str, User],
    fate: int,
    step: _Steps,
    rng: random.Random,
    *,
    is_recent: bool,
) -> None:
    if not step(timedelta(hours=rng.randint(4, 40))):
        return
    decision = rng.choice(("upheld", "upheld", "partly", "rejected", "goodwill"))
    moves.solve(case, done, decision=decision, by=agent, at=step.at)
    if (fate == 9 and is_recent) or not step(timedelta(hours=24)):
        return
    moves.close(case, by=agent, at=step.at)
    if fate == 1 and step(timedelta(hours=30)):
        reopen(case, reason="回访时客户不满意", by=users["manager"], at=step.at)
        if step(timedelta(hours=20)):
            moves.solve(case, done, decision="upheld", by=agent, at=step.at)
            moves.close(case, by=agent, at=step.at)


def _talk(case: Complaint, agent: User, rng: random.Random, at: datetime) -> None:
    """The first ninety seconds, on most days in time."""
    contact = begin_first_contact(case, emotion=case.emotion_before or "3", by=agent, at=at)
    for n, name in enumerate(("accept", "empathise", "apologise", "resolve"), start=1):
        finish_step(contact, name, at=at + timedelta(seconds=n * rng.randint(15, 26)))
    after = str(max(1, int(case.emotion_before or 3) - rng.randint(0, 2)))
    end_first_contact(contact, emotion=after, by=agent, at=at + timedelta(minutes=3))


def _ask_department(case: Complaint, agent: User, users: dict[str, User], n: int, at: datetime) -> None:
    """Now and then another department has to do something."""
    team = Team.objects.filter(name=_DEPARTMENT).first()
    if n % 4 or team is None:
        return
    order = create_work_order(case, "核对讲师档期并确认教室", team=team, by=agent, at=at)
    if at < timezone.now() - timedelta(days=2):
        trainer = users.get("trainer", agent)
        move_work_order(order, "done", outcome="已确认", by=trainer, at=at + timedelta(hours=5))
