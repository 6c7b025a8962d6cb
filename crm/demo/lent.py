"""What the demo company lends: one customer of another team, the work of who is on leave, or soon will be."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from core.choices import ShareLevel
from core.domain.absences import Period, arrange_absence
from core.domain.shares import Terms, share_record
from core.models import User
from customers.models import Customer


def make_lent(users: dict[str, User], *, today: date) -> None:
    """Let Ana share a customer with the sales login, which also stands in for a colleague on leave."""
    ana, seller, away = users["ana"], users["sales"], users["ma"]
    customer = Customer.objects.live().filter(owner=ana).order_by("pk").first()
    if customer is not None:
        terms = Terms(
            level=ShareLevel.CHANGE,
            until=today + timedelta(days=45),
            note="They open an office in Shanghai: please join the call.",
        )
        share_record(customer, seller, terms, by=ana, at=timezone.now())
    period = Period(today - timedelta(days=2), today + timedelta(days=9))
    arrange_absence(away, period, deputy=seller, by=away, today=today, note="年假，急事请联系陈思远。")
    agent, trip = users["agent"], Period(today + timedelta(days=18), today + timedelta(days=22))
    arrange_absence(agent, trip, deputy=users["xu"], by=agent, today=today, note="参加服务管理师认证培训。")
