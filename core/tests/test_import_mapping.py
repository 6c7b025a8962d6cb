"""Columns find their fields by headings in three languages, then by what they hold."""

from __future__ import annotations

from core.imports.mapping import Wanted, heading_key, match_columns, named_columns
from core.imports.profile import fill, headings_of

FIELDS = [
    Wanted("customer", ("customer id", "客户编号", "客戶編號"), is_required=False),
    Wanted("name", ("customer name", "客户名称", "客戶名稱")),
    Wanted("day", ("order date", "日期", "下单日期"), "dates", is_required=True),
    Wanted("amount", ("金额", "金額", "total"), "numbers", is_required=True),
    Wanted("email", ("e-mail", "邮箱"), "emails"),
]


def matched(headings: list[str], *rows: list[str]) -> dict[str, str]:
    columns = headings_of(headings)
    fill(columns, rows)
    return {key: headings[index] for index, key in match_columns(columns, FIELDS).items()}


def test_headings_are_compared_without_case_brackets_and_signs() -> None:
    assert heading_key("Order_Date*") == heading_key("ORDER DATE (UTC)") == "orderdate"
    assert heading_key("客户名称（必填）") == "客户名称"
    assert heading_key("（备注）") == "备注"


def test_english_simplified_and_traditional_headings_are_known() -> None:
    assert matched(["Customer ID", "Order date", "Total"]) == {
        "customer": "Customer ID",
        "day": "Order date",
        "amount": "Total",
    }
    assert matched(["客户编号", "下单日期", "金额（元）"]) == {
        "customer": "客户编号",
        "day": "下单日期",
        "amount": "金额（元）",
    }
    assert matched(["客戶編號", "客戶名稱", "金額"]) == {
        "customer": "客戶編號",
        "name": "客戶名稱",
        "amount": "金額",
    }


def test_a_longer_heading_that_holds_a_known_one_is_taken_where_the_content_fits() -> None:
    rows = (["东澜", "2026-01-05", "x"], ["华信", "2026-01-06", "y"])

    assert matched(["客户名称全称", "合同下单日期", "下单日期说明"], *rows)["day"] == "合同下单日期"


def test_required_field_takes_the_only_column_with_fitting_content() -> None:
    assert matched(["who", "when"], ["x", "2026-01-05"], ["y", "2026-02-05"]) == {"day": "when"}
    assert "day" not in matched(["a", "b"], ["2026-01-05", "2026-01-05"])


def test_each_field_and_each_column_is_used_once() -> None:
    assert matched(["日期", "下单日期", "total"]) == {"day": "日期", "amount": "total"}


def test_duplicated_headings_are_left_to_the_person() -> None:
    assert matched(["total", "total", "日期"]) == {"day": "日期"}


def test_named_columns_are_found_and_missing_ones_named() -> None:
    columns = headings_of(["customer_id", "date", "dollar_value"])

    assert named_columns(columns, {"customer": "customer_id", "amount": "Dollar Value"}) == (
        {0: "customer", 2: "amount"},
        [],
    )
    assert named_columns(columns, {"day": "when"}) == ({}, ["when"])
