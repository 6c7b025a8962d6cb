"""Cases of the demo company that are one, or belong together."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from complaints.choices.cases import Intake, LinkKind
from complaints.domain import moves
from complaints.domain.merging import link_cases, merge
from complaints.domain.registering import register_case
from complaints.models import Complaint
from core.models import User

_AGAIN = "我们同事昨天也打过电话，还是同一件事：请一并处理。"


def make(users: dict[str, User]) -> int:
    """Merge a second message about an open complaint into it, and link two others; return how many cases."""
    rows = Complaint.objects.complaints().open().filter(owner__isnull=False, customer__isnull=False)
    first, *others = rows.order_by("-received_at", "-id")[:3]
    at = min(first.received_at + timedelta(minutes=20), timezone.now())
    data = {
        "title": f"{first.title}（再次来电）"[:200],
        "description": _AGAIN,
        "customer": first.customer,
        "category": first.category,
        "intake": Intake.PHONE,
        "received_at": at,
    }
    again = moves.take(register_case(data, by=first.owner, at=at), by=first.owner, at=at)
    merge(again, first, by=first.owner, at=at + timedelta(minutes=5))
    if len(others) == 2:
        link_cases(others[0], others[1], LinkKind.RELATED, by=users.get("manager") or first.owner)
    return 1 + len(others)
