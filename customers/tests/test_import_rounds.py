"""Templates that map by themselves, exports that come back unchanged, remembered columns, rows typed anew."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from openpyxl import load_workbook

from core.domain.exports import run_export
from core.domain.imports import (
    import_now,
    map_value,
    repair_row,
    row_texts,
    set_columns,
    start_run,
    use_columns,
)
from core.domain.imports.results import failed_rows
from core.errors import DomainError
from core.imports.targets import all_targets, target_of
from core.imports.templates import example_of, template_csv, template_workbook
from core.models import ImportMapping, User
from core.tests.imports import begun, counts, faults, imported
from customers.domain.contacts import add_contact
from customers.domain.customers import create_customer
from customers.domain.interactions import record_interaction
from customers.domain.orders import create_order, refund_order
from customers.domain.tasks import create_task
from customers.models import Customer

CUSTOMERS = "customers.customer"
LANGUAGES = ("en", "zh-hans", "zh-hant")
KEYS = [target.key for target in all_targets()] or [
    f"customers.{name}" for name in ("customer", "contact", "order", "interaction", "task", "product")
]


@pytest.fixture
def admin(user_in: Callable[..., User]) -> User:
    return user_in("administrator", full_name="Ad Min")


# ---- templates --------------------------------------------------------------------------------------
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", KEYS)
def test_filled_template_maps_every_column_by_itself(admin: User, key: str, language: str) -> None:
    target = target_of(key)
    with translation.override(language):
        book = load_workbook(io.BytesIO(template_workbook(target)))
        book.worksheets[0].append([example_of(field) or "文字" for field in target.fields])
        stream = io.BytesIO()
        book.save(stream)
    filled = start_run(key, io.BytesIO(stream.getvalue()), filename="t.xlsx", by=admin)
    empty = start_run(
        key,
        io.BytesIO(template_text(target, language) + b"\r\n" + "文字".encode()),
        filename="t.csv",
        by=admin,
    )
    wanted = {str(index): field.key for index, field in enumerate(target.fields)}

    assert filled.mapping == wanted
    assert empty.mapping == wanted
    assert (filled.dialect["sheet"], empty.dialect["header_line"]) == (book.sheetnames[0], 1)


def template_text(target: Any, language: str) -> bytes:
    with translation.override(language):
        return template_csv(target)


def test_template_explains_and_offers(admin: User) -> None:
    book = load_workbook(io.BytesIO(template_workbook(target_of(CUSTOMERS))))
    sheet, fields, values = book.worksheets

    assert [row[0].value for row in fields.iter_rows(min_row=2)] == [cell.value for cell in sheet[1]]
    assert all(cell.comment is not None for cell in sheet[1])
    rules = {str(rule.sqref).split("2:")[0]: rule.formula1 for rule in sheet.data_validations.dataValidation}
    column = next(cell.column_letter for cell in sheet[1] if cell.value == "Tier")
    assert rules[column] == f"'Values'!${column}$1:${column}$4"
    assert [cell.value for cell in values[column][:4]] == [
        "Strategic",
        "Core",
        "Growth customer",
        "Potential",
    ]
    assert values.sheet_state == "hidden"


def test_template_is_for_who_may_import(client_of: Callable[..., Client], user_in: Callable) -> None:
    url = reverse("core:import-template", args=[CUSTOMERS])

    assert client_of(user_in("manager")).get(url).status_code == 200
    assert client_of(user_in("agent")).get(url).status_code == 403


# ---- out and in again -------------------------------------------------------------------------------
def exported(key: str, by: User, file_format: str, settings: Any) -> bytes:
    run_export(key, query="", file_format=file_format, user_id=by.pk, token="t" * 32)
    found = [
        path for path in Path(settings.MEDIA_ROOT).rglob(f"*.{file_format}") if "imports" not in path.parts
    ]
    return max(found, key=lambda path: path.stat().st_mtime).read_bytes()


def some_records(by: User) -> None:
    bank = create_customer(
        {
            "name": "东方银行", "kind": "organisation", "industry": "banking", "size": "large",
            "city": "上海", "phone": "021-58880000", "email": "a@b.cn", "website": "https://b.cn",
            "since": date(2020, 1, 5),
            "notes": "=2+2\n第二行", "tier": "core", "stage": "growth", "source": "event",
            "source_system": "erp", "external_id": "E-1", "credit_code": "91310000MA1FL0000X",
        },
        by=by, tags=["VIP", "老客户"],
    )  # fmt: skip
    create_customer({"name": "东方银行浦东支行", "parent": bank}, by=by)
    place = add_contact(
        bank,
        {"name": "王伟", "mobile": "13800000001", "email": "w@b.cn"},
        {"title": "经理", "role": "decider", "started_on": date(2021, 2, 3)},
        by=by,
    )
    order = create_order(
        bank,
        {"ordered_on": date(2026, 1, 5), "amount": Decimal("100.50"), "seats": 3, "note": "first"},
        by=by,
    )
    refund_order(order, Decimal("20.25"), on=date(2026, 1, 9), note="part", by=by)
    record_interaction(
        bank,
        {"summary": "电话", "body": "多行\n文字", "channel": "phone", "minutes": 5, "person": place.person,
         "occurred_at": timezone.now().replace(microsecond=0)},
        by=by,
    )  # fmt: skip
    create_task("寄合同", customer=bank, due_on=date(2026, 12, 1), priority="high", note="快", by=by)


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "key",
    ["customers.customer", "customers.order", "customers.contact", "customers.interaction", "customers.task"],
)
def test_export_comes_back_without_a_change(
    admin: User, settings: Any, key: str, language: str, file_format: str
) -> None:
    admin.language = language
    admin.save()
    some_records(admin)
    with translation.override(language):
        content = exported(key, admin, file_format, settings)
        run = imported(key, content, admin)

    assert faults(run) == {}
    assert set(counts(run)) == {"duplicate"}


# ---- columns remembered -----------------------------------------------------------------------------
ODD = "编码甲,乙方,丙\n1,东方银行,核心\n"


def test_columns_are_mapped_as_the_last_time_and_it_is_said(manager: User) -> None:
    first = begun(CUSTOMERS, ODD, manager, name="a.csv")
    assert first.mapping == {}
    set_columns(first, {0: "external_id", 1: "name", 2: "tier"}, by=manager)

    again = begun(CUSTOMERS, "丙,乙方,编码甲\n核心,华信,2\n", manager)
    assert again.mapping == {"0": "tier", "1": "name", "2": "external_id"}
    assert again.profile["before"]["is_applied"] is True
    assert (again.profile["before"]["file"], again.profile["before"]["who"]) == ("a.csv", "")

    plain = use_columns(again, as_before=False, by=manager)
    assert plain.mapping == {}
    assert use_columns(plain, as_before=True, by=manager).mapping == again.mapping
    assert ImportMapping.objects.count() == 1


def test_other_headings_are_not_taken_for_the_same(manager: User) -> None:
    set_columns(begun(CUSTOMERS, ODD, manager), {1: "name"}, by=manager)

    assert begun(CUSTOMERS, "编码甲,乙方,丁\n1,东方银行,核心\n", manager).mapping == {}
    assert begun("customers.task", ODD, manager).mapping == {}


def test_columns_of_the_team_are_offered_and_not_applied(
    manager: User, user_in: Callable[..., User], other_team: Any
) -> None:
    set_columns(begun(CUSTOMERS, ODD, manager), {1: "name"}, by=manager)
    mate = begun(CUSTOMERS, ODD, user_in("sales"))

    assert mate.mapping == {}
    assert (mate.profile["before"]["who"], mate.profile["before"]["is_applied"]) == ("Zhang Min", False)
    assert use_columns(mate, as_before=True, by=mate.created_by).mapping == {"1": "name"}
    assert "before" not in begun(CUSTOMERS, ODD, user_in("sales", team=other_team)).profile


def test_columns_page_says_where_the_mapping_came_from(
    manager: User, client_of: Callable[..., Client]
) -> None:
    set_columns(begun(CUSTOMERS, ODD, manager), {1: "name"}, by=manager)
    run = begun(CUSTOMERS, ODD, manager)
    client = client_of(manager)
    url = reverse("core:import-columns", args=[run.pk])

    assert "Columns mapped as on" in client.get(url).content.decode()
    client.post(reverse("core:import-mapping", args=[run.pk]), {"use": "headings"})
    run.refresh_from_db()
    assert run.mapping == {}
    assert "You mapped these headings otherwise on" in client.get(url).content.decode()


# ---- rows typed anew --------------------------------------------------------------------------------
BROKEN = '客户编号,客户名称,等级\n1,东方\0银行,核心\n2,华信\n3,"瑞丰,核心\n4,明德,核心,多\n5,博雅,核心\n'


def test_broken_rows_are_typed_anew(manager: User) -> None:
    run = imported(CUSTOMERS, BROKEN, manager, dry_run=True)
    assert faults(run) == {2: ["null_character"], 3: ["ragged"], 4: ["open_quote"], 5: ["ragged"]}
    assert row_texts(run, 5) == {"external_id": "4", "name": "明德", "tier": "核心"}

    for line in (2, 3, 4, 5):
        texts = {"external_id": f"9{line}", "name": f"客户{line}", "tier": "核心"}
        assert repair_row(run, line, texts, by=manager) is None
        run.refresh_from_db()
    assert counts(run) == {"created": 5}

    run = import_now(run, by=manager)
    assert counts(run) == {"created": 5}
    assert Customer.objects.get(external_id="94").name == "客户4"


def test_typed_row_is_checked(manager: User) -> None:
    run = imported(CUSTOMERS, BROKEN, manager, dry_run=True)
    left = repair_row(run, 3, {"external_id": "5", "name": "另一个", "tier": "没有"}, by=manager)

    assert [fault["code"] for fault in left.faults] == ["unknown_choice"]
    with pytest.raises(DomainError):
        repair_row(run, 3, {"shoe_size": "5"}, by=manager)
    with pytest.raises(DomainError):
        repair_row(run, 6, {"name": "x"}, by=manager)


def test_one_repair_mends_a_value_wherever_it_stands(manager: User) -> None:
    text = "客户编号,客户名称,等级\n" + "".join(f"{n},客户{n},超级\n" for n in range(7))
    run = imported(CUSTOMERS, text, manager, dry_run=True)

    assert map_value(run, "tier", "超级", "strategic", by=manager) == 7
    assert counts(import_now(run, by=manager)) == {"created": 7}


def test_row_page_is_only_for_the_importer(
    manager: User, client_of: Callable[..., Client], user_in: Callable
) -> None:
    run = imported(CUSTOMERS, BROKEN, manager, dry_run=True)
    url = reverse("core:import-row", args=[run.pk, 5])
    sent = {"field_external_id": "4", "field_name": "=明德", "field_tier": "核心"}

    assert client_of(user_in("manager")).get(url).status_code == 404
    assert client_of(user_in("manager")).post(url, sent).status_code == 404
    client = client_of(manager)
    assert "明德" in client.get(url).content.decode()
    assert client.post(url, sent).status_code == 302
    assert not run.lines.filter(line=5).exists()


def test_failed_rows_come_back_mended(manager: User) -> None:
    run = imported(CUSTOMERS, "客户编号,客户名称,等级\n1,东方银行,超级\n2,华信,核心\n", manager)
    rows = list(csv.reader(io.StringIO("".join(failed_rows(run)).lstrip("\ufeff"))))
    assert rows[0] == ["客户编号", "客户名称", "等级", "Row", "What is wrong"]
    assert rows[1][:4] == ["1", "东方银行", "超级", "2"]

    mended = "\n".join(",".join(row[:3]) for row in rows).replace("超级", "战略")
    assert counts(imported(CUSTOMERS, mended, manager)) == {"created": 1}


# ---- undo pages -------------------------------------------------------------------------------------
def test_undo_is_asked_with_numbers_and_done(manager: User, client_of: Callable[..., Client]) -> None:
    run = imported(CUSTOMERS, "客户编号,客户名称\n1,<b>东方</b>\n2,华信\n", manager)
    client, url = client_of(manager), reverse("core:import-undo", args=[run.pk])

    assert "2 new records go away" in client.get(url).content.decode()
    assert client.post(url).status_code == 302
    run.refresh_from_db()
    assert run.state == "undoing"
    assert client.get(url).status_code == 409


def test_undo_is_not_for_others(manager: User, client_of: Callable[..., Client], user_in: Callable) -> None:
    run = imported(CUSTOMERS, "客户编号,客户名称\n1,东方\n", manager)
    url = reverse("core:import-undo", args=[run.pk])

    assert client_of(user_in("manager")).get(url).status_code == 404
    assert client_of(user_in("manager")).post(url).status_code == 404
    assert client_of(user_in("administrator")).get(url).status_code == 200
    run.refresh_from_db()
    assert run.state == "done"


def test_headings_and_cells_are_never_markup(manager: User, client_of: Callable[..., Client]) -> None:
    evil = "<script>alert(1)</script>"
    text = f"{evil},客户名称,等级\n{evil},{evil},{evil}\n"
    run = imported(CUSTOMERS, text, manager, dry_run=True, mapping={1: "name", 2: "tier"})
    client = client_of(manager)
    for name in ("import-dialect", "import-columns", "import-check"):
        page = client.get(reverse(f"core:{name}", args=[run.pk])).content.decode()
        assert evil not in page
        assert "&lt;script&gt;alert(1)" in page
