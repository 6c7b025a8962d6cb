"""Categories by their codes: what lies above and below each, by the newest edition of every one."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F

from complaints.choices.cases import CaseKind
from complaints.models import Category


def newest_categories(kind: str = CaseKind.COMPLAINT) -> dict[str, Category]:
    """Return the newest edition of each category by code, in the order of the taxonomy; retired ones too."""
    rows = Category.objects.of_kind(kind).order_by(
        "position", "code", F("retired_at").asc(nulls_last=True), "edition"
    )
    return {row.code: row for row in rows}


def lines_above(kind: str = CaseKind.COMPLAINT) -> dict[str, tuple[str, ...]]:
    """Return for each code itself and the codes above it, the nearest first; a circle ends where it began."""
    parents = {code: row.parent_code for code, row in newest_categories(kind).items()}
    found = {}
    for code in parents:
        line, above = [code], parents[code]
        while above and above in parents and above not in line:
            line.append(above)
            above = parents[above]
        found[code] = tuple(line)
    return found


def codes_below(kind: str = CaseKind.COMPLAINT) -> dict[str, tuple[str, ...]]:
    """Return for each code itself and every code below it."""
    found: dict[str, list[str]] = {}
    for code, line in lines_above(kind).items():
        for above in line:
            found.setdefault(above, []).append(code)
    return {code: tuple(sorted(below, key=lambda one: (one != code, one))) for code, below in found.items()}


def codes_below_of_both() -> dict[str, set[str]]:
    """Return for each code itself and every code below it, whatever the kind of cases."""
    found: dict[str, set[str]] = {}
    for kind in CaseKind:
        for code, below in codes_below(kind).items():
            found.setdefault(code, set()).update(below)
    return found


def with_those_below(codes: Iterable[str]) -> set[str]:
    """Return the codes and all below them, whatever the kind of cases."""
    below = codes_below_of_both()
    return {one for code in codes for one in below.get(code, {code})}
