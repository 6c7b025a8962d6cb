"""Texts of cells as values: every way of writing a date, an amount, a yes; and what is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.exports import harmless
from core.imports import dates, values
from core.imports.faults import ValueFault


def code_of(function: object, *args: object) -> str:
    with pytest.raises(ValueFault) as fault:
        function(*args)  # type: ignore[operator]
    return fault.value.code


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-05", "2026/1/5", "2026.1.5", "2026年1月5日", "2026 年 1 月 5 日", "20260105",
        "２０２６-０１-０５",
        "2026-01-05 00:00:00", "2026-01-05T08:30:00Z", "2026/1/5 8:30", "5 Jan 2026", "5-Jan-26",
        "Jan 5, 2026",
        "January 5 2026", "46027", "46027.5", "民国115年1月5日",
    ],
)  # fmt: skip
def test_dates_that_need_no_hint(text: str) -> None:
    assert dates.parse_date(text) == date(2026, 1, 5)


def test_order_decides_over_dates_that_end_with_the_year() -> None:
    assert dates.parse_date("03/04/2026", "dmy") == date(2026, 4, 3)
    assert dates.parse_date("03/04/2026", "mdy") == date(2026, 3, 4)
    assert dates.parse_date("3.4.26", "dmy") == date(2026, 4, 3)
    assert dates.parse_date("25/12/2025", "ymd") == date(2025, 12, 25)


@pytest.mark.parametrize(
    ("text", "order", "code"),
    [
        ("03/04/2026", "ymd", "day_or_month"),
        ("12/25/2025", "dmy", "not_day_first"),
        ("25/12/2025", "mdy", "not_month_first"),
        ("2026-02-30", "ymd", "no_such_day"),
        ("31/04/2026", "dmy", "no_such_day"),
        ("soon", "ymd", "not_a_date"),
        ("5 Foo 2026", "ymd", "not_a_date"),
    ],
)
def test_refused_dates(text: str, order: str, code: str) -> None:
    assert code_of(dates.parse_date, text, order) == code


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(1900, 1, 1), "excel_zero_date"),
        (date(1899, 12, 30), "excel_zero_date"),
        (date(1985, 1, 1), "date_too_early"),
        (date(2099, 1, 1), "date_in_future"),
    ],
)
def test_dates_that_only_a_typing_error_explains(day: date, code: str) -> None:
    assert code_of(dates.ensure_between, day, date(1990, 1, 1), date(2026, 11, 24)) == code


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1280.50", "1280.50"), ("1,280.50", "1280.50"), ("¥1,280.50", "1280.50"), ("CN¥ 1280.5", "1280.50"),
        ("$11.77", "11.77"), ("1280.50元", "1280.50"), ("USD 12", "12.00"), ("12 EUR", "12.00"),
        ("１２８０．５０", "1280.50"),
        ("(45.00)", "-45.00"), ("($45)", "-45.00"), ("-$45", "-45.00"), ("$-45", "-45.00"), ("45-", "-45.00"),
        ("−45", "-45.00"), ("+3", "3.00"), (".5", "0.50"), ("1 280.50", "1280.50"), ("0", "0.00"),
        ("1200.0000", "1200.00"), ("11.7700000001", "11.77"),
    ],
)  # fmt: skip
def test_amounts(text: str, amount: str) -> None:
    assert values.parse_money(text) == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "amount"), [("1.234,50", "1234.50"), ("12,5", "12.50"), ("7", "7"), ("1.234", "1234")]
)
def test_amounts_with_decimal_commas(text: str, amount: str) -> None:
    assert values.parse_money(text, ",") == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "mark", "code"),
    [
        ("12,5", ".", "comma_or_point"),
        ("1.234,50", ".", "comma_or_point"),
        ("1,234.50", ",", "comma_or_point"),
        ("12.345", ".", "too_many_decimals"),
        ("abc", ".", "not_a_number"),
        ("1.2.3", ".", "not_a_number"),
        ("=1+1", ".", "not_a_number"),
        ("1e5", ".", "not_a_number"),
        ("9999999999999", ".", "too_large"),
        ("NaN", ".", "not_a_number"),
    ],
)
def test_refused_amounts(text: str, mark: str, code: str) -> None:
    assert code_of(values.parse_money, text, mark) == code


def test_whole_numbers() -> None:
    assert values.parse_integer("1,200") == 1200
    assert values.parse_integer("3.0") == 3
    assert code_of(values.parse_integer, "3.5") == "not_whole"
    assert code_of(values.parse_integer, "-1") == "negative_number"
    assert code_of(values.parse_integer, "99999999999") == "too_large"


@pytest.mark.parametrize(
    ("text", "answer"),
    [("是", True), ("Yes", True), ("y", True), ("1", True), ("TRUE", True), ("退款", True), ("Ｙ", True),
     ("否", False), ("no", False), ("N", False), ("0", False), ("False", False), ("不是", False)],
)  # fmt: skip
def test_yes_and_no(text: str, answer: bool) -> None:
    assert values.parse_boolean(text) is answer


def test_maybe_is_neither() -> None:
    assert code_of(values.parse_boolean, "perhaps") == "not_boolean"


def test_identifiers_stay_text() -> None:
    assert values.parse_identifier("000123") == "000123"
    assert values.parse_identifier("330282199003070012") == "330282199003070012"
    assert values.parse_identifier("ＡＢ１２") == "AB12"
    assert code_of(values.parse_identifier, "3.30282E+17") == "digits_lost"


def test_addresses_and_phones() -> None:
    assert values.parse_email(" Chen@Example.COM ") == "chen@example.com"
    assert code_of(values.parse_email, "chen@nowhere") == "bad_email"
    assert values.parse_mobile("138 0574 6612") == "138 0574 6612"
    assert values.parse_mobile("+86 138-0574-6612") == "+86 138-0574-6612"
    assert values.parse_mobile("+44 7700 900123") == "+44 7700 900123"
    assert code_of(values.parse_mobile, "1380574661") == "mobile_length"
    assert code_of(values.parse_phone, "none of your business") == "bad_phone"
    assert values.parse_website("www.example.com") == "https://www.example.com"
    assert code_of(values.parse_website, "not a site") == "bad_website"


def test_credit_codes() -> None:
    assert values.parse_credit_code("9133 0200 ma2a4b5c17") == "91330200MA2A4B5C17"
    assert code_of(values.parse_credit_code, "91330200MA2") == "bad_credit_code"


@pytest.mark.parametrize("text", ["#N/A", "#REF!", "#DIV/0!"])
def test_failed_formulas_of_a_spreadsheet_are_refused(text: str) -> None:
    assert code_of(values.refuse_cell_error, text) == "cell_error"


@given(st.text(max_size=30))
def test_text_that_an_export_made_harmless_reads_back(text: str) -> None:
    plain = values.tidy(text)
    if not plain.startswith("'"):
        assert values.tidy(harmless(plain)) == plain


@given(st.text(max_size=25), st.sampled_from(["ymd", "dmy", "mdy"]), st.sampled_from([".", ","]))
def test_no_text_breaks_a_parser(text: str, order: str, mark: str) -> None:
    parsers = [
        lambda: dates.parse_date(text, order), lambda: values.parse_money(text, mark),
        lambda: values.parse_integer(text, mark), lambda: values.parse_boolean(text),
        lambda: values.parse_email(text), lambda: values.parse_mobile(text),
        lambda: values.parse_website(text),
        lambda: values.parse_identifier(text, 10), lambda: values.parse_credit_code(text),
    ]  # fmt: skip
    for parse in parsers:
        try:
            parse()
        except ValueFault:
            continue
