"""Which column of a file goes to which field: by heading in any of three languages, then by content."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.imports.profile import Column
from core.imports.values import half_width

_BRACKETED = re.compile(r"[(\[【{<].*?[)\]】}>]")
_NOT_WORD = re.compile(r"[\W_]+")

_BY_HEADING, _BY_PART, _BY_CONTENT = 100, 60, 20


@dataclass(frozen=True)
class Wanted:
    """What a field looks for: headings that mean it, and the kind of values that fit it."""

    key: str
    synonyms: tuple[str, ...] = ()
    content: str = ""
    is_required: bool = False


def heading_key(text: str) -> str:
    """Return a heading as comparison sees it: half width, lower case, without units in brackets and signs.

    "Order Date*", "order_date" and "ORDER DATE (UTC)" are one heading.
    """
    plain = half_width(text).lower()
    key = _NOT_WORD.sub("", _BRACKETED.sub("", plain))
    return key or _NOT_WORD.sub("", plain)


def match_columns(columns: Sequence[Column], fields: Iterable[Wanted]) -> dict[int, str]:
    """Return {column index: field key}: the best matches first, each column and each field once.

    Columns whose heading occurs twice are left to the person: guessing would take the wrong one.
    """
    fields = list(fields)
    free = [column for column in columns if not column.is_duplicate]
    pairs = sorted(
        (
            (-score, column.index, position, field.key)
            for column in free
            for position, field in enumerate(fields)
            if (score := _score(column, field))
        ),
    )
    chosen: dict[int, str] = {}
    for _rank, index, _position, key in pairs:
        if index not in chosen and key not in chosen.values():
            chosen[index] = key
    _add_by_content(chosen, free, fields)
    return dict(sorted(chosen.items()))


def _score(column: Column, field: Wanted) -> int:
    heading = heading_key(column.heading)
    keys = {heading_key(field.key), *(heading_key(text) for text in field.synonyms)}
    if heading in keys:
        return _BY_HEADING
    # "customer name (billing)" and "客户名称全称" hold a known heading; two letters would fit anything.
    parts = [key for key in keys if len(key) >= (3 if not key.isascii() else 6) and key in heading]
    return _BY_PART + min(30, max(map(len, parts))) if parts and _fits(column, field) else 0


def _fits(column: Column, field: Wanted) -> bool:
    """Tell whether the content speaks against the field: days are no names, whatever the heading holds."""
    if not column.filled:
        return True
    return column.is_mostly(field.content) if field.content else not column.is_mostly("dates")


def _add_by_content(chosen: dict[int, str], columns: Sequence[Column], fields: Sequence[Wanted]) -> None:
    """Give a required field that found no heading the one column left whose content fits."""
    for field in fields:
        if not field.is_required or not field.content or field.key in chosen.values():
            continue
        left = [c for c in columns if c.index not in chosen and c.filled and c.is_mostly(field.content)]
        if len(left) == 1:
            chosen[left[0].index] = field.key


def named_columns(columns: Sequence[Column], names: Mapping[str, str]) -> tuple[dict[int, str], list[str]]:
    """Return ({column index: field key}, headings not found) for {field key: heading} given by a person."""
    by_heading = {heading_key(column.heading): column.index for column in columns if not column.is_duplicate}
    exact = {column.heading: column.index for column in columns}
    mapping: dict[int, str] = {}
    missing = []
    for key, heading in names.items():
        index = exact.get(heading, by_heading.get(heading_key(heading)))
        if index is None:
            missing.append(heading)
        else:
            mapping[index] = key
    return mapping, missing
