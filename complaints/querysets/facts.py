"""Querysets of what is measured of cases."""

from __future__ import annotations

from datetime import date
from typing import Self

from complaints.querysets.cases import BelowComplaint


class FactQuerySet(BelowComplaint):
    """Facts: seen by who sees the case."""

    def between(self, first: date | None, last: date | None) -> Self:
        """Those of the days from the first to the last; None leaves an end open."""
        rows = self if first is None else self.filter(on__gte=first)
        return rows if last is None else rows.filter(on__lte=last)
