"""HTML of mails as plain text: nothing of it is ever shown as HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser

#: More of a body is nobody's words.
MOST_HTML = 2_000_000
_SILENT = {"script", "style", "head", "title", "template", "noscript", "svg", "object", "iframe"}
_BREAKS = {"br", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd", "hr", "pre"}
_BLOCKS = {"p", "div", "table", "ul", "ol", "section", "article", "header", "footer", "dl"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.silent = 0
        self.quoted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self.silent += 1
        elif tag == "blockquote":
            self.quoted += 1
            self.pieces.append("\n\x01")
        elif tag in _BREAKS or tag in _BLOCKS:
            self.pieces.append("\n")
        elif tag in {"td", "th"}:
            self.pieces.append(" ")
        elif tag == "img":
            name = dict(attrs).get("alt") or ""
            self.pieces.append(f"[{name}]" if name.strip() else "")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag == "blockquote" and self.quoted:
            self.quoted -= 1
            self.pieces.append("\x02\n")
        elif tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.pieces.append(re.sub(r"[\s\x01\x02]+", " ", data))


def text_of_html(html: str) -> str:
    """Return what a reader sees, one paragraph a line; quotations are marked with ">"."""
    reader = _Reader()
    try:
        reader.feed(html[:MOST_HTML])
        reader.close()
    except (AssertionError, ValueError):
        # What the parser cannot read is read without its tags.
        return _tidy(re.sub(r"<[^>]{0,2000}>", " ", html[:MOST_HTML]))
    return _tidy("".join(reader.pieces))


def _tidy(text: str) -> str:
    depth, lines = 0, []
    for line in text.split("\n"):
        depth += line.count("\x01")
        plain = " ".join(line.replace("\x01", "").replace("\x02", "").replace("\xa0", " ").split())
        lines.append(f"{'>' * min(depth, 5)} {plain}".rstrip() if depth and plain else plain)
        depth = max(0, depth - line.count("\x02"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
