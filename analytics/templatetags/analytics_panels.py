"""What pages of other packages show of analytics: the alarm of a customer, segment names, timeline lines."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from analytics.alarm import alarm_of
from analytics.choices import DismissReason, WarningState
from analytics.models import ChurnWarning, ModelFit
from analytics.reasons import in_words, segment_label
from core.display import format_money, format_number
from core.templatetags.ui import icon

register = template.Library()
register.filter("segment_label", segment_label)
register.filter("reason_words", in_words)


@register.simple_tag(takes_context=True)
def customer_warning(context: dict[str, Any], customer: Any) -> SafeString | str:
    """The alarm block of the customer's unclosed warning; nothing when there is none, or none to be seen."""
    request = context.get("request")
    if request is None:
        return ""
    rows = (
        ChurnWarning.objects.visible_to(request.user)
        .unclosed()
        .select_related("customer", "task__owner", "owner")
    )
    warning = rows.filter(customer=customer).first()
    if warning is None:
        return ""
    # With the context of the page: a request would make the shell read its counts once more.
    shown = {**context.flatten(), "alarm": alarm_of(warning, request.user), "on_record": True}  # type: ignore[attr-defined]
    return render_to_string("analytics/alarm.html", shown)


@register.simple_tag
def risk_window(as_of: date | None) -> int | None:
    """The days that the churn risk of that day looks ahead; None where no model was fitted."""
    return (
        ModelFit.objects.filter(as_of=as_of).values_list("window_days", flat=True).first() if as_of else None
    )


@register.simple_tag(takes_context=True)
def warning_event(context: dict[str, Any], event: Any) -> SafeString:
    """The text of a churn-warning line on a customer's timeline."""
    data = event.data
    if not data.get("old"):
        first = data.get("first_reason")
        words = in_words(first) if first else _("Churn warning raised")
        money = format_money(data.get("stake"), context.get("base_currency") or "CNY", 0)
        rest = _("Risk %(risk)s of 100, %(stake)s at stake.") % {
            "risk": format_number(data.get("risk")),
            "stake": money,
        }
        return format_html("<p><b>{}</b> {}</p>", words, rest)
    move = format_html("<b>{} → {}</b>", WarningState(data["old"]).label, WarningState(data["new"]).label)
    parts = [
        DismissReason(data["reason"]).label if data.get("reason") else "",
        _by_itself(data),
        data.get("note", ""),
    ]
    text = " · ".join(str(part) for part in parts if part)
    return format_html("<p>{} {}</p>", move, text)


def _by_itself(data: dict[str, Any]) -> str:
    days = data.get("evidence", {}).get("days_after")
    if days is None:
        return ""
    if days < 0:
        return _("an order dated before the warning came in late")
    return _("ordered again after %(days)s days") % {"days": format_number(days)}


@register.simple_tag
def warning_state(state: str) -> SafeString:
    """The state of a warning as a chip."""
    kind = {"open": "bad", "contacted": "warn", "saved": "good", "lost": "plum", "dismissed": ""}.get(
        state, ""
    )
    mark = {"open": "warn", "contacted": "phone", "saved": "check", "lost": "x", "dismissed": "minus"}.get(
        state, "info"
    )
    return format_html('<span class="chip {}">{}{}</span>', kind, icon(mark), WarningState(state).label)
