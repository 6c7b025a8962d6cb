"""The daily TOP 3: made once a day from the complaints of the day before, kept as it was, and told."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from complaints.choices.cases import State
from complaints.domain.crises import managers
from complaints.models import Category, Complaint, DailyReport
from complaints.ranking import Case, ranked
from core.display import format_day
from core.domain.notifications import notify


def make_report(day: date, *, at: datetime | None = None) -> DailyReport:
    """Make the report of the day, once, and tell the managers. What is entered later does not change it."""
    with transaction.atomic():
        values = {"made_at": at or timezone.now(), **_content(day)}
        report, _first = DailyReport.objects.get_or_create(day=day, defaults=values)
        # Unique keys tell each person once, so that a second run mends what a killed one left out.
        notify(
            managers(),
            kind="complaint_top3",
            title=gettext_lazy("Daily TOP 3 of %(day)s: %(total)s complaints"),
            params={"day": format_day(day), "total": report.total},
            url=report.get_absolute_url(),
            subject=report,
            dedupe=f"top3-{day:%Y-%m-%d}",
        )
    return report


def _content(day: date) -> dict[str, Any]:
    cases = [
        Case(code or "", grade, label)
        for code, grade, label in _rows(day, day).values_list("category__code", "grade", "subject_label")
    ]
    codes = _rows(day - timedelta(days=7), day - timedelta(days=1)).values_list("category__code", flat=True)
    week = Counter(code or "" for code in codes)
    return {"total": len(cases), "content": {"top": [one.as_json() for one in ranked(cases, week)]}}


def _rows(first: date, last: date) -> Any:
    """Complaints received from the first to the last day, in the time zone of the house."""
    start = timezone.make_aware(datetime.combine(first, time.min))
    end = timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min))
    rows = Complaint.objects.complaints().filter(received_at__gte=start, received_at__lt=end)
    return rows.exclude(state=State.MERGED).order_by()


def named_ranks(report: DailyReport) -> list[dict[str, Any]]:
    """Return the ranks with the category of each, in one query; a category without a code is None."""
    top = report.content.get("top", [])
    rows = Category.objects.filter(code__in=[one["code"] for one in top]).order_by("-retired_at", "pk")
    by_code = {row.code: row for row in rows}
    return [{**one, "category": by_code.get(one["code"])} for one in top]
