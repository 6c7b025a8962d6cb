"""Days and years of the house as moments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.zones import midnight

YEAR_DAYS = 365


@dataclass(frozen=True)
class Year:
    """The year before `day`, local midnight to local midnight; the day itself is not over and left out."""

    day: date

    @property
    def first(self) -> date:
        """Its first day."""
        return self.day - timedelta(days=YEAR_DAYS)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.day - timedelta(days=1)

    @property
    def begins(self) -> datetime:
        """Its first moment."""
        return midnight(self.first)

    @property
    def ends(self) -> datetime:
        """The first moment after it."""
        return midnight(self.day)
