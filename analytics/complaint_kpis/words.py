"""Figures in words and marks, as pages and files show them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics.complaint_kpis.reckoning import Comparison, Reading
from core.display import MINUS, format_money_short, format_number, format_percent

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def duration_parts(seconds: float | None, *, in_days: bool = False) -> tuple[str, str]:
    """Return (figure, unit): minutes below an hour, else hours; from three days on days by the clock."""
    if seconds is None:
        return "", ""
    if seconds < _HOUR:
        return format_number(seconds / _MINUTE, 0), pgettext("unit of time", "min")
    if in_days and seconds >= 3 * _DAY:
        return format_number(seconds / _DAY, 1), pgettext("unit of time", "d")
    return format_number(seconds / _HOUR, 1), pgettext("unit of time", "h")


def duration(seconds: float | None, *, in_days: bool = False) -> str:
    """Return "25 min", "3.5 h" or, by the clock, "4.2 d"; nothing where nothing was measured."""
    return " ".join(duration_parts(seconds, in_days=in_days)).strip()


def figure_parts(reading: Reading, currency: str) -> tuple[str, str]:
    """Return (figure, unit) of a reading; "no data" where there is nothing to tell."""
    value = reading.value
    if value is None:
        return _("no data"), ""
    unit = reading.kpi.unit
    if unit == "share":
        return format_number(value * 100, 1), "%"
    if unit == "duration":
        return duration_parts(value)
    if unit == "money":
        return format_money_short(value, currency), ""
    return format_number(value, 1 if unit == "rate" else 0), ""


def figure(reading: Reading, currency: str) -> str:
    """Return a reading in words."""
    value, unit = figure_parts(reading, currency)
    return f"{value}{unit}" if unit == "%" else f"{value} {unit}".strip()


def interval(reading: Reading) -> str:
    """Return the 95 % interval in words, or nothing."""
    if reading.low is None or reading.high is None or reading.value is None:
        return ""
    if reading.kpi.unit == "share":
        limits = (format_number(reading.low * 100, 1), format_number(reading.high * 100, 1))
    else:
        limits = (duration(reading.low), duration(reading.high))
    return _("95%% interval %(low)s–%(high)s") % {"low": limits[0], "high": limits[1]}


def change(comparison: Comparison, reading: Reading, currency: str) -> dict[str, Any]:
    """Return delta, direction, verdict and what stood before, as tiles and tables show them."""
    difference = comparison.difference
    if difference is None:
        return {"before": _("no earlier figure")}
    if not comparison.before.value and reading.kpi.unit in {"count", "rate"}:
        return {"before": _("none in the period before")}
    before = _("from %(before)s") % {"before": figure(comparison.before, currency)}
    if not difference:
        return {"before": _("as before")}
    shown = {"delta": _amount(abs(difference), reading, currency), "before": before}
    if not comparison.direction:
        return shown | {"before": _("no clear change, %(before)s") % {"before": before}}
    return shown | {"direction": comparison.direction, "verdict": comparison.verdict}


def _amount(difference: float, reading: Reading, currency: str) -> str:
    unit = reading.kpi.unit
    if unit == "share":
        return _("%(points)s pt") % {"points": format_number(difference * 100, 1)}
    if unit == "duration":
        return duration(difference)
    if unit == "money":
        return format_money_short(difference, currency)
    return format_number(difference, 1 if unit == "rate" else 0)


def signed(value: float | None, decimals: int = 0) -> str:
    """Return a difference with its sign."""
    if value is None:
        return ""
    sign = "+" if value > 0 else MINUS if value < 0 else ""
    return f"{sign}{format_number(abs(value), decimals)}"


def share(value: float | None) -> str:
    """Return a share in words, nothing where there is none."""
    return "" if value is None else format_percent(value)
