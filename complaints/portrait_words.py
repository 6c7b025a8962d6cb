"""Portraits in words: the name of a type, and what stands out among its complainants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from complaints.choices.foresight import PortraitKind
from complaints.choices.learning import CrisisKind
from complaints.models import Category, Portrait, PortraitTrait
from core.display import format_number, format_percent


def type_name(portrait: Portrait, categories: Mapping[str, Category]) -> str:
    """Return the name of the type in the language in force."""
    if portrait.kind == PortraitKind.CATEGORY:
        row = categories.get(portrait.code)
        return row.name if row is not None else portrait.code
    if portrait.kind == PortraitKind.CRISIS:
        label = dict(CrisisKind.choices).get(portrait.code, portrait.code)
        return _("Crisis: %(kind)s") % {"kind": label}
    return _("All complaints")


def strongest(traits: Iterable[PortraitTrait]) -> PortraitTrait | None:
    """Return the clear trait that is most over-represented."""
    clear = [one for one in traits if one.is_clear and one.lift is not None and one.lift > 1]
    return max(clear, key=lambda one: (one.lift, -one.pk), default=None)


def finding(portrait: Portrait, traits: Iterable[PortraitTrait]) -> str:
    """Return what stands out in one sentence, with number and interval; or that nothing does."""
    found, compared = list(traits), int(portrait.content.get("compared", 0))
    if not found:
        return ngettext(
            "Few data: %(n)s complainant ordered within the year; nothing is compared below 10.",
            "Few data: %(n)s complainants ordered within the year; nothing is compared below 10.",
            compared,
        ) % {"n": format_number(compared)}
    best = strongest(found)
    if best is None:
        return _("No group complains clearly more often than its share of the customers.")
    against_complaints = _(
        "%(value)s (%(attribute)s) is met %(lift)s times as often as among all complaints"
        " (n=%(n)s, 95%% interval %(low)s–%(high)s)."
    )
    against_customers = _(
        "Complaints come %(lift)s times as often from %(value)s (%(attribute)s) as from active customers"
        " on the whole (n=%(n)s, 95%% interval %(low)s–%(high)s)."
    )
    text = against_complaints if best.is_of_cases else against_customers
    return text % {
        "attribute": best.get_attribute_display(),
        "value": best.label,
        "lift": format_number(best.lift, 1),
        "n": format_number(best.n),
        "low": format_number(best.lift_low, 1),
        "high": format_number(best.lift_high, 1),
    }


def share_words(found: Mapping[str, Any] | None) -> str:
    """Return "23% (14–36%), n=58", or that there are no data."""
    if not found:
        return _("no data")
    return _("%(value)s (%(low)s–%(high)s), n=%(n)s") % {
        "value": format_percent(found["value"], 0),
        "low": format_percent(found["low"], 0),
        "high": format_percent(found["high"], 0),
        "n": format_number(found["n"]),
    }
