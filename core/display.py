"""How values read on a page, in mail and in messages: money, numbers, shares, days, dates, initials.

Chinese and English differ only where they must: dates are 2026-11-22 and 22 Nov 2026, days 天 and d.
A missing value is an en dash, a minus is a real minus. Dates are shown in the zone of the user.
"""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone, translation
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext, ngettext

MISSING = "–"
MINUS = "−"
NO_BREAK = "\u00a0"

SYMBOLS = {
    "CNY": "¥",
    "USD": "$",
    "EUR": "€",
    "GBP": "£",
    "HKD": "HK$",
    "SGD": "S$",
    "TWD": "NT$",
    "MOP": "MOP$",
    "JPY": "JP¥",
    "KRW": "₩",
    "AUD": "A$",
    "CAD": "C$",
    "INR": "₹",
    "CHF": f"CHF{NO_BREAK}",
}


def is_chinese() -> bool:
    """True when the active language is a Chinese one."""
    return (translation.get_language() or "en").startswith("zh")


def _decimal(value: object) -> Decimal | None:
    """The value as a finite Decimal, or None when it is missing or no number."""
    if value is None or value == "":
        return None
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except ArithmeticError:
        return None
    return number if number.is_finite() else None


def format_number(value: object, decimals: int = 0) -> str:
    """12,400 · −7 · – when there is nothing."""
    number = _decimal(value)
    if number is None:
        return MISSING
    return _signed("", number, decimals)


def format_bytes(count: int | None) -> str:
    """4.2 MB; the unit by the size."""
    if count is None:
        return MISSING
    for unit, size in (("GB", 1024**3), ("MB", 1024**2)):
        if count >= size:
            return f"{format_number(Decimal(count) / size, 1)} {unit}"
    return f"{format_number(count // 1024)} KB"


def _signed(symbol: str, number: Decimal, decimals: int, unit: str = "") -> str:
    rounded = number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    sign = MINUS if rounded < 0 else ""
    return f"{sign}{symbol}{abs(rounded):,.{decimals}f}{unit}"


def _symbol(currency: str) -> str:
    return SYMBOLS.get(currency, f"{currency}{NO_BREAK}" if currency else "")


def format_money(value: object, currency: str = "CNY", decimals: int | None = None) -> str:
    """¥486,000, ¥1,280.50, −$20. Cents show when there are any, unless `decimals` says otherwise."""
    number = _decimal(value)
    if number is None:
        return MISSING
    if decimals is None:
        decimals = 0 if number == number.to_integral_value() else 2
    return _signed(_symbol(currency), number, decimals)


def format_money_short(value: object, currency: str = "CNY") -> str:
    """¥7.9m and ¥182.4m in English, ¥790 万 and ¥1.8 亿 in Chinese; for tiles, charts and hints."""
    number = _decimal(value)
    if number is None:
        return MISSING
    scaled, decimals, unit = _scale(number)
    return _signed(_symbol(currency), scaled, decimals, unit)


def _scale(number: Decimal) -> tuple[Decimal, int, str]:
    size = abs(number)
    for limit, unit in _units():
        if size >= limit:
            scaled = number / limit
            return scaled, 0 if abs(scaled) >= 1000 else 1, unit
    return number, 0, ""


def _units() -> tuple[tuple[int, str], ...]:
    if is_chinese():
        hundred_million = "億" if translation.get_language() == "zh-hant" else "亿"
        ten_thousand = "萬" if translation.get_language() == "zh-hant" else "万"
        return (100_000_000, f" {hundred_million}"), (10_000, f" {ten_thousand}")
    return (1_000_000_000, "bn"), (1_000_000, "m"), (1_000, "k")


def format_percent(share: object, decimals: int = 1) -> str:
    """0.884 → 88.4%."""
    number = _decimal(share)
    if number is None:
        return MISSING
    return _signed("", number * 100, decimals, "%")


def format_days(value: object) -> str:
    """160 → "160 days" / "160 天"."""
    number = _decimal(value)
    if number is None:
        return MISSING
    count = int(number.to_integral_value(rounding=ROUND_HALF_UP))
    return ngettext("%(count)s day", "%(count)s days", abs(count)) % {"count": format_number(count)}


def format_days_short(value: object) -> str:
    """41 → "41 d" / "41 天"; for table cells."""
    number = _decimal(value)
    if number is None:
        return MISSING
    return gettext("%(count)s d") % {"count": format_number(number)}


def _local(value: date | datetime) -> date | datetime:
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


def format_day(value: date | datetime | None) -> str:
    """2026-11-22 in Chinese, 22 Nov 2026 in English, in the zone of the user."""
    if not value:
        return MISSING
    return format_date(_local(value), "Y-m-d" if is_chinese() else "j M Y")


def format_day_short(value: date | datetime | None) -> str:
    """11-22 / 22 Nov when the day is in this year, else the whole date."""
    if not value:
        return MISSING
    local = _local(value)
    if local.year != timezone.localdate().year:
        return format_day(value)
    return format_date(local, "m-d" if is_chinese() else "j M")


def format_clock(value: datetime | None) -> str:
    """14:08, in the zone of the user."""
    return format_date(_local(value), "H:i") if value else MISSING


def format_moment(value: datetime | None) -> str:
    """2026-11-22 02:10 in Chinese, 22 Nov 2026, 02:10 in English."""
    if not value:
        return MISSING
    joint = " " if is_chinese() else ", "
    return f"{format_day(value)}{joint}{format_clock(value)}"


def format_month(value: date | datetime | None) -> str:
    """2026 年 11 月 / November 2026; heads a month in a timeline."""
    if not value:
        return MISSING
    return format_date(_local(value), "Y 年 n 月" if is_chinese() else "F Y")


def initials(name: object) -> str:
    """陈思远 → 陈, Lena Fischer → LF, Ana → A; a question mark for nobody."""
    words = str(name or "").split()
    if not words:
        return "?"
    first = words[0][0]
    if ord(first) > 0x2E7F or len(words) == 1:
        return first.upper()
    return (first + words[-1][0]).upper()
