"""Tags for list pages: links that keep the other parameters, sorting, paging, tabs, bulk actions."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import template
from django.http import QueryDict
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from core import display
from core.addresses import address_of
from core.lists import Column

#: Longer texts are cut in a cell; the record has them whole.
_LONGEST = 80

register = template.Library()

#: For rows of lists: {% address "customers:customer-detail" row.pk %} is `url` for numbers, quick.
register.simple_tag(address_of, name="address")


def _replace(context: Context, changes: Mapping[str, Any]) -> str:
    """The query string of this page with some parameters set, or dropped when None."""
    request = context.get("request")
    if request is None:
        return "?" + urlencode({key: value for key, value in changes.items() if value is not None})
    query: QueryDict = request.GET.copy()
    for key, value in changes.items():
        query.pop(key, None)
        if value is not None and value != "":
            query[key] = str(value)
    return "?" + query.urlencode()


@register.simple_tag(takes_context=True)
def query_replace(context: Context, **changes: Any) -> str:
    """`?…` of this page with these parameters replaced; None drops one. Paging starts anew unless given."""
    return _replace(context, {"cursor": None, "count": None, **changes})


def _sorting(context: Context) -> str:
    request = context.get("request")
    asked = request.GET.get("sort", "") if request is not None else ""
    return str(context.get("sort") or asked)


@register.simple_tag(takes_context=True)
def sort_link(context: Context, key: str, label: str, *, descending_first: bool = False) -> SafeString:
    """A link that sorts by this key, and turns the order when it already does."""
    current = _sorting(context)
    is_current = current.lstrip("-") == key
    first = f"-{key}" if descending_first else key
    other = key if current.startswith("-") else f"-{key}"
    url = _replace(context, {"cursor": None, "sort": other if is_current else first})
    arrow = (" ↓" if current.startswith("-") else " ↑") if is_current else ""
    return format_html(
        '<a class="{}" href="{}">{}{}</a>', "sort on" if is_current else "sort", url, label, arrow
    )


@register.simple_tag(takes_context=True)
def sort_th(
    context: Context,
    key: str,
    label: str,
    *,
    num: bool = False,
    descending_first: bool | None = None,
    css: str = "",
) -> SafeString:
    """The heading of a sortable column; figures sort largest first."""
    current = _sorting(context)
    state = SafeString("")
    if current.lstrip("-") == key:
        order = "descending" if current.startswith("-") else "ascending"
        state = format_html(' aria-sort="{}"', order)
    link = sort_link(
        context, key, label, descending_first=num if descending_first is None else descending_first
    )
    classes = f"{'num ' if num else ''}{css}".strip()
    return format_html('<th scope="col" class="{}"{}>{}</th>', classes, state, link)


@register.filter
def cell(row: Any, column: Column) -> str:
    """A column of a row as the page shows it, where the list draws nothing better."""
    value = column.value(row)
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, datetime):
        return display.format_moment(value)
    if isinstance(value, date):
        return display.format_day(value)
    if isinstance(value, int | float | Decimal):
        return display.format_number(value, 0 if isinstance(value, int) else 2)
    text = str(value)
    return f"{text[:_LONGEST]}…" if len(text) > _LONGEST else text


@register.simple_block_tag(takes_context=True)
def bulk_bar(context: Context, content: str) -> SafeString:
    """What may be done with ticked rows: submit buttons with a formaction, in a [data-select] card."""
    # Not with the request: its context processors would ask the database once more.
    return render_to_string("ui/bulk_bar.html", {"actions": content, "csrf_token": context.get("csrf_token")})


@register.inclusion_tag("ui/pager.html", takes_context=True)
def pager(context: Context, page: Any) -> dict[str, Any]:
    """Rows 1–50, more follow · Count them · Previous · Next."""
    return {
        "page": page,
        "size": getattr(page, "size", None),
        "count_url": _replace(context, {"count": 1}),
        "previous_url": _replace(context, {"cursor": getattr(page, "previous_cursor", None)}),
        "next_url": _replace(context, {"cursor": getattr(page, "next_cursor", None)}),
    }


@register.inclusion_tag("ui/tabs.html")
def tabs(items: Iterable[Mapping[str, Any]], label: str = "") -> dict[str, Any]:
    """Tabs from dicts: label, url, and current, count, icon where they apply."""
    return {"items": items, "label": label}
