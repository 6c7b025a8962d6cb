"""Markdown of articles as HTML that can be shown: no script, no style, no picture from elsewhere."""

from __future__ import annotations

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

_TAGS = {
    "a", "blockquote", "br", "code", "em", "h3", "h4", "hr", "li", "ol", "p", "pre", "strong", "table",
    "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_reader = MarkdownIt("commonmark", {"html": False}).enable("table")


def as_html(text: str) -> SafeString:
    """Return the text as safe HTML. Headings begin below those of the page."""
    tokens = _reader.parse(text)
    for token in tokens:
        if token.tag in {"h1", "h2"}:
            token.tag = "h3"
        elif token.tag in {"h5", "h6"}:
            token.tag = "h4"
    html = _reader.renderer.render(tokens, _reader.options, {})
    clean = nh3.clean(html, tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto"})
    return mark_safe(clean)  # noqa: S308 (cleaned in the line above)
