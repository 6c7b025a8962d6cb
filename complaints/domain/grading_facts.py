"""The facts that grading rules look at, read for one case or for many at once."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from complaints.choices.cases import CaseKind, State
from complaints.choices.grading import Fact
from complaints.conditions import MOST_DAYS, MOST_REPEATS, plain
from complaints.models import Category, Complaint

_BACK = timedelta(days=MOST_DAYS)
_DAY = timedelta(days=1)


def facts_of(case: Complaint) -> dict[str, Any]:
    """Return what the rules look at, as it is now. At most two queries."""
    return _facts(case, _ages_of(case), branch_of(case.category))


def facts_of_many(cases: Sequence[Complaint]) -> list[dict[str, Any]]:
    """Return the facts of each case, with two queries for all of them.

    Customer and category are expected to be loaded with the cases.
    """
    earlier = _received_of_customers(cases)
    above = _parents() if any(case.category is not None for case in cases) else {}
    return [
        _facts(
            case, _ages_among(case, earlier.get(case.customer_id or 0, ())), branch_of(case.category, above)
        )
        for case in cases
    ]


def _facts(case: Complaint, ages: Sequence[float], branch: tuple[str, ...]) -> dict[str, Any]:
    return {
        str(Fact.IMPACT): case.impact,
        str(Fact.TIER): (case.customer.tier or None) if case.customer is not None else None,
        str(Fact.REPEATS): ages,
        str(Fact.SAFETY): case.is_safety,
        str(Fact.MEDIA): case.is_media,
        str(Fact.LEGAL): case.is_legal,
        str(Fact.EMOTION): case.emotion_before or None,
        str(Fact.CATEGORY): branch or None,
        str(Fact.INTAKE): case.intake,
        str(Fact.AMOUNT): case.amount_at_stake,
        str(Fact.WORDS): plain(f"{case.title}\n{case.description}"),
    }


# ---- earlier complaints -----------------------------------------------------------------------------
def _ages_of(case: Complaint) -> list[float]:
    """Return how many days before this one the customer's others were received, merged ones left out."""
    if case.customer_id is None:
        return []
    rows = Complaint.objects.complaints().filter(
        customer=case.customer_id,
        received_at__gt=case.received_at - _BACK,
        received_at__lte=case.received_at,
    )
    rows = rows.exclude(pk=case.pk).exclude(state=State.MERGED).order_by("-received_at")
    moments = rows.values_list("received_at", flat=True)[:MOST_REPEATS]
    return [(case.received_at - moment) / _DAY for moment in moments]


def _received_of_customers(cases: Iterable[Complaint]) -> dict[int, list[tuple[datetime, int]]]:
    """Return customer → (received, key) of its complaints that any of the cases may count, in order."""
    known = [case for case in cases if case.customer_id is not None]
    if not known:
        return {}
    rows = Complaint.objects.complaints().filter(
        customer__in={case.customer_id for case in known},
        received_at__gt=min(case.received_at for case in known) - _BACK,
        received_at__lte=max(case.received_at for case in known),
    )
    found: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    kept = rows.exclude(state=State.MERGED).order_by("received_at", "pk")
    for customer, moment, pk in kept.values_list("customer", "received_at", "pk"):
        found[customer].append((moment, pk))
    return found


def _ages_among(case: Complaint, others: Sequence[tuple[datetime, int]]) -> list[float]:
    first = bisect_right(others, (case.received_at - _BACK, 1 << 62))
    last = bisect_left(others, (case.received_at, 1 << 62))
    ages = [(case.received_at - moment) / _DAY for moment, pk in others[first:last] if pk != case.pk]
    return ages[::-1][:MOST_REPEATS]


# ---- the branch of a category -----------------------------------------------------------------------
def _parents() -> Mapping[str, str]:
    rows = Category.objects.current().filter(kind=CaseKind.COMPLAINT)
    return dict(rows.values_list("code", "parent_code"))


def branch_of(category: Category | None, above: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Return the codes from the category upward; `above` (code → parent) saves the query."""
    if category is None:
        return ()
    codes, parent = [category.code], category.parent_code
    if parent and above is None:
        above = _parents()
    while parent and parent not in codes:
        codes.append(parent)
        parent = (above or {}).get(parent, "")
    return tuple(codes)
