"""Small words of customer pages: when something is due, how long ago, how much more or less."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import display

register = template.Library()


@register.filter
def due_words(day: date | None, today: date | None = None) -> str:
    """Today, tomorrow, 2 d overdue, or the day itself."""
    if day is None:
        return _("no day set")
    left = (day - (today or timezone.localdate())).days
    if left < 0:
        return _("%(days)s overdue") % {"days": display.format_days_short(-left)}
    if left == 0:
        return _("today")
    return _("tomorrow") if left == 1 else display.format_day_short(day)


@register.filter
def due_css(day: date | None, today: date | None = None) -> str:
    """Red when overdue, amber when due today."""
    if day is None:
        return ""
    left = (day - (today or timezone.localdate())).days
    return "t-bad" if left < 0 else "t-warn" if left == 0 else ""


@register.filter
def due_kind(day: date | None, today: date | None = None) -> str:
    """The kind of chip: bad when overdue, warn when due today."""
    return due_css(day, today).removeprefix("t-")


@register.filter
def ago(value: date | datetime | None) -> str:
    """Today, yesterday, 8 days ago; the day itself after two months."""
    if not value:
        return _("never")
    day = timezone.localtime(value).date() if isinstance(value, datetime) else value
    days = (timezone.localdate() - day).days
    if days <= 0:
        return _("today")
    if days == 1:
        return _("yesterday")
    if days > 60:
        return display.format_day(day)
    return ngettext("%(days)s day ago", "%(days)s days ago", days) % {"days": display.format_number(days)}


@register.simple_tag
def change_of(now: Any, before: Any) -> dict[str, str]:
    """The change of an amount to the period before: words, arrow and colour; empty where there was none."""
    if now is None or not before or Decimal(before) <= 0:
        return {}
    share = (Decimal(now) - Decimal(before)) / Decimal(before)
    if abs(share) < Decimal("0.005"):
        return {"text": "0%", "arrow": "→", "css": ""}
    up = share > 0
    if share >= 9:
        return {"text": f"{display.format_number(share + 1)}×", "arrow": "↑", "css": "t-good"}
    return {
        "text": display.format_percent(abs(share), 0),
        "arrow": "↑" if up else "↓",
        "css": "t-good" if up else "t-bad",
    }


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """One value of a mapping."""
    return mapping.get(key) if mapping else None
