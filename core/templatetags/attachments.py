"""Files of a record, on the record's own page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from django import template
from django.db.models import Count
from django.template import Context
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.access import can
from core.attachables import attachable_of
from core.models import Attachment
from core.templatetags.ui import icon

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


class FileCounts(dict[int, int]):
    """Record → number of its files. `may_read` tells whether the person may read files at all."""

    may_read = False


@register.simple_tag(takes_context=True)
def files_counts(context: Context, rows: Iterable[Any]) -> FileCounts:
    """Return the numbers for the links of a list; one question, to rights and rows, however many rows."""
    records, request, counts = list(rows), context.get("request"), FileCounts()
    if not records or request is None or not can(request.user, "view", Attachment):
        return counts
    counts.may_read = True
    kind = attachable_of(records[0]._meta.label_lower)
    if kind is None:
        return counts
    files = Attachment.objects.filter(subject_type=kind.label, subject_id__in=[one.pk for one in records])
    counted = files.live().shown_to(request.user, kind).order_by().values_list("subject_id")
    counts.update(counted.annotate(n=Count("pk")))
    return counts


@register.simple_tag(takes_context=True)
def files_link(context: Context, record: Any, counts: FileCounts, back: str = "") -> SafeString | str:
    """The way to the files of a record that has no page of its own, with their number.

    It stands in every row of a list: neither the rights nor a template are asked for again.
    """
    if not counts.may_read:
        return ""
    n, name = counts.get(record.pk, 0), str(record)
    url = reverse("core:attachment-list", args=[record._meta.label_lower, record.pk])
    label = ngettext("%(n)s file of %(name)s", "%(n)s files of %(name)s", n) if n else _("Files of %(name)s")
    return format_html(
        '<a class="btn btn-sm btn-quiet{}" href="{}?next={}" aria-label="{}">{}{}</a>',
        "" if n else " btn-icon",
        url,
        quote(back or context["request"].get_full_path(), safe=""),
        label % {"n": n, "name": name},
        icon("file"),
        n or "",
    )
