"""The demo company's former member of staff: customers and tasks went to two colleagues."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from core.domain.departures import arrange_departure
from core.domain.users import create_user
from core.models import Departure, Job, User
from core.roles import Role
from crm.demo.jobs import speaking, work_off
from customers.domain.customers import update_customer
from customers.domain.tasks import create_task
from customers.models import Customer

LOGIN = "deng"
CUSTOMERS = 9
_TASKS = ("整理交接清单", "回访续约客户", "补签年度框架协议")


def make_leaver(users: dict[str, User], *, today: date, at: datetime) -> User:
    """Let somebody come, get customers of a colleague, and leave; the job hands over and ends the login."""
    manager, colleague = users["manager"], users["zhou"]
    data = {
        "username": LOGIN,
        "full_name": "邓雅琴",
        "email": f"{LOGIN}@evergreen.example",
        "team": colleague.team,
        "title": "客户经理",
        "language": "zh-hans",
    }
    leaver = create_user(data, roles=[Role.SALES], by=users["admin"])
    # From the end: the first customers of each list are told of elsewhere.
    customers = list(Customer.objects.live().filter(owner=colleague).order_by("-pk")[:CUSTOMERS])
    for place, customer in enumerate(customers):
        update_customer(customer, {"owner": leaver}, by=manager)
        if place < len(_TASKS):
            create_task(_TASKS[place], customer=customer, owner=leaver, by=manager)
    plan = {"": {"way": "spread", "users": [colleague.pk, users["sales"].pk]}}
    last_day = today - timedelta(days=4)
    with speaking(manager):
        departure = arrange_departure(leaver, last_day=last_day, plan=plan, by=manager)
    asked = at - timedelta(days=3)
    work_off(Job.objects.get(dedupe=f"departure-{departure.pk}"), asked=asked)
    Departure.objects.filter(pk=departure.pk).update(
        created_at=asked, started_at=asked, finished_at=asked + timedelta(seconds=3)
    )
    return leaver
