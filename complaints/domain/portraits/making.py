"""The portraits of one day: one for each type that was complained of within the year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
from django.db import transaction
from django.utils import timezone

from complaints.choices.foresight import PortraitKind
from complaints.days import YEAR_DAYS, Year
from complaints.domain.portraits.endings import content_of
from complaints.domain.portraits.frames import (
    CASE_ATTRIBUTES,
    CUSTOMER_ATTRIBUTES,
    Frames,
    read_frames,
)
from complaints.domain.taxonomy import codes_below
from complaints.models import Portrait, PortraitTrait
from complaints.portraits import Trait, marked, traits_of

#: Below so many complainants there is nothing to compare; the portrait says "few data".
LEAST_COMPLAINANTS = 10


@dataclass(frozen=True)
class Type:
    """A type of complaint: which portrait, the codes it covers, and its complaints."""

    kind: str
    code: str
    codes: tuple[str, ...]
    cases: pd.DataFrame


def make_portraits(at: datetime) -> int:
    """Make the portraits of the year until the day of `at`; return how many there are.

    A second run of the day writes the same. Types of which nobody complained any more lose their portrait.
    """
    frames = read_frames(Year(timezone.localdate(at)))
    kept = [_store(frames, one, at) for one in _types(frames)]
    Portrait.objects.exclude(pk__in=kept).filter(day__lte=frames.year.day).delete()
    return len(kept)


def _types(frames: Frames) -> Iterator[Type]:
    cases = frames.cases
    if cases.empty:
        return
    yield Type(PortraitKind.ALL, "", (), cases)
    for code, codes in sorted(codes_below().items()):
        rows = cases[cases["code"].isin(codes)]
        if not rows.empty:
            yield Type(PortraitKind.CATEGORY, code, codes, rows)
    for kind, members in frames.crises.groupby("kind"):
        rows = cases[cases["case"].isin(members["case"])]
        if not rows.empty:
            yield Type(PortraitKind.CRISIS, str(kind), (), rows)


@transaction.atomic
def _store(frames: Frames, one: Type, at: datetime) -> int:
    known = pd.Index(one.cases["customer"].dropna().unique())
    complainants = frames.customers.index.intersection(known)
    values = {
        "day": frames.year.day,
        "days": YEAR_DAYS,
        "cases": len(one.cases),
        "customers": len(known),
        "active": len(frames.customers),
        "content": {
            **content_of(frames, one.cases),
            "codes": list(one.codes),
            "compared": len(complainants),
        },
        "made_at": at,
    }
    # The row is locked while its traits are changed, so that two workers take turns.
    portrait, _first = Portrait.objects.update_or_create(kind=one.kind, code=one.code, defaults=values)
    traits = _traits(frames, one, complainants) if len(complainants) >= LEAST_COMPLAINANTS else []
    portrait.traits.all().delete()
    PortraitTrait.objects.bulk_create(PortraitTrait(portrait=portrait, **vars(trait)) for trait in traits)
    return int(portrait.pk)


def _traits(frames: Frames, one: Type, complainants: pd.Index) -> list[Trait]:
    """Describe complainants against active customers, and complaints against all complaints."""
    people, found = frames.customers.loc[complainants], []
    known = one.cases[one.cases["customer"].isin(complainants)]
    for attribute in CUSTOMER_ATTRIBUTES:
        cases = known["customer"].map(people[attribute]).value_counts()
        counts = {
            str(value): (int(n), int(cases.get(value, 0)))
            for value, n in people[attribute].value_counts().items()
        }
        base = {str(value): int(n) for value, n in frames.customers[attribute].value_counts().items()}
        found += traits_of(attribute.value, counts, base)
    for attribute in CASE_ATTRIBUTES:
        numbers = {str(value): int(n) for value, n in one.cases[attribute].value_counts().items()}
        base = {str(value): int(n) for value, n in frames.cases[attribute].value_counts().items()}
        found += traits_of(attribute.value, {value: (n, n) for value, n in numbers.items()}, base)
    return marked(found)
