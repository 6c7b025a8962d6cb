from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone, translation

from core import display


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (12400, 0, "12,400"),
        (Decimal("-7"), 0, "−7"),
        (3.456, 2, "3.46"),
        (Decimal("2.5"), 0, "3"),
        (-0.2, 0, "0"),
        (None, 0, "–"),
        ("", 0, "–"),
        ("many", 0, "–"),
        (float("nan"), 1, "–"),
    ],
)
def test_numbers(value: object, decimals: int, shown: str) -> None:
    assert display.format_number(value, decimals) == shown


@pytest.mark.parametrize(
    ("value", "currency", "shown"),
    [
        (486000, "CNY", "¥486,000"),
        (Decimal("1280.50"), "CNY", "¥1,280.50"),
        (Decimal("-20.00"), "USD", "−$20"),
        (99, "JPY", "JP¥99"),
        (99, "THB", "THB\u00a099"),
        (99, "", "99"),
        (None, "CNY", "–"),
    ],
)
def test_money(value: object, currency: str, shown: str) -> None:
    assert display.format_money(value, currency) == shown


def test_money_with_fixed_decimals() -> None:
    assert display.format_money(Decimal("1280.50"), "CNY", 0) == "¥1,281"


@pytest.mark.parametrize(
    ("value", "english", "simplified", "traditional"),
    [
        (7_900_000, "¥7.9m", "¥790.0 万", "¥790.0 萬"),
        (182_400_000, "¥182.4m", "¥1.8 亿", "¥1.8 億"),
        (-15_000, "−¥15.0k", "−¥1.5 万", "−¥1.5 萬"),
        (950, "¥950", "¥950", "¥950"),
        (12_340_000_000, "¥12.3bn", "¥123.4 亿", "¥123.4 億"),
        (None, "–", "–", "–"),
    ],
)
def test_short_money(value: object, english: str, simplified: str, traditional: str) -> None:
    shown = []
    for language in ("en", "zh-hans", "zh-hant"):
        with translation.override(language):
            shown.append(display.format_money_short(value))

    assert shown == [english, simplified, traditional]


def test_percent_of_a_share() -> None:
    assert [display.format_percent(0.884), display.format_percent(1, 0), display.format_percent(None)] == [
        "88.4%",
        "100%",
        "–",
    ]


def test_days_in_english() -> None:
    with translation.override("en"):
        shown = [display.format_days(1), display.format_days(40.6), display.format_days_short(41)]

    assert shown == ["1 day", "41 days", "41 d"]


def test_dates_read_like_the_language() -> None:
    shown = []
    for language in ("en", "zh-hans", "zh-hant"):
        with translation.override(language):
            shown.append(display.format_day(date(2026, 11, 2)))

    assert shown == ["2 Nov 2026", "2026-11-02", "2026-11-02"]


@time_machine.travel(datetime(2026, 11, 22, tzinfo=UTC))
def test_a_short_date_shows_another_year() -> None:
    with translation.override("en"):
        shown = [display.format_day_short(date(2026, 6, 15)), display.format_day_short(date(2025, 6, 15))]

    assert shown == ["15 Jun", "15 Jun 2025"]


def test_moments_are_shown_in_the_zone_of_the_user() -> None:
    moment = datetime(2026, 11, 21, 18, 10, tzinfo=UTC)
    with translation.override("en"), timezone.override(ZoneInfo("Asia/Shanghai")):
        shown = [display.format_moment(moment), display.format_day(moment), display.format_clock(moment)]

    assert shown == ["22 Nov 2026, 02:10", "22 Nov 2026", "02:10"]


def test_months_head_a_timeline() -> None:
    shown = []
    for language in ("en", "zh-hans"):
        with translation.override(language):
            shown.append(display.format_month(date(2026, 11, 2)))

    assert shown == ["November 2026", "2026 年 11 月"]


def test_a_missing_date_is_a_dash() -> None:
    assert [display.format_day(None), display.format_moment(None), display.format_clock(None)] == ["–"] * 3


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("陈思远", "陈"),
        ("Lena Fischer", "LF"),
        ("ana", "A"),
        ("Ana María Reyes", "AR"),
        ("", "?"),
        (None, "?"),
    ],
)
def test_initials(name: str | None, letters: str) -> None:
    assert display.initials(name) == letters
