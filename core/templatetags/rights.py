"""Rights for templates: what a person may not do is not offered."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core import display
from core.masking import note_shown, shown_value
from core.navigation import may_open
from core.record_history import history_url
from core.roles import Role
from core.templatetags.ui import icon

register = template.Library()


@register.simple_tag(takes_context=True)
def may(context: Context, action: str, model_label: str) -> bool:
    """Tell whether the person may do this to some row: `{% may "view" "core.user" as ok %}`."""
    request: Any = context.get("request")
    return request is not None and may_open(request.user, (model_label, action))


@register.simple_tag(takes_context=True)
def history_link(context: Context, record: Any) -> SafeString | str:
    """A link to the history of a record, for who may read it."""
    request: Any = context.get("request")
    url = history_url(record, request.user) if request is not None else ""
    if not url:
        return ""
    return format_html('<a class="btn btn-quiet" href="{}">{}{}</a>', url, icon("history"), _("History"))


@register.simple_tag(takes_context=True)
def sensitive(context: Context, record: Any, field: str, link: str = "") -> SafeString | str:
    """A sensitive value as the reader may see it: `{% sensitive person "mobile" link="tel" %}`; – if empty.

    `link` is the scheme that makes a clear value a link. A masked one says why it is.
    """
    request: Any = context.get("request")
    value = shown_value(getattr(request, "user", None), record, field)
    if value.text in (None, ""):
        return "–"
    if not value.clear:
        why = _("Your role does not show this field.")
        return format_html('<span class="masked" title="{}">{}</span>', why, value.text)
    note_shown(request, record)
    text = display.format_day(value.text) if isinstance(value.text, date) else value.text
    if not link:
        return format_html("{}", text)
    return format_html('<a class="plain nowrap" href="{}:{}">{}</a>', link, value.text, text)


@register.filter
def role_label(key: str) -> Any:
    """Return the name of a role; a group that is none keeps its own."""
    return Role(key).label if key in Role.values else key
