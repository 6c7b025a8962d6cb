"""Whom a crisis hits: its cases by customer, and who of them was told, by whom and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from complaints.domain.crises import ensure_running
from complaints.domain.entries import tell
from complaints.models import Affected, Complaint, Crisis
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.versions import locked
from core.models import User
from customers.models import Customer


@dataclass
class Hit:
    """One customer of a crisis with the affected cases; `customer` is None for cases without one."""

    customer: Customer | None
    rows: list[Affected] = field(default_factory=list)

    @property
    def key(self) -> int:
        """What names the customer on the form; 0 for cases without one."""
        return self.customer.pk if self.customer is not None else 0

    @property
    def untold(self) -> int:
        """Cases whose customer was not told; a case that came later counts again."""
        return sum(row.told_at is None for row in self.rows)

    @property
    def open(self) -> int:
        """Cases in which somebody still has to do something."""
        return sum(row.complaint.is_open for row in self.rows)

    @property
    def last_told(self) -> Affected | None:
        """The row that was told last."""
        told = [row for row in self.rows if row.told_at is not None]
        return max(told, key=lambda row: (row.told_at, row.pk), default=None)


def customers_hit(crisis: Crisis, user: User) -> list[Hit]:
    """Return the customers of affected cases within reach: those not told first, then by name."""
    rows = (
        crisis.affected.filter(complaint__in=Complaint.objects.visible_to(user))
        .select_related("complaint__customer", "told_by")
        .order_by("complaint__received_at", "id")
    )
    found: dict[int, Hit] = {}
    for row in rows:
        customer = row.complaint.customer
        found.setdefault(customer.pk if customer else 0, Hit(customer)).rows.append(row)
    return sorted(found.values(), key=_order)


def _order(hit: Hit) -> tuple[bool, bool, str, int]:
    return (not hit.untold, hit.customer is None, hit.customer.name if hit.customer else "", hit.key)


@transaction.atomic
def mark_told(
    crisis: Crisis,
    cases: Iterable[Complaint],
    *,
    by: User,
    told: bool = True,
    at: datetime | None = None,
) -> int:
    """Note that the customers of these cases were told, or were not after all; return how many cases.

    Who was told before stays as it was. Each case's log tells it. Refused while nobody works on the crisis.
    """
    moment = at or timezone.now()
    stored = locked(crisis)
    ensure_running(stored)
    rows = stored.affected.filter(complaint__in=[case.pk for case in cases], told_at__isnull=told)
    changed = list(rows.select_related("complaint").order_by("id"))
    values: dict[str, Any] = (
        {"told_at": moment, "told_by": by} if told else {"told_at": None, "told_by": None}
    )
    Affected.objects.filter(pk__in=[row.pk for row in changed]).update(**values)
    code = "crisis_told" if told else "crisis_untold"
    for row in changed:
        tell(row.complaint, code, at=moment, by=by, title=stored.title)
    if changed:
        numbers = ", ".join(row.complaint.number for row in changed)
        record(
            AuditAction.CHANGED,
            by=by,
            subject=stored,
            changes={"told": ("", numbers) if told else (numbers, "")},
        )
    return len(changed)
