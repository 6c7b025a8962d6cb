"""Fixed causes that may be behind a new case: of its category, or in its words. A hint for its handler."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from complaints.choices.cases import CaseKind
from complaints.domain.duplicates import ALIKE
from complaints.models import Cause, Complaint, ComplaintCause
from complaints.similarity import likeness, shared_pieces, terms_of
from core.models import User
from core.wordings import texts_of

MOST: Final = 3
#: Of a case of the same category less must be said in the same words.
NEAR: Final = 0.18
#: So much of the name of a cause stands in the text of the case.
NAMED: Final = 0.6
_MOST_CASES: Final = 500
_MOST_TEXT: Final = 600


@dataclass(frozen=True)
class FixedCause:
    """A cause that counted as fixed, why it is suggested, and how much speaks for it."""

    cause: Cause
    is_same_category: bool
    words: tuple[str, ...]
    weight: float


def fixed_causes_for(case: Complaint, *, seen_by: User, most: int = MOST) -> list[FixedCause]:
    """Return the causes fixed before the complaint came that may have made it, the likeliest first.

    Compared are the names of the causes and the titles of their latest complaints within reach. None for
    what is no complaint, and none that is named for it already. Two queries.
    """
    if case.kind != CaseKind.COMPLAINT:
        return []
    causes = list(Cause.objects.filter(fixed_at__lt=case.received_at).exclude(complaints__complaint=case))
    links = ComplaintCause.objects.filter(
        cause__in=causes, complaint__in=Complaint.objects.visible_to(seen_by)
    ).order_by("-complaint__received_at", "-id")
    known: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for pk, title, code in links.values_list("cause", "complaint__title", "complaint__category__code")[
        :_MOST_CASES
    ]:
        known[pk].append((title, code or ""))
    found = [_judged(case, cause, known[cause.pk]) for cause in causes]
    likely = [one for one in found if one is not None]
    return sorted(likely, key=lambda one: (-one.weight, one.cause.code))[:most]


def _judged(case: Complaint, cause: Cause, cases: list[tuple[str, str]]) -> FixedCause | None:
    text = f"{case.title} {case.description[:_MOST_TEXT]}"
    title, whole = terms_of(case.title), terms_of(text)
    code = case.category.code if case.category is not None else ""
    alike = max((likeness(title, terms_of(other)) for other, _code in cases), default=0.0)
    names = [name for name in texts_of(cause, "name").values() if name]
    named = max((_share(terms_of(name), whole) for name in names), default=0.0)
    own = cause.category_code
    same = bool(code) and (
        bool(own and (code == own or code.startswith(f"{own}."))) or any(code == one for _t, one in cases)
    )
    if not (alike >= ALIKE or named >= NAMED or (same and alike >= NEAR)):
        return None
    words = shared_pieces(text, " ".join([*names, *(other for other, _code in cases)]), most=3)
    return FixedCause(cause, same, tuple(words), max(alike, named) + (0.3 if same else 0.0))


def _share(name: dict[str, int], text: dict[str, int]) -> float:
    """Return how much of a name stands in the text; a name of one piece says too little."""
    return len(set(name) & set(text)) / len(name) if len(name) > 1 else 0.0
