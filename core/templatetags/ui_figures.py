"""Tags that draw figures: sparkline, order rhythm, change against the period before."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from core import display
from core import rhythm as rhythm_geometry
from core import sparkline as sparkline_geometry

register = template.Library()


def _joined(shapes: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((shape,) for shape in shapes))


def _given(value: Any) -> float | None:
    """A number, or None: a template hands over an empty text for a variable that is not there."""
    return None if value is None or value == "" else float(value)


@register.simple_tag
def delta(text: object, *, direction: str = "", verdict: str = "", before: object = "") -> SafeString:
    """A change with its arrow: direction up or down, verdict good or bad; neither when inside the noise."""
    arrow = {"up": "↑ ", "down": "↓ "}.get(direction, "± ")
    css = f"delta t-{verdict}" if verdict in {"good", "bad"} else "delta"
    return format_html('<div class="{}">{}{} <span>{}</span></div>', css, arrow, text, before)


@register.simple_tag
def sparkline(values: Sequence[float | None], target: float | None = None) -> SafeString:
    """The line of a KPI tile, its target dashed. Decoration: the tile says the figures in words."""
    line = sparkline_geometry.lay_out(list(values), target=_given(target))
    shapes: list[SafeString] = []
    if line.target is not None:
        shapes.append(format_html('<line class="ln-ref" x1="0" x2="104" y1="{0}" y2="{0}"/>', line.target))
    for run in line.runs:
        if len(run) == 1 and run[0] != line.last:
            shapes.append(format_html('<circle class="pt" cx="{}" cy="{}" r="2.6"/>', *run[0]))
            continue
        points = " ".join(f"{x},{y}" for x, y in run)
        shapes.append(format_html('<polyline class="ln" points="{}"/>', points))
    if line.last:
        shapes.append(format_html('<circle class="pt" cx="{}" cy="{}" r="3.2"/>', *line.last))
    return format_html('<svg class="spark" viewBox="0 0 104 40" aria-hidden="true">{}</svg>', _joined(shapes))


@register.simple_tag
def rhythm(
    ticks: Iterable[tuple[date, Any]],
    start: date,
    end: date,
    last_day: date | None,
    usual_gap: float | None,
    *,
    small: bool = False,
    name: str = "",
    label: str = "",
) -> SafeString:
    """The order-rhythm strip: ticks by amount, the silence since the last order, each missed order dashed."""
    orders = [(_as_day(day), float(amount or 0)) for day, amount in ticks]
    strip = rhythm_geometry.lay_out(
        orders, start=start, end=end, last_day=last_day or None, usual_gap=_given(usual_gap)
    )
    shapes = [_gap_shape(strip.gap), SafeString('<line class="base" x1="0" x2="600" y1="35.5" y2="35.5"/>')]
    # Numbers need no escaping, and a list draws hundreds of them.
    shapes += [
        SafeString(f'<line class="tick" x1="{tick.x}" x2="{tick.x}" y1="36" y2="{tick.top}"/>')
        for tick in strip.ticks
    ]
    shapes += [SafeString(f'<line class="miss" x1="{x}" x2="{x}" y1="36" y2="10"/>') for x in strip.misses]
    words = label or _rhythm_words(strip, _given(usual_gap))
    return format_html(
        '<svg class="rhythm{}" viewBox="0 0 600 36" preserveAspectRatio="none"'
        ' role="img" aria-label="{}">{}</svg>',
        " rhythm-sm" if small else "",
        f"{name}: {words}" if name else words,
        _joined(shapes),
    )


def _as_day(value: date | datetime) -> date:
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value


def _gap_shape(gap: rhythm_geometry.Gap | None) -> SafeString:
    if gap is None:
        return SafeString("")
    css = {"ok": "gap-ok", "mid": "gap-mid", "high": "gap"}[gap.level]
    return format_html('<rect class="{}" x="{}" y="0" width="{}" height="36"/>', css, gap.x, gap.width)


def _rhythm_words(strip: rhythm_geometry.Strip, usual_gap: float | None) -> str:
    if strip.silent_days is None:
        return gettext("no orders")
    parts = [
        ngettext("orders on %(count)d day", "orders on %(count)d days", strip.orders)
        % {"count": strip.orders}
    ]
    if usual_gap:
        parts.append(gettext("usually every %(days)s") % {"days": display.format_days(usual_gap)})
    parts.append(gettext("silent for %(days)s") % {"days": display.format_days(strip.silent_days)})
    return gettext(", ").join(parts)
