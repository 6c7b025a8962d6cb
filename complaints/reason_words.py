"""Reasons why somebody may complain, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from complaints.choices.foresight import Sign
from core.display import format_number


def reason_words(reason: Mapping[str, Any]) -> str:
    """Return one reason in words; the count is what was known on the day of the run."""
    sign, value = str(reason.get("sign", "")), float(reason.get("value") or 0)
    n = round(value)
    words = {
        Sign.RECENT: ngettext("%(n)s complaint in 90 days", "%(n)s complaints in 90 days", n),
        Sign.EARLIER: ngettext(
            "%(n)s complaint in the nine months before", "%(n)s complaints in the nine months before", n
        ),
        Sign.OPEN: ngettext("%(n)s complaint is open", "%(n)s complaints are open", n),
        Sign.REOPENED: ngettext("a case was reopened", "cases were reopened %(n)s times", n),
        Sign.REJECTED: ngettext("a complaint was rejected", "%(n)s complaints were rejected", n),
        Sign.LOW_SCORE: ngettext("a low score at a call-back", "%(n)s low scores at call-backs", n),
        Sign.ESCALATED: ngettext("late work was escalated", "late work was escalated %(n)s times", n),
        Sign.ANGRY: ngettext("an angry call", "%(n)s angry calls", n),
        Sign.REQUESTS: ngettext("%(n)s service request in 60 days", "%(n)s service requests in 60 days", n),
        Sign.REFUNDS: ngettext("an order was given back", "%(n)s orders were given back", n),
        Sign.SILENT: ngettext(
            "%(n)s contact fewer than in the quarter before",
            "%(n)s contacts fewer than in the quarter before",
            n,
        ),
        Sign.ORDERS: ngettext("ordered on %(n)s day in a year", "ordered on %(n)s days in a year", n),
    }
    if sign == Sign.LIKE:
        text = _("%(rate)s complaints of known causes per 100 customers of the industry in 90 days")
        return text % {"rate": format_number(value, 1)}
    return words[Sign(sign)] % {"n": format_number(n)} if sign in words else sign
