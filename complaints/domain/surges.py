"""The scan for surges: like complaints of the last day against the same day of past weeks."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from complaints.choices.cases import State
from complaints.choices.learning import AlertKind, CrisisKind
from complaints.domain.alerts import raise_alert
from complaints.domain.crises import add_cases, propose_crisis
from complaints.models import Category, Complaint, Crisis
from complaints.surge import Verdict, judged

WINDOW = timedelta(hours=24)
WEEKS = 12
#: (category, subject type, subject id); without a subject the category as a whole.
Group = tuple[int, int | None, int | None]


def look_for_surges(at: datetime) -> int:
    """Warn of and propose a crisis for each group of like complaints beyond its limit; once a day and group.

    The keys name group and local day, so that any number of workers raise each surge once.
    """
    now = _counts(at)
    candidates = {group for group, count in now.items() if count >= 2}
    if not candidates:
        return 0
    past = [_counts(at - timedelta(weeks=week)) for week in range(1, WEEKS + 1)]
    raised = 0
    for group in sorted(candidates, key=str):
        verdict = judged(now[group], [counts[group] for counts in past])
        if verdict.is_surge:
            raised += _raise(group, verdict, at)
    return raised


def _rows(at: datetime) -> Any:
    rows = Complaint.objects.complaints().filter(
        received_at__gt=at - WINDOW, received_at__lte=at, category__isnull=False
    )
    return rows.exclude(state=State.MERGED)


def _counts(at: datetime) -> Counter[Group]:
    found: Counter[Group] = Counter()
    for category, kind, pk in _rows(at).order_by().values_list("category", "subject_type", "subject_id"):
        found[(category, None, None)] += 1
        if kind and pk:
            found[(category, kind, pk)] += 1
    return found


@transaction.atomic
def _raise(group: Group, verdict: Verdict, at: datetime) -> bool:
    category_id, kind, pk = group
    category = Category.objects.get(pk=category_id)
    rows = _rows(at).filter(category=category_id)
    if kind:
        rows = rows.filter(subject_type=kind, subject_id=pk)
    cases = list(rows.for_list().order_by("received_at", "id")[:200])
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
    prefix = f"{category_id}:{kind or ''}:{pk or ''}:"
    recent = Crisis.objects.filter(key__startswith=f"surge:{prefix}", opened_at__gt=at - 2 * WINDOW)
    if recent.exists():  # the same surge, seen again after midnight
        return False
    key = f"{prefix}{timezone.localdate(at):%Y-%m-%d}"
    raise_alert(AlertKind.SURGE, key, at=at, category=category, evidence=evidence)
    values = {
        "kind": CrisisKind.SERVICE,
        "title": name[:200],
        "category": category,
        "evidence": evidence,
    }
    crisis = propose_crisis(f"surge:{key}", values, at=at)
    if crisis is not None:
        add_cases(crisis, cases, by=None, at=at)
    return crisis is not None
