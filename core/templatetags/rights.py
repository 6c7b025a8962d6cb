"""Rights for templates: what a person may not do is not offered."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from core.navigation import may_open
from core.roles import Role

register = template.Library()


@register.simple_tag(takes_context=True)
def may(context: Context, action: str, model_label: str) -> bool:
    """Tell whether the person may do this to some row: `{% may "view" "core.user" as ok %}`."""
    request: Any = context.get("request")
    return request is not None and may_open(request.user, (model_label, action))


@register.filter
def role_label(key: str) -> Any:
    """Return the name of a role; a group that is none keeps its own."""
    return Role(key).label if key in Role.values else key
