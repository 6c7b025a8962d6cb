"""Days of the house as moments."""

from __future__ import annotations

from datetime import date, datetime, time

from django.utils import timezone


def midnight(day: date) -> datetime:
    """Return the first moment of a day in the zone of the house."""
    return timezone.make_aware(datetime.combine(day, time.min))
