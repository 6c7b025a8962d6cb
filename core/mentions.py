"""Mentions of colleagues in texts: `@[Li Fang](user:12)`. Pure: text in, text out.

The number says who is meant; the name is what people read. Whoever stores a text settles the names
first (`core.domain.mentions.settled`), so that nobody is shown under a name that somebody made up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

#: A letter or digit before the @ makes it part of an e-mail address. Chinese needs no space before it.
_MENTION = re.compile(r"(?<![A-Za-z0-9._%+-])@\[([^\[\]\r\n]{1,150})\]\(user:([1-9][0-9]{0,17})\)")


def mentions_in(text: str) -> list[int]:
    """Return the numbers of the users that the text mentions, each once, in order."""
    return list(dict.fromkeys(int(found[2]) for found in _MENTION.finditer(text or "")))


def markup_of(user_id: int, name: str) -> str:
    """Return the mention of a user as it is stored."""
    return f"@[{_clean(name)}](user:{user_id})"


def _clean(name: str) -> str:
    return " ".join(re.sub(r"[\[\]]", " ", name).split())[:150] or "?"


def with_names(text: str, names: Mapping[int, str]) -> str:
    """Return the text with every mention under the real name; one of nobody we know becomes plain words."""

    def real(found: re.Match[str]) -> str:
        user_id = int(found[2])
        return markup_of(user_id, names[user_id]) if user_id in names else f"@{found[1]}"

    return _MENTION.sub(real, text)


def plain(text: str) -> str:
    """Return the text as people say it, for places that hold words only: titles, exports, mails."""
    return _MENTION.sub(lambda found: f"@{found[1]}", text or "")


def as_html(text: str | None) -> SafeString:
    """Return the text as markup: mentions as chips, everything else escaped."""
    parts, end = [], 0
    for found in _MENTION.finditer(text or ""):
        parts.append(escape((text or "")[end : found.start()]))
        parts.append(format_html('<span class="mention">@{}</span>', found[1]))
        end = found.end()
    parts.append(escape((text or "")[end:]))
    return mark_safe("".join(parts))  # noqa: S308 (every part is escaped above)


def mentionable(about: Any) -> dict[str, str]:
    """Return the attributes that let a text field offer colleagues: those who may see the record `about`.

    Where the record is still to be made, give the one it will belong to, or None.
    """
    named = f"{about._meta.label_lower}:{about.pk}" if about is not None and about.pk else ""
    return {"data-mention": named, "autocomplete": "off"}
