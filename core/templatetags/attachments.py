"""Files of a record, on the record's own page."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from core.access import can
from core.attachables import attachable_of
from core.models import Attachment

register = template.Library()


@register.simple_tag(takes_context=True)
def files_panel(context: Context, record: Any) -> SafeString | str:
    """The panel "Files", pulled in after the page is there; nothing for who may read no files.

    `{% load attachments %}{% files_panel order %}` is all that a record page needs.
    """
    request: Any = context.get("request")
    label = record._meta.label_lower
    if request is None or attachable_of(label) is None or not can(request.user, "view", Attachment):
        return ""
    shown = {"files_url": reverse("core:attachment-list", args=[label, record.pk]), "next": request.path}
    # Without the request: with it, everything that the shell of a page asks would be asked once more.
    return render_to_string("core/attachment_place.html", shown)
