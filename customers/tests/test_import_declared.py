"""Files of contacts, interactions, tasks and products: brought in, again, changed, taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from opencc import OpenCC

from core.imports.targets import all_targets
from core.models import User
from core.tests.imports import counts, faults, imported, undone
from customers.models import Contact, Interaction, Person, Price, Product, Task
from customers.standardise import phone
from customers.tests.factories import ContactFactory, CustomerFactory, ProductFactory

CONTACTS, INTERACTIONS = "customers.contact", "customers.interaction"
TASKS, PRODUCTS = "customers.task", "customers.product"

FILES = {
    CONTACTS: (
        "姓名,客户代码,职务,手机,邮箱,生日\n"
        "王伟,T-1,经理,13800000001,wang@a.cn,1980-05-06\n李娜,T-1,助理,13800000002,,\n",
        "姓名,客户代码,职务\n王伟,T-1,总监\n",
    ),
    INTERACTIONS: (
        "客户代码,时间,方式,摘要,分钟\n"
        "T-1,2026-03-02 14:30,电话,问培训计划,15\nT-1,2026-03-03,拜访,送方案,60\n",
        "客户代码,时间,摘要,分钟\nT-1,2026-03-02 14:30,问培训计划,20\n",
    ),
    TASKS: (
        "待办,客户代码,截止日期,优先级\n寄合同,T-1,2026-12-01,高\n回电,,2026-12-02,\n",
        "待办,客户代码,截止日期,优先级\n寄合同,T-1,2026-12-01,低\n",
    ),
    PRODUCTS: (
        "课程代码,课程名称,价格,币种,生效日期\nP1,领导力,3800,CNY,2026-01-01\nP1,领导力,4200,CNY,2026-07-01\nP2,谈判,1200,,\n",
        "课程代码,课程名称,价格,币种,生效日期\nP1,领导力进阶,3900,CNY,2026-01-01\n",
    ),
}
MODELS = {CONTACTS: Contact, INTERACTIONS: Interaction, TASKS: Task, PRODUCTS: Product}
SIMPLE = list(FILES)


@pytest.fixture
def customer(manager: User):
    return CustomerFactory(code="T-1", name="东方银行", owner=manager)


def stored(target: str) -> list:
    """Everything that the target writes, without what only says when and how often."""
    loose = {"version", "updated_at"}
    rows = []
    for model in (Contact, Person, Interaction, Task, Product, Price):
        names = [field.attname for field in model._meta.concrete_fields if field.attname not in loose]
        rows += [(model.__name__, row) for row in model.objects.order_by("pk").values_list(*names)]
    return rows


@pytest.mark.parametrize("target", SIMPLE)
def test_rows_come_in_once(manager: User, customer, target: str) -> None:
    first, change = FILES[target]
    run = imported(target, first, manager)
    assert faults(run) == {}
    made = len(first.splitlines()) - 1
    assert run.counts["created"] == made

    again = imported(target, first, manager)
    assert counts(again) == {"duplicate": made}
    changed = imported(target, change, manager)
    assert counts(changed) == {"updated": 1}
    assert counts(imported(target, change, manager)) == {"duplicate": 1}


@pytest.mark.parametrize("target", SIMPLE)
def test_undo_restores_what_was_there(manager: User, customer, target: str) -> None:
    first, change = FILES[target]
    empty = stored(target)
    run = imported(target, first, manager)
    full = stored(target)
    changed = imported(target, change, manager)
    assert stored(target) != full

    assert undone(changed, manager).counts["undone"] == 1
    assert stored(target) == full
    # The change and its undo moved the version of one record: nobody else touched it, but it is not as made.
    run = undone(run, manager)
    assert run.counts["left"] >= 1

    empty = stored(target)
    other = first.replace("13800000001", "13900000001").replace("T-1,1", "T-1,2").replace("P", "Q")
    other = other.replace("2026-03-0", "2026-04-0").replace("2026-12-0", "2026-11-0").replace("王伟", "赵六")
    other = other.replace("李娜", "孙七").replace("13800000002", "13900000002").replace("wang@", "zhao@")
    run = undone(imported(target, other, manager), manager)
    assert run.counts["left"] == 0
    assert [row for row in stored(target) if row not in empty and "Q" not in str(row)] == [
        row for row in stored(target) if row not in empty and _in_bin(row)
    ]


def _in_bin(row: tuple) -> bool:
    return row[0] in {"Person", "Interaction"}


def test_person_with_the_same_mobile_and_name_gets_a_second_place(manager: User, customer) -> None:
    place = ContactFactory(
        customer=CustomerFactory(owner=manager), person__name="王伟", person__mobile=phone("13800000001")
    )
    imported(CONTACTS, "姓名,客户代码,手机\n王伟,T-1,138 0000 0001\n", manager)

    assert Person.objects.count() == 1
    assert set(place.person.contacts.values_list("customer__code", flat=True)) == {
        place.customer.code,
        "T-1",
    }


def test_first_contact_of_a_customer_is_the_main_one(manager: User, customer) -> None:
    imported(CONTACTS, FILES[CONTACTS][0], manager)

    assert list(Contact.objects.order_by("pk").values_list("is_primary", flat=True)) == [True, False]


def test_interaction_keeps_its_moment_in_the_zone_of_the_person(manager: User, customer) -> None:
    manager.time_zone = "Asia/Shanghai"
    manager.save()
    imported(INTERACTIONS, "客户代码,时间,摘要\nT-1,2026-03-02 下午2:30,问培训\n", manager)

    assert Interaction.objects.get().occurred_at.isoformat() == "2026-03-02T06:30:00+00:00"


def test_price_holds_from_its_day(manager: User) -> None:
    imported(PRODUCTS, FILES[PRODUCTS][0], manager)
    product = Product.objects.get(code="P1")

    assert Price.objects.in_force(product, "CNY", date(2026, 3, 1)) == Decimal("3800.00")
    assert Price.objects.in_force(product, "CNY", date(2026, 8, 1)) == Decimal("4200.00")


@pytest.mark.parametrize(
    ("target", "row", "code"),
    [
        (CONTACTS, "姓名,客户代码\n王伟,T-9\n", "no_such_customer"),
        (CONTACTS, "姓名,客户名称\n王伟,没有这家\n", "no_such_customer"),
        (CONTACTS, "姓名,客户名称\n王伟,\n", "required"),
        (INTERACTIONS, "客户代码,时间,摘要,联系人\nT-1,2026-03-02,x,李四\n", "unknown_person"),
        (INTERACTIONS, "客户代码,时间,摘要\nT-1,2099-03-02,x\n", "date_in_future"),
        (TASKS, "待办,负责人\nx,没有人\n", "unknown_user"),
        (TASKS, "待办,团队\nx,East Chin\n", "unknown_team_near"),
        (PRODUCTS, "代码,名称,价格\nP,Q,-5\n", "negative_number"),
        (PRODUCTS, "代码,名称,币种\nP,Q,CNY\n", "price_needs_amount"),
    ],
)
def test_what_cannot_be_found_is_named(manager: User, customer, target: str, row: str, code: str) -> None:
    assert faults(imported(target, row, manager, dry_run=True)) == {2: [code]}


def test_ambiguous_names_are_told_apart(manager: User, customer) -> None:
    CustomerFactory(code="T-2", name="东方银行", name_key="东方", owner=manager)
    customer.name_key = "东方"
    customer.save()
    run = imported(CONTACTS, "姓名,客户名称\n王伟,东方\n", manager, dry_run=True)

    assert run.lines.get().faults[0]["code"] == "ambiguous_name"
    assert run.lines.get().faults[0]["params"] == {"codes": "T-1, T-2"}


def test_customer_out_of_reach_is_as_good_as_unknown(seller: User, other_team, user_in: Callable) -> None:
    CustomerFactory(code="T-1", name="Secret", owner=user_in("sales", team=other_team))
    hidden = faults(imported(CONTACTS, "姓名,客户代码\n王伟,T-1\n", seller, dry_run=True))
    unknown = faults(imported(CONTACTS, "姓名,客户代码\n王伟,T-2\n", seller, dry_run=True))

    assert hidden == unknown == {2: ["no_such_customer"]}


@pytest.mark.parametrize("target", SIMPLE)
def test_dry_run_asks_the_database_as_often_for_many_rows(manager: User, customer, target: str) -> None:
    ProductFactory()
    lines = FILES[target][0].splitlines()
    queries = []
    imported(target, "\n".join(lines[:2]), manager, dry_run=True)
    for rows in (3, 40):
        text = "\n".join([lines[0], *(lines[1].replace("T-1,", f"T-1,{n}") for n in range(rows))])
        with CaptureQueriesContext(connection) as found:
            imported(target, text, manager, dry_run=True)
        queries.append(len(found))

    assert queries[0] == queries[1]


@pytest.mark.parametrize("role", ["agent", "trainer", "analyst"])
def test_who_may_not_import_is_refused(user_in: Callable, role: str) -> None:
    from django.core.exceptions import PermissionDenied

    for target in SIMPLE:
        with pytest.raises(PermissionDenied):
            imported(target, FILES[target][0], user_in(role))


def test_every_field_is_known_in_three_languages() -> None:
    to_simple, to_traditional = OpenCC("t2s").convert, OpenCC("s2tw").convert
    lacking = []
    for target in all_targets():
        for field in target.fields:
            words = [word.strip() for word in field.synonyms.split(",") if word.strip()]
            chinese = [word for word in words if not word.isascii()]
            wanted = {to_simple(word) for word in chinese}
            wanted |= {to_traditional(word) for word in chinese if to_simple(word) == word}
            if not chinese or not any(word.isascii() for word in words) or wanted - set(words):
                lacking.append(f"{target.key} {field.key}: {sorted(wanted - set(words))}")

    assert lacking == []
