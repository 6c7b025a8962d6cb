"""Cases that are likely the same matter, and a request that turned out to be a complaint."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from complaints.choices.cases import Intake
from complaints.domain.adding import add_to_case
from complaints.domain.conversion import convert_case
from complaints.domain.moves import take
from complaints.domain.registering import register_case
from complaints.models import Category, Complaint
from core.models import User
from customers.models import Customer


def make(users: dict[str, User]) -> None:
    """Two calls about one projector; a request whose customer lost patience; one that was none."""
    agent = users["agent"]
    mine = Customer.objects.live().filter(owner__in=[agent, users.get("sales", agent)]).order_by("pk")
    customers = list(mine[:3]) or list(Customer.objects.live().order_by("pk")[:3])
    _make_twins(customers[0], agent)
    _make_converted(customers[-1], agent)
    _make_request(customers[1 % len(customers)], agent)


def _make_twins(customer: Customer, agent: User) -> None:
    """The same matter, called in twice: once by the class teacher, once by the customer's own HR."""
    now = timezone.now()
    first = register_case(
        {
            "title": "C 教室投影仪反复黑屏，影响上课", "description": "昨天下午开始黑屏，今天又出现三次。",
            "remedy_sought": "更换投影仪", "customer": customer, "category": _category("complaint", "course.facility"),
            "intake": Intake.WECHAT, "contact_name": "何老师", "contact_phone": "13800138021",
            "received_at": now - timedelta(hours=5),
        },
        by=agent, at=now - timedelta(hours=5),
    )  # fmt: skip
    take(first, by=agent, at=now - timedelta(hours=4, minutes=50))
    add_to_case(
        first,
        {"title": "今天上午第二节课又黑屏", "description": "学员已经在群里抱怨。", "intake": Intake.WECHAT},
        by=agent,
        at=now - timedelta(hours=3),
    )
    register_case(
        {
            "title": "C 教室投影仪黑屏三次，影响上课", "description": "人力资源部来电，同一个班的学员反映投影黑屏。",
            "customer": customer, "category": _category("complaint", "course.facility"),
            "intake": Intake.PHONE, "contact_name": "人力资源部", "received_at": now - timedelta(hours=1),
        },
        by=agent, at=now - timedelta(hours=1),
    )  # fmt: skip


def _make_converted(customer: Customer, agent: User) -> Complaint:
    now = timezone.now()
    case = register_case(
        {
            "kind": "request", "title": "申请补发三张结业证书", "description": "上个月的证书一直没有收到。",
            "customer": customer, "category": _category("request", "certificate-reissue"),
            "intake": Intake.EMAIL, "received_at": now - timedelta(hours=30),
        },
        by=agent, at=now - timedelta(hours=30),
    )  # fmt: skip
    case = take(case, by=agent, at=now - timedelta(hours=29))
    return convert_case(
        case,
        category=_category("complaint", "certificate"),
        reason="客户第三次催办，明确表示要投诉",
        by=agent,
        at=now - timedelta(hours=2),
    )


def _make_request(customer: Customer, agent: User) -> Complaint:
    """Received as a complaint, though the customer only asked something."""
    now = timezone.now()
    case = register_case(
        {
            "title": "询问发票寄送进度", "description": "想知道发票什么时候寄出。", "customer": customer,
            "category": _category("complaint", "fees"), "intake": Intake.PHONE,
            "received_at": now - timedelta(hours=7),
        },
        by=agent, at=now - timedelta(hours=7),
    )  # fmt: skip
    case = take(case, by=agent, at=now - timedelta(hours=6, minutes=40))
    return convert_case(
        case,
        category=_category("request", "question"),
        reason="客户只是咨询进度，并无不满",
        by=agent,
        at=now - timedelta(hours=6),
    )


def _category(kind: str, code: str) -> Category | None:
    found: Category | None = Category.objects.current().filter(kind=kind, code=code).first()
    return found
