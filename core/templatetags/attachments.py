"""Files of a record, on the record's own page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.db.models import Count
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


@register.simple_tag(takes_context=True)
def files_counts(context: Context, rows: Iterable[Any]) -> dict[int, int]:
    """Return record → number of its files, for the links of a list; one question however many rows."""
    records, request = list(rows), context.get("request")
    if not records or request is None or not can(request.user, "view", Attachment):
        return {}
    kind = attachable_of(records[0]._meta.label_lower)
    if kind is None:
        return {}
    files = Attachment.objects.filter(subject_type=kind.label, subject_id__in=[one.pk for one in records])
    counted = files.live().shown_to(request.user, kind).order_by().values_list("subject_id")
    return dict(counted.annotate(n=Count("pk")))


@register.simple_tag(takes_context=True)
def files_link(context: Context, record: Any, counts: dict[int, int], back: str = "") -> SafeString | str:
    """The way to the files of a record that has no page of its own, with their number."""
    request: Any = context.get("request")
    if request is None or not can(request.user, "view", Attachment):
        return ""
    shown = {
        "record": record,
        "n": counts.get(record.pk, 0),
        "files_url": reverse("core:attachment-list", args=[record._meta.label_lower, record.pk]),
        "next": back or request.get_full_path(),
    }
    return render_to_string("core/attachment_link.html", shown)
