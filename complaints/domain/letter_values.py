"""What the placeholders of a letter stand for, read from a case in the language of its customer."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from complaints.choices.letters import LetterLanguage
from complaints.choices.solving import RedressState
from complaints.domain.taxonomy import lines_above
from complaints.models import (
    Citation,
    Compensation,
    Complaint,
    ComplaintCause,
    DecisionLetter,
    Improvement,
    Investigation,
    LetterSettings,
)
from core.models import Organisation
from core.zones import house_day

#: What the customer said yes to, or has.
_AGREED = (RedressState.ACCEPTED, RedressState.PAID)
MOST_CHANGES = 3


def language_for(case: Complaint) -> str:
    """Return the language of the customer, where letters are written in it; else the first."""
    wanted = (case.language or "").lower()
    return wanted if wanted in LetterLanguage.values else LetterLanguage.ZH_HANS


def recipient_of(case: Complaint) -> str:
    """Return whom a letter about the case is for; empty where nobody knows."""
    if case.person is not None:
        return str(case.person.name)
    return case.contact_name or (case.customer.name if case.customer is not None else "")


def values_for(
    case: Complaint, language: str, *, with_changes: bool = True, letter: DecisionLetter | None = None
) -> dict[str, str]:
    """Return placeholder → value in the language; a value that is missing is an empty text."""
    rules = LetterSettings.load()
    found = Investigation.objects.filter(complaint=case).values_list("summary", flat=True).first() or ""
    with translation.override(language):
        return {
            "recipient": recipient_of(case),
            "number": case.number,
            "received": day_in_words(house_day(case.received_at), language),
            "title": case.title,
            "complaint": case.description or case.title,
            "remedy": case.remedy_sought,
            "findings": found,
            "decision": str(case.get_decision_display()) if case.decision else "",
            "reasons": case.solution,
            "given": _given(case),
            "changes": _changes(case) if with_changes else "",
            "legal": _legal(case, letter, language),
            "object_to": rules.said("object_to", language),
            "next": rules.said("next", language),
            "handler": case.owner.display_name if case.owner is not None else "",
            "organisation": Organisation.load().name,
        }


def late_values(number: str, language: str, *, at: datetime, days: int) -> tuple[dict[str, str], date]:
    """Return what is known at issue, and the last day to object."""
    today = house_day(at)
    until = today + timedelta(days=days)
    values = {
        "letter_number": number,
        "today": day_in_words(today, language),
        "objection_until": day_in_words(until, language),
    }
    return values, until


def day_in_words(day: date, language: str) -> str:
    """Return a day as letters write it: 2026年11月22日, 22 November 2026."""
    if language.startswith("zh"):
        return f"{day.year}年{day.month}月{day.day}日"
    with translation.override(language):
        return date_format(day, "j F Y")


def missing_word(language: str) -> str:
    """Return the word for a gap in the language of the letter."""
    with translation.override(language):
        return _("still missing")


def _given(case: Complaint) -> str:
    rows = Compensation.objects.filter(complaint=case, state__in=_AGREED).order_by("id")
    lines = []
    for row in rows:
        label = str(row.get_measure_display())
        lines.append(f"{label} {row.currency} {row.amount:,.2f}" if row.amount else label)
    return _joined(lines)


def _changes(case: Complaint) -> str:
    causes = ComplaintCause.objects.filter(complaint=case).select_related("cause").order_by("id")
    lines = [link.cause.name for link in causes[:MOST_CHANGES]]
    about = Q(cause__in=causes.order_by().values("cause"))
    if case.category is not None:
        line = lines_above(case.category.kind).get(case.category.code, (case.category.code,))
        about |= Q(category__code__in=line, cause__isnull=True)
    plans = Improvement.objects.filter(about).order_by("-due_on", "-id")
    lines += [row.title for row in plans[:MOST_CHANGES]]
    return _joined(lines)


def _legal(case: Complaint, letter: DecisionLetter | None, language: str) -> str:
    rows = Citation.objects.filter(complaint=case, designation__isnull=True).select_related("reference")
    rows = (
        rows.filter(letter__isnull=True) | rows.filter(letter=letter) if letter else rows.filter(letter=None)
    )
    seen = {row.reference_id: row.reference for row in rows.order_by("id")}
    mark = "《{}》{}" if language.startswith("zh") else "{} {}"
    return _joined([mark.format(one.named(language), one.article).strip() for one in seen.values()])


def _joined(lines: list[str]) -> str:
    return _("; ").join(line for line in lines if line)
