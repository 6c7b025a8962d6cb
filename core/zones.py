"""Time zones by name, with the organisation's as the default."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import timezone

from core.models import Organisation, User


def zone_named(name: str) -> ZoneInfo:
    """Return the zone of that name, the organisation's where it is empty, UTC where nobody knows it."""
    try:
        return ZoneInfo(name or Organisation.load().time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def house_day(moment: datetime) -> date:
    """Return the day of a moment where the organisation is: the same for every reader."""
    return moment.astimezone(zone_named("")).date()


def midnight(day: date) -> datetime:
    """Return the first moment of a day in the zone in force: that of the reader, else of the house."""
    return timezone.make_aware(datetime.combine(day, time.min))


def zone_of(user: User) -> ZoneInfo:
    """Return the zone in which the person reads dates."""
    return zone_named(user.time_zone)
