"""The scan for surges: like complaints of the last day against the same day of past weeks."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from complaints.choices.cases import CaseKind, State
from complaints.choices.learning import AlertKind
from complaints.domain.alerts import raise_alert
from complaints.domain.crises import add_cases, kind_from, propose_crisis, running_of
from complaints.models import Category, Complaint, Crisis
from complaints.querysets.learning import CrisisQuerySet
from complaints.surge import Verdict, judged

WINDOW = timedelta(hours=24)
WEEKS = 12
#: Complaints that one look puts into the crisis.
MOST_CASES = 200
#: (code of the category, subject type, subject id); without a subject the category as a whole. The code
#: stays when a category gets a new edition, its row does not.
Group = tuple[str, int | None, int | None]


def look_for_surges(at: datetime) -> int:
    """Warn of and propose a crisis for each group of like complaints beyond its limit; once a day and group.

    The keys name group and local day, so that any number of workers raise each surge once; as long as
    somebody has to act in its crisis there is no other, and later complaints join it. A past window counts
    only if a complaint of the group could have come in it: before, zero says nothing.
    """
    now = _counts(at)
    candidates = {group for group, count in now.items() if count >= 2}
    if not candidates:
        return 0
    ends = [at - timedelta(weeks=week) for week in range(1, WEEKS + 1)]
    past = [(end - WINDOW, _counts(end)) for end in ends]
    since = _possible_since({code for code, _kind, _pk in candidates})
    raised = 0
    for group in sorted(candidates, key=str):
        history = [counts[group] for start, counts in past if start >= since[group[0]]]
        verdict = judged(now[group], history)
        if verdict.is_surge:
            raised += _raise(group, verdict, at)
    return raised


def _possible_since(codes: set[str]) -> dict[str, datetime]:
    """Return from when on complaints of each category could come in.

    That is since the house has complaints at all, and since the category is there: its first edition, or
    its first complaint where older ones were brought along.
    """
    rows = Complaint.objects.complaints().order_by()
    first = rows.aggregate(first=Min("received_at"))["first"]
    editions = Category.objects.filter(kind=CaseKind.COMPLAINT, code__in=codes).order_by()
    made = dict(editions.values_list("code").annotate(first=Min("valid_from")))
    known = rows.filter(category__kind=CaseKind.COMPLAINT, category__code__in=codes).values_list(
        "category__code"
    )
    seen = dict(known.annotate(first=Min("received_at")))
    return {code: max(first, min(made.get(code, seen[code]), seen[code])) for code in codes}


def _rows(at: datetime) -> Any:
    rows = Complaint.objects.complaints().filter(
        received_at__gt=at - WINDOW, received_at__lte=at, category__kind=CaseKind.COMPLAINT
    )
    return rows.exclude(state=State.MERGED)


def _counts(at: datetime) -> Counter[Group]:
    found: Counter[Group] = Counter()
    for code, kind, pk in _rows(at).order_by().values_list("category__code", "subject_type", "subject_id"):
        found[(code, None, None)] += 1
        if kind and pk:
            found[(code, kind, pk)] += 1
    return found


@transaction.atomic
def _raise(group: Group, verdict: Verdict, at: datetime) -> bool:
    code, kind, pk = group
    rows = _rows(at).filter(category__code=code)
    if kind:
        rows = rows.filter(subject_type=kind, subject_id=pk)
    rows = rows.for_list().order_by("received_at", "id")
    prefix = f"{code}:{kind or ''}:{pk or ''}:"
    if _is_known(Crisis.objects.filter(key__startswith=f"surge:{prefix}"), rows, at):
        return False
    editions = Category.objects.filter(kind=CaseKind.COMPLAINT, code=code)
    category = editions.order_by("-edition")[0]
    cases = list(rows[:MOST_CASES])
    subject = cases[0].subject_label if kind and cases else ""
    name = f"{category.name} · {subject}" if subject else category.name
    evidence = {
        "count": verdict.count,
        "expected": round(verdict.expected, 2),
        "limit": round(verdict.limit, 2),
        "windows": verdict.windows,
        "hours": int(WINDOW.total_seconds() // 3600),
        "name": name,
    }
    key = f"{prefix}{timezone.localdate(at):%Y-%m-%d}"
    raise_alert(AlertKind.SURGE, key, at=at, category=category, evidence=evidence)
    found = kind_from(cases)
    values = {
        "kind": found["kind"],
        "title": name[:200],
        "category": category,
        "evidence": {**evidence, **found["evidence"]},
    }
    crisis = propose_crisis(f"surge:{key}", values, at=at)
    if crisis is not None:
        add_cases(crisis, cases, by=None, at=at)
    return crisis is not None


def _is_known(crises: CrisisQuerySet, rows: Any, at: datetime) -> bool:
    """Tell whether the surge has a crisis already. As long as that runs, later complaints join it."""
    running = running_of(crises)
    if running is not None:
        add_cases(running, rows.exclude(crises__crisis=running)[:MOST_CASES], by=None, at=at)
        return True
    # Seen again after midnight, though somebody has ended its crisis.
    return bool(crises.filter(opened_at__gt=at - 2 * WINDOW).exists())
