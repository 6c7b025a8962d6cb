"""Text of letters: placeholders of a closed list, gaps where a value is missing, fingerprints. Pure.

A placeholder is a name in braces: `{findings}`. A paragraph that begins with `?` is left out where one
of its values is missing; elsewhere a missing value leaves a gap, `[[…: findings]]`, which no letter is
issued with. Values are put in once and never read for placeholders themselves.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: Placeholder → what stands there. The order is that of the help beside the editor.
PLACEHOLDERS: Final[dict[str, str | Promise]] = {
    "recipient": _("who complained"),
    "number": _("number of the case"),
    "received": _("day on which the complaint was received"),
    "title": _("the complaint in one sentence"),
    "complaint": _("what happened, as the customer told it"),
    "remedy": _("what the customer asked for"),
    "findings": _("what was found out"),
    "decision": _("the decision, in words"),
    "reasons": _("the solution with its reasons"),
    "given": _("compensations that the customer accepted"),
    "changes": _("causes and improvements, if wished"),
    "legal": _("legal references of the letter and the case"),
    "object_to": _("how to object"),
    "next": _("who to turn to next"),
    "handler": _("handler of the case"),
    "organisation": _("our name"),
    "letter_number": _("number of the letter; set when it is issued"),
    "today": _("day of issue; set when it is issued"),
    "objection_until": _("last day to object; set when it is issued"),
}
#: Known only when a letter is issued: they stay in a draft, and are no gaps.
LATE: Final = frozenset({"letter_number", "today", "objection_until"})
_NAME = re.compile(r"\{([a-z_]+)\}")
_GAP = re.compile(r"\[\[[^\[\]\n]*\]\]")
_BLANK = re.compile(r"\n[ \t]*\n")


def unknown_placeholders(text: str) -> list[str]:
    """Return the names in braces that stand for nothing, each once, in their order."""
    return list(dict.fromkeys(name for name in _NAME.findall(text) if name not in PLACEHOLDERS))


def gap(label: object, missing: object) -> str:
    """Return the mark of a missing value; no bracket or line break of the label can close it."""
    inner = re.sub(r"[\[\]\n]", " ", f"{missing}: {label}")
    return f"[[{inner}]]"


def gaps_of(text: str) -> list[str]:
    """Return what is still missing: gaps, and placeholders that somebody typed or left, each once."""
    found = [match for match in _GAP.findall(text)]
    found += ["{" + name + "}" for name in _NAME.findall(text) if name in PLACEHOLDERS and name not in LATE]
    return list(dict.fromkeys(found))


def filled(text: str, values: Mapping[str, str], *, missing: object) -> str:
    """Return the template with its values; `missing` is the word for a gap in the language of the letter.

    Values that are None or blank are missing. Late placeholders without a value stay.
    """
    known = {name: value.strip() for name, value in values.items() if value and value.strip()}
    parts = []
    for paragraph in _BLANK.split(text.replace("\r\n", "\n").strip()):
        lead, optional = paragraph.lstrip(), paragraph.lstrip().startswith("?")
        names = [name for name in _NAME.findall(paragraph) if name not in LATE]
        if optional and any(name not in known for name in names):
            continue
        parts.append(_put_in(lead[1:].lstrip() if optional else paragraph, known, missing))
    return "\n\n".join(parts)


def _put_in(text: str, known: Mapping[str, str], missing: object) -> str:
    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name in known:
            return known[name]
        if name in LATE or name not in PLACEHOLDERS:
            return match[0]
        return gap(PLACEHOLDERS[name], missing)

    return _NAME.sub(value, text)


def with_late(text: str, values: Mapping[str, str]) -> str:
    """Return the text with what is known when a letter is issued; nothing else is touched."""
    return _NAME.sub(lambda match: values[match[1]] if match[1] in LATE else match[0], text)


def digest_of(parts: Mapping[str, Any]) -> str:
    """Return the SHA-256 of an issued letter: of its parts as JSON with sorted keys."""
    text = json.dumps(dict(parts), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def pieces_of(text: str) -> list[tuple[str, bool]]:
    """Return the text in pieces, each with whether it is a gap, for pages that mark gaps."""
    found: list[tuple[str, bool]] = []
    place = 0
    for match in re.finditer(rf"{_GAP.pattern}|{_NAME.pattern}", text):
        name = match.group(1)
        if name is not None and (name not in PLACEHOLDERS or name in LATE):
            continue
        found += [(text[place : match.start()], False), (match[0], True)]
        place = match.end()
    return [piece for piece in [*found, (text[place:], False)] if piece[0]]
