"""Reasons of a warning in words: stored as code and parameters, translated when shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.choices import Segment
from core.display import format_day, format_money, format_number, format_percent
from customers.choices import DecisionRole

FELL_BY = 0.25
"""Turnover that fell by less than this share is no reason."""
QUIET_CONTACT_DAYS = 60
"""Days without a contact from which it is worth saying."""
LEFT_WITHIN_DAYS = 180
"""A key person who left longer ago is not news."""
KEY_ROLES = (DecisionRole.DECIDER, DecisionRole.CHAMPION, DecisionRole.PAYER)


@dataclass(frozen=True)
class Reason:
    """One reason. `weight` is its part of the risk in points, None for a fact outside the model."""

    code: str
    params: Mapping[str, Any]
    weight: int | None = None

    @property
    def stored(self) -> dict[str, Any]:
        """The reason as JSON."""
        return {"code": self.code, "params": dict(self.params), "weight": self.weight}


def silence(gap: float | None, days: int, *, weight: int | None) -> Reason:
    """Silent for `days`, against the usual gap."""
    return Reason("silence", {"gap": None if gap is None else round(gap, 1), "days": days}, weight)


def turnover_fell(now: float, before: float, currency: str) -> Reason | None:
    """Turnover of 12 months against the 12 before, where it fell clearly."""
    if before <= 0 or now > before * (1 - FELL_BY):
        return None
    return Reason("turnover", {"now": now, "before": before, "currency": currency})


def no_contact(days: int | None) -> Reason | None:
    """No contact for long, or never one."""
    if days is not None and days < QUIET_CONTACT_DAYS:
        return None
    return Reason("contact", {"days": days})


def segment_moved(old: str, new: str) -> Reason | None:
    """The customer stood in another segment at the end of the month before."""
    if not old or not new or old == new:
        return None
    return Reason("segment", {"old": old, "new": new})


def person_left(name: str, role: str, on: date) -> Reason:
    """A person who decides has left."""
    return Reason("person", {"name": name, "role": role, "on": on.isoformat()})


def in_words(reason: Mapping[str, Any]) -> str:
    """Return a stored reason in the active language."""
    words = _WORDS.get(reason["code"])
    return words(reason["params"]) if words else str(reason["code"])


def headline(reasons: list[dict[str, Any]]) -> str:
    """Return what stands on top of a warning: fact against habit."""
    for reason in reasons:
        if reason["code"] == "silence":
            return in_words(reason)
    return ""


def _silence(params: Mapping[str, Any]) -> str:
    days = format_number(params["days"])
    if params["gap"] is None:
        return ngettext("Silent for %(days)s day", "Silent for %(days)s days", params["days"]) % {
            "days": days
        }
    gap = round(params["gap"])
    return ngettext(
        "Usually orders every %(gap)s day, silent for %(days)s",
        "Usually orders every %(gap)s days, silent for %(days)s",
        gap,
    ) % {"gap": format_number(gap), "days": days}


def _turnover(params: Mapping[str, Any]) -> str:
    return _("Turnover of 12 months fell by %(share)s, from %(before)s to %(now)s") % {
        "share": format_percent(1 - params["now"] / params["before"], 0),
        "before": format_money(params["before"], params["currency"], 0),
        "now": format_money(params["now"], params["currency"], 0),
    }


def _contact(params: Mapping[str, Any]) -> str:
    if params["days"] is None:
        return _("No contact is on record")
    return ngettext("No contact for %(days)s day", "No contact for %(days)s days", params["days"]) % {
        "days": format_number(params["days"])
    }


def _segment(params: Mapping[str, Any]) -> str:
    return _("Moved from “%(old)s” to “%(new)s” since last month") % {
        "old": segment_label(params["old"]),
        "new": segment_label(params["new"]),
    }


def _person(params: Mapping[str, Any]) -> str:
    return _("%(name)s (%(role)s) left on %(day)s") % {
        "name": params["name"],
        "role": DecisionRole(params["role"]).label,
        "day": format_day(date.fromisoformat(params["on"])),
    }


_WORDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "silence": _silence,
    "turnover": _turnover,
    "contact": _contact,
    "segment": _segment,
    "person": _person,
}


def segment_label(key: str) -> str:
    """Return the translated name of a segment; an unknown key stands for itself."""
    return str(Segment(key).label) if key in Segment.values else key
