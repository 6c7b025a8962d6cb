"""The facts of a case, corrected: what happened, to whom, how far it reaches."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from complaints.choices.cases import CaseKind
from complaints.domain.assessing import verdict_of
from complaints.domain.registering import ensure_fits
from complaints.models import Complaint
from core.models import User
from customers.domain.changes import ensure_fresh, ensure_known, locked, write_changes
from customers.rules import ensure_live

CASE_CHANGES = (
    "title", "description", "remedy_sought", "category", "customer", "person", "contact_name",
    "contact_phone", "contact_email", "language", "impact", "is_safety", "is_media", "is_legal",
    "emotion_before", "emotion_after", "amount_at_stake", "occurred_on",
)  # fmt: skip


@transaction.atomic
def update_case(
    complaint: Complaint,
    data: Mapping[str, Any],
    *,
    by: User | None,
    version: int | None = None,
    at: datetime | None = None,
) -> Complaint:
    """Write the facts that differ and return the case. The grade stays: `proposed_grade` says what the
    rules make of the new facts. Refuses unknown fields, a stale version, and what does not fit together.
    """
    ensure_known(data, CASE_CHANGES)
    stored = locked(complaint)
    ensure_fresh(stored, version)
    values = {**data, "title": str(data["title"]).strip()} if "title" in data else dict(data)
    customer = values.get("customer")
    if customer is not None and customer.pk != stored.customer_id:
        ensure_live(customer)
    write_changes(stored, values, by=by, at=at or timezone.now())
    ensure_fits(stored, new_category="category" in data)
    return stored


def proposed_grade(complaint: Complaint) -> str:
    """Return the grade that the rules would give now, where it is another; "" where it is not."""
    if complaint.kind != CaseKind.COMPLAINT:
        return ""
    verdict = verdict_of(complaint)
    return "" if verdict.grade == complaint.grade else verdict.grade
