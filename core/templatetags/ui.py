"""The UI kit for templates: chips, figures, strips, forms, lists and the wrappers around them.

Registered as a builtin library, so no template loads it. Leaves are simple tags and filters;
what wraps content is a block tag with keyword-only arguments. `docs/design.md` says when to use which.
"""

from datetime import date, datetime
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.template import Context
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.html import format_html, format_html_join, json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, pgettext

from core import display, mentions
from core.templatetags import cells, ui_figures, ui_forms, ui_lists
from core.templatetags.kept import kept

register = template.Library()
for part in (cells.register, ui_figures.register, ui_lists.register):
    register.tags.update(part.tags)
    register.filters.update(part.filters)

# ---- values as text ---------------------------------------------------------------------------------
register.filter("number", display.format_number)
register.filter("percent", display.format_percent)
register.filter("days", display.format_days)
register.filter("days_short", display.format_days_short)
register.filter("day", display.format_day)
register.filter("day_short", display.format_day_short)
register.filter("clock", display.format_clock)
register.filter("moment", display.format_moment)
register.filter("month", display.format_month)
register.filter("initials", display.initials)
register.filter("money", display.format_money)
register.filter("money_short", display.format_money_short)
register.filter("mentions", mentions.as_html)
register.filter("plain_mentions", mentions.plain)


@register.simple_tag(takes_context=True)
def money(context: Context, amount: object, currency: str = "", *, decimals: int | None = None) -> str:
    """¥486,000; without a currency the base currency of the organisation."""
    return display.format_money(amount, currency or context.get("base_currency") or "CNY", decimals)


@register.simple_tag(takes_context=True)
def money_short(context: Context, amount: object, currency: str = "") -> str:
    """¥7.9m, in Chinese ¥790 万; for tiles and hints."""
    return display.format_money_short(amount, currency or context.get("base_currency") or "CNY")


@register.simple_tag
def when(value: date | datetime | None, *, short: bool = False, css: str = "") -> SafeString | str:
    """A <time> element: a day for dates, day and clock for moments, in the zone of the user."""
    if not value:
        return display.MISSING
    if isinstance(value, datetime):
        full = display.format_moment(value)
        stamp = (timezone.localtime(value) if timezone.is_aware(value) else value).isoformat()
    else:
        full, stamp = display.format_day(value), value.isoformat()
    shown = display.format_day_short(value) if short else full
    return format_html('<time datetime="{}" title="{}" class="{}">{}</time>', stamp, full, css, shown)


@register.simple_tag
def html_lang() -> str:
    """The active language as the lang attribute wants it: en, zh-Hans, zh-Hant."""
    code = translation.get_language() or "en"
    main, _, script = code.partition("-")
    return f"{main}-{script.title()}" if len(script) == 4 else code


# ---- leaves -----------------------------------------------------------------------------------------
@register.simple_tag
@kept
def icon(name: str, *, css: str = "", label: str = "") -> SafeString:
    """One of our 16 px strokes; decoration unless it has a label."""
    classes = f"i {css}".strip()
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="#i-{}"/></svg>', classes, label, name
        )
    return format_html('<svg class="{}" aria-hidden="true"><use href="#i-{}"/></svg>', classes, name)


@register.simple_tag
def chip(label: object, kind: str = "", *, icon_name: str = "", title: str = "") -> SafeString:
    """A grey chip, or one of good, warn, bad, info, plum."""
    mark = icon(icon_name) if icon_name else ""
    hint = format_html(' title="{}"', title) if title else ""
    return format_html('<span class="chip {}"{}>{}{}</span>', kind, hint, mark, label)


def _css_key(value: object) -> str:
    return str(value or "").lower().replace("_", "").replace("-", "")


def _tier_label(key: str) -> str:
    return {
        "strategic": pgettext("tier", "Strategic"),
        "core": pgettext("tier", "Core"),
        "growth": pgettext("tier", "Growth"),
        "potential": pgettext("tier", "Potential"),
    }.get(key, key)


def _stage_label(key: str) -> str:
    return {
        "prospect": pgettext("stage", "Prospect"),
        "introduction": pgettext("stage", "Introduction"),
        "growth": pgettext("stage", "Growth"),
        "maturity": pgettext("stage", "Maturity"),
        "decline": pgettext("stage", "Decline"),
        "lost": pgettext("stage", "Lost"),
        "wonback": pgettext("stage", "Won back"),
    }.get(key, key)


@register.simple_tag
@kept
def tier(value: str, label: str = "") -> SafeString | str:
    """Value tier: a filled chip with a diamond, deeper with value."""
    key = _css_key(value)
    if not key:
        return display.MISSING
    return format_html('<span class="chip tier tier-{}">{}</span>', key, label or _tier_label(key))


@register.simple_tag
@kept
def stage(value: str, label: str = "") -> SafeString | str:
    """Lifecycle stage: an outlined pill with a dial."""
    key = _css_key(value)
    if not key:
        return display.MISSING
    return format_html('<span class="chip stage stage-{}">{}</span>', key, label or _stage_label(key))


@register.simple_tag
@kept
def risk(level: str, label: str = "") -> SafeString | str:
    """Churn risk: three bars and a word; level is high, mid (medium) or low."""
    key = "mid" if level == "medium" else _css_key(level)
    words = {
        "high": pgettext("risk", "High"),
        "mid": pgettext("risk", "Medium"),
        "low": pgettext("risk", "Low"),
    }
    if key not in words:
        return display.MISSING
    lit = {"low": 1, "mid": 2, "high": 3}[key]
    bars = format_html_join(
        "",
        '<rect{} x="{}" y="{}" width="3.5" height="{}"/>',
        (
            (SafeString(' class="on"') if place < lit else "", place * 5, 8 - place * 4, 4 + place * 4)
            for place in range(3)
        ),
    )
    return format_html(
        '<span class="chip risk risk-{}"><svg viewBox="0 0 14 12" aria-hidden="true">{}</svg>{}</span>',
        key,
        bars,
        label or words[key],
    )


@register.simple_tag
def avatar(person: object, *, small: bool = False, named: bool = False) -> SafeString:
    """Initials in a circle. `named`: the name stands beside it, so the circle is decoration."""
    name = str(getattr(person, "display_name", None) or person or "")
    letters = getattr(person, "initials", None) or display.initials(name)
    css = "avatar avatar-sm" if small else "avatar"
    if not name:
        return format_html(
            '<span class="{} avatar-none" role="img" aria-label="{}">–</span>', css, gettext("Nobody")
        )
    if named:
        return format_html('<span class="{}" aria-hidden="true">{}</span>', css, letters)
    return format_html(
        '<span class="{}" role="img" aria-label="{}" title="{}">{}</span>', css, name, name, letters
    )


# ---- forms ------------------------------------------------------------------------------------------
@register.simple_tag
def form_field(
    field: BoundField, *, label: str = "", help: str | None = None, wide: bool = False
) -> SafeString:
    """One field: label above, control, help and errors beneath, all tied together for screen readers."""
    return ui_forms.render_field(field, label=label, help_text=help, wide=wide)


@register.simple_tag
def form(form: BaseForm, *, columns: int = 2, marks: str = "required") -> SafeString:
    """All fields, and on top what is wrong. The <form> element, the token and the buttons are yours."""
    return ui_forms.render_form(form, columns=columns, marks=marks)


@register.simple_block_tag
def field_row(
    content: str, *, label: str, for_id: str = "", help: str = "", wide: bool = False
) -> SafeString:
    """Label and help around a control that is no Django field."""
    hint = format_html('<div class="form-text">{}</div>', help) if help else ""
    return format_html(
        '<div class="field{}"><label class="form-label" for="{}">{}</label>{}{}</div>',
        " field-wide" if wide else "",
        for_id,
        label,
        content,
        hint,
    )


# ---- wrappers ---------------------------------------------------------------------------------------
@register.simple_block_tag
def card(
    content: str,
    *,
    title: str = "",
    id: str = "",
    hint: str = "",
    more: str = "",
    more_url: str = "",
    aside: str = "",
    flush: bool = False,
    css: str = "",
) -> SafeString:
    """A card with a heading. `flush`: no padding (tables, empty states); `aside` is safe markup."""
    return render_to_string(
        "ui/card.html",
        {
            "content": content,
            "title": title,
            "id": id,
            "hint": hint,
            "more": more,
            "more_url": more_url,
            "aside": aside,
            "flush": flush,
            "css": css,
        },
    )


@register.simple_block_tag
def dialog(content: str, *, id: str, title: str, sheet: bool = False, wide: bool = False) -> SafeString:
    """A native dialog, opened by data-dialog-open="id"; `sheet` slides in from the side."""
    css = "sheet" if sheet else "dialog"
    context = {"content": content, "id": id, "title": title, "css": f"{css} {css}-wide" if wide else css}
    return render_to_string("ui/dialog.html", context)


@register.simple_block_tag
def empty_state(
    content: str, *, icon_name: str = "list", action: str = "", url: str = "", primary: bool = False
) -> SafeString:
    """What would be here, why it is worth it, and one action."""
    link = (
        format_html('<a class="btn {}" href="{}">{}</a>', "btn-primary" if primary else "btn-sm", url, action)
        if url
        else ""
    )
    return format_html('<div class="empty">{}<p>{}</p>{}</div>', icon(icon_name), content, link)


@register.simple_block_tag
def note(content: str, *, kind: str = "", icon_name: str = "", action: str = "", url: str = "") -> SafeString:
    """A page-wide line: plain, warn or bad."""
    mark = icon_name or ("warn" if kind in {"warn", "bad"} else "info")
    css = f"note note-{kind}" if kind else "note"
    role = "alert" if kind == "bad" else "note"
    link = format_html('<span class="push"></span><a href="{}">{}</a>', url, action) if url else ""
    return format_html(
        '<div class="{}" role="{}">{}<div>{}</div>{}</div>', css, role, icon(mark), content, link
    )


# ---- background work and words for the scripts ------------------------------------------------------
@register.simple_tag
def time_left(job: Any) -> str:
    """How long a running job will take: "about 20 seconds left"; empty while nobody can know.

    The speed is that of this attempt: what earlier ones did says nothing of the seconds since it began.
    """
    done, total, started = job.progress_done, job.progress_total, job.started_at
    gained = done - job.progress_before
    if gained <= 0 or not (total and started):
        return ""
    seconds = (timezone.now() - started).total_seconds() / gained * max(0, total - done)
    if seconds < 60:
        count = max(5, round(seconds / 5) * 5)
        return ngettext("about %(n)d second left", "about %(n)d seconds left", count) % {"n": count}
    count = round(seconds / 60)
    return ngettext("about %(n)d minute left", "about %(n)d minutes left", count) % {"n": count}


@register.simple_tag
def ui_words() -> SafeString:
    """The few words that the scripts say, in the language of the page."""
    words = {
        "close": gettext("Close"),
        "cancel": gettext("Cancel"),
        "confirm": gettext("Confirm"),
        "copied": gettext("Copied"),
        "offline": gettext(
            "No connection to the server. What you typed is still here; try again when you are online."
        ),
        "failed": gettext(
            "The server could not do this. Nothing was changed; try again, or reload the page."
        ),
        "forbidden": gettext(
            "You may not do this any more, or the page is too old. Reload it and try again."
        ),
        "missing": gettext("This record is no longer there. Reload the page to see what is."),
        "selected": gettext("%(n)s selected"),
        "everything": gettext("Everything in this view is selected"),
        "chartFailed": gettext("The chart could not be drawn. Its figures are in the table."),
        "themeFailed": gettext("The theme is set for this page only; it could not be saved."),
    }
    return json_script(words, "ui-words")
