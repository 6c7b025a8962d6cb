"""Markdown of articles as a customer reads it in a letter or a chat: plain lines, and one part of a text."""

from __future__ import annotations

import re
from collections.abc import Iterable

_HEADING = re.compile(r"^ {0,3}#{1,6}\s+(.*?)\s*#*\s*$")
_LINK = re.compile(r"!?\[([^\]]*)\]\((\S*?)(?:\s+\"[^\"]*\")?\)")
_MARKS = re.compile(r"(\*\*|__|`)(.+?)\1")
_EMPTY = re.compile(r"\n{3,}")


def part_below(text: str, headings: Iterable[str]) -> str:
    """Return what stands below the first heading named one of `headings`, up to the next; else everything."""
    wanted = {heading.casefold() for heading in headings}
    found: list[str] | None = None
    for line in text.splitlines():
        heading = _HEADING.match(line)
        if heading and found is not None:
            break
        if heading and heading[1].casefold() in wanted:
            found = []
        elif found is not None:
            found.append(line)
    part = "\n".join(found or []).strip()
    return part or text


def plain(text: str) -> str:
    """Return the text without the marks of Markdown: headings as lines, links with their address behind."""
    lines = [_HEADING.sub(r"\1", line) for line in text.splitlines()]
    joined = _LINK.sub(_link, "\n".join(lines))
    return _EMPTY.sub("\n\n", _MARKS.sub(r"\2", joined)).strip()


def _link(match: re.Match[str]) -> str:
    words, address = match[1], match[2]
    return words if not address or words == address else f"{words} ({address})"
