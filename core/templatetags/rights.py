"""Rights for templates: what a person may not do is not offered."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

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


@register.filter
def role_label(key: str) -> Any:
    """Return the name of a role; a group that is none keeps its own."""
    return Role(key).label if key in Role.values else key
