"""The daily TOP 3: made once a day from the complaints of the day before, kept as it was, and told."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext, gettext_lazy

from complaints.choices.cases import CaseKind, State
from complaints.domain.crises import managers
from complaints.models import Category, Cause, Complaint, ComplaintCause, DailyReport
from complaints.ranking import Case, Rank, ranked
from core.display import format_day
from core.domain.notifications import notify
from core.zones import midnight

#: Letters of a name in the message: six of them fit.
MOST_NAME = 40
#: So many days are made up after an outage.
MOST_MISSED = 14


def make_reports(today: date, *, at: datetime | None = None) -> list[DailyReport]:
    """Make the report of yesterday, and those of missed days before it; return what is new, the latest last.

    Days are missed since the first report, up to fourteen; only the report of yesterday is told.
    """
    yesterday = today - timedelta(days=1)
    first = DailyReport.objects.order_by("day").values_list("day", flat=True).first() or yesterday
    since = max(first, today - timedelta(days=MOST_MISSED))
    known = set(DailyReport.objects.filter(day__gte=since).values_list("day", flat=True))
    days = [since + timedelta(days=number) for number in range((yesterday - since).days)]
    made = [make_report(day, at=at, is_told=False) for day in days if day not in known]
    report = make_report(yesterday, at=at)  # told again to who was not: a killed run may have left them out
    return made if yesterday in known else [*made, report]


def make_report(day: date, *, at: datetime | None = None, is_told: bool = True) -> DailyReport:
    """Make the report of the day, once, and tell the managers. What is entered later does not change it."""
    with transaction.atomic():
        values = {"made_at": at or timezone.now(), **_content(day)}
        report, _first = DailyReport.objects.get_or_create(day=day, defaults=values)
        if not is_told:
            return report
        # Unique keys tell each person once, so that a second run mends what a killed one left out.
        notify(
            managers(),
            kind="complaint_top3",
            title=gettext_lazy("Daily TOP 3 of %(day)s: %(total)s complaints"),
            body=_body(report),
            params=_params(report),
            url=report.get_absolute_url(),
            subject=report,
            dedupe=f"top3-{day:%Y-%m-%d}",
        )
    return report


def _body(report: DailyReport) -> Any:
    if not report.content.get("top"):
        return ""
    if not report.content.get("causes"):
        return gettext_lazy("Problems: %(problems)s.")
    return gettext_lazy("Problems: %(problems)s. Causes: %(causes)s.")


def _params(report: DailyReport) -> dict[str, Any]:
    """What the message tells; names are put into the language of who reads it."""
    problems, causes = (_in_words(rows) for rows in (named_ranks(report), named_causes(report)))
    day = lazy(format_day, str)(report.day)
    return {"day": day, "total": report.total, "problems": problems, "causes": causes}


def _in_words(rows: list[dict[str, Any]]) -> Any:
    def joined() -> str:
        names = [(_name(row), row["count"]) for row in rows]
        return gettext(", ").join(f"{name[:MOST_NAME]} ({count})" for name, count in names)

    return lazy(joined, str)()


def _name(row: dict[str, Any]) -> str:
    named = row.get("cause") or row.get("category")
    return str(named.name) if named is not None else row["code"] or gettext("Without a category")


def _content(day: date) -> dict[str, Any]:
    """The ranks of categories, and those of the causes that were found for these complaints by now."""
    rows, week = _rows(day, day), _rows(day - timedelta(days=7), day - timedelta(days=1))
    cases = [
        Case(code or "", grade, label, pk)
        for code, grade, label, pk in rows.values_list("category__code", "grade", "subject_label", "pk")
    ]
    before = Counter(code or "" for code in week.values_list("category__code", flat=True))
    content = {
        "top": [one.as_json() for one in ranked(cases, before)],
        "causes": [one.as_json() for one in _causes(rows, week, len(cases))],
    }
    return {"total": len(cases), "content": content}


def _causes(rows: Any, week: Any, total: int) -> list[Rank]:
    """Rank causes; a complaint with two of them counts for both, one without any for none."""
    links = ComplaintCause.objects.filter(complaint__in=rows).order_by()
    cases = [
        Case(*row)
        for row in links.values_list(
            "cause__code", "complaint__grade", "complaint__subject_label", "complaint_id"
        )
    ]
    before = ComplaintCause.objects.filter(complaint__in=week).order_by()
    return ranked(cases, Counter(before.values_list("cause__code", flat=True)), total=total)


def _rows(first: date, last: date) -> Any:
    """Complaints received from the first to the last day, in the time zone of the house."""
    start = midnight(first)
    end = midnight(last + timedelta(days=1))
    rows = Complaint.objects.complaints().filter(received_at__gte=start, received_at__lt=end)
    return rows.exclude(state=State.MERGED).order_by()


def named_ranks(report: DailyReport) -> list[dict[str, Any]]:
    """Return the ranks with the category of each, in one query; a category without a code is None.

    A category is named as its latest edition names it.
    """
    top = report.content.get("top", [])
    codes = [one["code"] for one in top]
    rows = Category.objects.of_kind(CaseKind.COMPLAINT).filter(code__in=codes).order_by("edition")
    by_code = {row.code: row for row in rows}
    return [{**one, "category": by_code.get(one["code"])} for one in top]


def named_causes(report: DailyReport) -> list[dict[str, Any]]:
    """Return the ranks of causes with the cause of each, in one query."""
    top = report.content.get("causes", [])
    by_code = {row.code: row for row in Cause.objects.filter(code__in=[one["code"] for one in top])}
    return [{**one, "cause": by_code.get(one["code"])} for one in top]


def cases_behind(report: DailyReport, part: str, code: str) -> list[int]:
    """Return the complaints that a rank has counted: of `part` "top" (categories) or "causes"."""
    ranks = report.content.get(part, []) if part in {"top", "causes"} else []
    return next((list(one.get("cases", [])) for one in ranks if one["code"] == code), [])
