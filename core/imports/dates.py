"""Texts of cells as days: year first, day first, in Chinese, as Excel counts them."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from django.utils import timezone

from core.imports.faults import ValueFault
from core.imports.values import half_width

ISO, DAY_FIRST, MONTH_FIRST = "ymd", "dmy", "mdy"

_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号號]?")
_YEAR_LAST = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4}|\d{2})")
_COMPACT = re.compile(r"(?:19|20|21)\d{6}")
_REPUBLIC = re.compile(r"(?:民国|民國)\s*(\d{2,3})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_DAY_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s\-./]*([A-Za-z]{3,9})\.?[\s\-./,]*(\d{4}|\d{2})")
_NAMED_DAY = re.compile(r"([A-Za-z]{3,9})\.?\s*(\d{1,2})(?:st|nd|rd|th)?,?\s*(\d{4})")
_SERIAL = re.compile(r"\d{1,5}(?:\.\d+)?")
_TIME_BEHIND = re.compile(
    r"[T\s]+(?:上午|下午)?\s*\d{1,2}[:时時点點]\d{1,2}(?:[:分]\d{1,2}(?:\.\d+)?)?[秒分]?\s*(?:[AaPp]\.?[Mm]\.?)?"
    r"\s*(?:Z|UTC|[+-]\d{2}:?\d{2})?$"
)
_CLOCK = re.compile(
    r"[T\s]+(上午|下午)?\s*(\d{1,2})[:时時点點](\d{1,2})(?:[:分](\d{1,2}))?(?:\.\d+)?[秒分]?\s*([AaPp]\.?[Mm]\.?)?"
)
_MONTHS = {
    name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)
}
#: Day 0 of Excel's calendar as it behaves after February 1900.
_EXCEL_EPOCH = date(1899, 12, 30)
#: A two-digit year up to this one is in the twenty-first century.
_PIVOT = 68


@lru_cache(maxsize=20_000)
def parse_date(text: str, order: str = ISO) -> date:
    """Return the day; a time behind it is dropped.

    Year-first dates, Chinese ones, month names and Excel serial numbers need no hint. For 03/04/2026
    `order` says whether the day (`dmy`) or the month (`mdy`) comes first; `ymd` refuses such a date.
    """
    if len(text) == 10 and text[4] == "-":
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    plain = _TIME_BEHIND.sub("", half_width(text).strip())
    return _day(*_parts(plain, order))


def parse_moment(text: str, order: str = ISO) -> datetime:
    """Return the moment in the zone in force, midnight where the text names no time of day."""
    day = parse_date(text, order)
    found = _CLOCK.search(half_width(text).strip())
    if found is None:
        return timezone.make_aware(datetime.combine(day, time()))
    hour, minute, second = int(found[2]), int(found[3]), int(found[4] or 0)
    half = (found[1] or found[5] or "").lower().replace(".", "")
    if half in ("下午", "pm") and hour < 12:
        hour += 12
    elif half in ("上午", "am") and hour == 12:
        hour = 0
    try:
        return timezone.make_aware(datetime.combine(day, time(hour, minute, second)))
    except ValueError as error:
        raise ValueFault("not_a_date") from error


def _parts(text: str, order: str) -> tuple[int, int, int]:
    """Return year, month and day as the text names them."""
    if found := _YEAR_FIRST.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _YEAR_LAST.fullmatch(text):
        return _year_last(int(found[1]), int(found[2]), found[3], order)
    if _COMPACT.fullmatch(text):
        return int(text[:4]), int(text[4:6]), int(text[6:])
    if found := _REPUBLIC.fullmatch(text):
        return int(found[1]) + 1911, int(found[2]), int(found[3])
    if found := _DAY_NAMED.fullmatch(text):
        return _full_year(found[3]), _month(found[2]), int(found[1])
    if found := _NAMED_DAY.fullmatch(text):
        return int(found[3]), _month(found[1]), int(found[2])
    if _SERIAL.fullmatch(text):
        day = _EXCEL_EPOCH + timedelta(days=int(float(text)))
        return day.year, day.month, day.day
    raise ValueFault("not_a_date")


def _year_last(first: int, second: int, year: str, order: str) -> tuple[int, int, int]:
    if order == ISO:
        # Only one reading is a date, or nobody said which one is meant.
        if first > 12 >= second:
            order = DAY_FIRST
        elif second > 12 >= first:
            order = MONTH_FIRST
        else:
            raise ValueFault("day_or_month")
    if order == MONTH_FIRST:
        if first > 12 >= second:
            raise ValueFault("not_month_first")
        return _full_year(year), first, second
    if second > 12 >= first:
        raise ValueFault("not_day_first")
    return _full_year(year), second, first


def _full_year(text: str) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    return year + (2000 if year <= _PIVOT else 1900)


def _month(name: str) -> int:
    number = _MONTHS.get(name[:3].lower())
    if number is None:
        raise ValueFault("not_a_date")
    return number


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise ValueFault("no_such_day") from error


def ensure_between(day: date, first: date, last: date) -> date:
    """Return the day; refuse one outside the bounds, saying which."""
    if day < first:
        raise ValueFault("excel_zero_date" if day.year <= 1900 else "date_too_early", first=first.isoformat())
    if day > last:
        raise ValueFault("date_in_future", last=last.isoformat())
    return day
