"""The facts of a case, corrected: what happened, to whom, how far it reaches."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone

from complaints.choices.cases import CaseKind
from complaints.domain.assessing import verdict_of
from complaints.domain.refitting import fit_of, refit
from complaints.domain.registering import ensure_fits
from complaints.domain.story import tell_timeline
from complaints.domain.subjects import drop_order_of_another
from complaints.models import Complaint
from core.domain.versions import ensure_fresh, locked
from core.models import User
from customers.choices import EventKind
from customers.domain.changes import ensure_known, write_changes
from customers.models import Customer, TimelineEvent
from customers.rules import ensure_live

CASE_CHANGES = (
    "title", "description", "remedy_sought", "category", "customer", "person", "contact_name",
    "contact_phone", "contact_email", "language", "impact", "is_safety", "is_media", "is_legal",
    "emotion_before", "emotion_after", "amount_at_stake", "occurred_on",
)  # fmt: skip
#: Facts by which a case finds its queue, its policy and its priority.
_PLACING = frozenset({"customer", "category"})


@transaction.atomic
def update_case(
    complaint: Complaint,
    data: Mapping[str, Any],
    *,
    by: User | None,
    version: int | None = None,
    at: datetime | None = None,
) -> Complaint:
    """Write the facts that differ and return the case.

    A case without a language has the one of a customer who is linked. Another customer or category takes
    priority, queue and deadlines with it, see `refit`; a customer reads on the timeline of a case that is
    linked for the first time, and what it is about is forgotten where that is an order of another customer.
    The grade stays: `proposed_grade` says what the rules make of the new facts.
    Refuses unknown fields, a stale version, and what does not fit together.
    """
    moment = at or timezone.now()
    ensure_known(data, CASE_CHANGES)
    stored = locked(complaint)
    ensure_fresh(stored, version)
    values = {**data, "title": str(data["title"]).strip()} if "title" in data else dict(data)
    customer = values.get("customer")
    if customer is not None and customer.pk != stored.customer_id:
        ensure_live(customer)
        if not values.get("language") and not stored.language:
            values["language"] = customer.preferred_language
    before = fit_of(stored)
    changes = write_changes(stored, values, by=by, at=moment)
    ensure_fits(stored, new_category="category" in data)
    if "customer" in changes:
        drop_order_of_another(stored, by=by, at=moment)
        _tell_once(stored, at=moment, by=by)
    if not _PLACING.isdisjoint(changes):
        refit(stored, before, by=by, at=moment)
    return stored


def _tell_once(case: Complaint, *, at: datetime, by: User | None) -> None:
    """Tell the customer's timeline, unless it knows of the case from an earlier link."""
    if case.customer is not None and not _is_told(case.customer, case):
        tell_timeline(case, "linked", at=at, by=by)


def _is_told(customer: Customer, case: Complaint) -> bool:
    """Tell whether the customer's timeline has a line about the case."""
    rows = TimelineEvent.objects.filter(customer=customer, kind=EventKind.COMPLAINT)
    kind = ContentType.objects.get_for_model(Complaint)
    return bool(rows.filter(subject_type=kind, subject_id=case.pk).exists())


def proposed_grade(complaint: Complaint) -> str:
    """Return the grade that the rules would give now, where it is another; "" where it is not."""
    if complaint.kind != CaseKind.COMPLAINT:
        return ""
    verdict = verdict_of(complaint)
    return "" if verdict.grade == complaint.grade else verdict.grade
