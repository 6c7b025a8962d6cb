"""Of what kind a crisis is, told by its cases. Pure; a first guess that whoever opens the crisis may change.

In this order: what half of the cases or more were flagged with, the causes that half of them share, and
the category. A bit of a code up to a dot counts for what lies below it; unknown codes say nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from complaints.choices.learning import CrisisKind, KindReason
from complaints.choices.solving import Branch, Gap

#: Code of a category → kind; the longest that fits decides.
_BY_CODE: Final[dict[str, CrisisKind]] = {
    "course.content": CrisisKind.PRODUCT,
    "course.material": CrisisKind.PRODUCT,
    "certificate": CrisisKind.PRODUCT,
    "promotion": CrisisKind.BRAND,
    "data": CrisisKind.COMPLIANCE,
}


@dataclass(frozen=True)
class Signs:
    """What one case tells: the code of its category, its flags, the bones and gaps of its causes."""

    code: str = ""
    is_legal: bool = False
    is_media: bool = False
    is_safety: bool = False
    branches: frozenset[str] = frozenset()
    gaps: frozenset[str] = frozenset()


_ORDER: Final[tuple[tuple[KindReason, CrisisKind, Callable[[Signs], bool]], ...]] = (
    (KindReason.LEGAL, CrisisKind.COMPLIANCE, lambda case: case.is_legal),
    (KindReason.MEDIA, CrisisKind.BRAND, lambda case: case.is_media),
    (KindReason.SAFETY, CrisisKind.PRODUCT, lambda case: case.is_safety),
    (KindReason.CAUSE, CrisisKind.PRODUCT, lambda case: Branch.MATERIAL in case.branches),
    (KindReason.CAUSE, CrisisKind.BRAND, lambda case: Gap.PROMISE in case.gaps),
)


def kind_of(cases: Sequence[Signs]) -> tuple[CrisisKind, str]:
    """Return the kind and why; a service crisis without a reason where nothing speaks for another."""
    for reason, kind, speaks in _ORDER:
        if cases and 2 * sum(map(speaks, cases)) >= len(cases):
            return kind, reason.value
    kinds = [_by_code(case.code) for case in cases]
    for kind in _BY_CODE.values():
        if cases and 2 * kinds.count(kind) >= len(cases):
            return kind, KindReason.CATEGORY.value
    return CrisisKind.SERVICE, ""


def _by_code(code: str) -> CrisisKind | None:
    while code:
        if code in _BY_CODE:
            return _BY_CODE[code]
        code = code.rpartition(".")[0]
    return None
