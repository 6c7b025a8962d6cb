"""Order files: whose orders, which are known already, refunds, currencies; and the real history of CDNOW."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum

from core.models import ExchangeRate, Team, User
from core.tests.imports import counts, faults, imported
from customers.domain.orders import delete_order
from customers.models import Customer, Order, OrderDay, OrderLine, OrderTotals, TimelineEvent
from customers.tests.factories import CustomerFactory, OrderFactory, ProductFactory

TARGET = "customers.order"


@pytest.fixture
def dollars(db: None) -> None:
    ExchangeRate.objects.create(currency="USD", valid_from=date(1990, 1, 1), rate=Decimal(7))


def bring(text: str, by: User, **options: object) -> dict[str, int]:
    return counts(imported(TARGET, text, by, **options))


# ---- orders and their customers ---------------------------------------------------------------------
def test_order_gets_everything_that_one_made_by_hand_gets(manager: User, dollars: None) -> None:
    product = ProductFactory(code="NEG-1", name="Negotiation")
    text = (
        "客户名称,订单号,下单日期,金额,币种,人数,产品,备注\n"
        '东澜港务,A-2,2026/1/5,"1,280.50",美元,5,neg-1,首单\n'
    )
    run = imported(TARGET, text, manager)

    order = Order.objects.get(external_id="A-2")
    assert run.lines.get().object_id == order.pk
    assert (order.customer.name, order.ordered_on, order.counts_on) == (
        "东澜港务",
        date(2026, 1, 5),
        date(2026, 1, 5),
    )
    assert (order.amount, order.currency, order.rate, order.amount_base) == (
        Decimal("1280.50"), "USD", Decimal(7), Decimal("8963.50"),
    )  # fmt: skip
    assert (order.seats, order.note, order.number, order.state) == (5, "首单", "SO-2026-000001", "confirmed")
    line = OrderLine.objects.get(order=order)
    assert (line.product, line.quantity, line.unit_price, line.amount) == (
        product, Decimal(5), Decimal("256.10"), Decimal("1280.50"),
    )  # fmt: skip
    event = TimelineEvent.objects.get(kind="order")
    assert (event.customer, event.subject_id, event.subject_url) == (
        order.customer, order.pk, order.get_absolute_url(),
    )  # fmt: skip
    totals = OrderTotals.objects.get(customer=order.customer)
    assert (totals.orders, totals.amount, totals.first_day) == (1, Decimal("8963.50"), date(2026, 1, 5))


def test_rows_of_one_new_customer_make_it_once(manager: User) -> None:
    text = (
        "customer id,customer name,date,amount\n7,Acme,2026-01-05,1\n7,Acme,2026-01-06,2\n8,,2026-01-07,3\n"
    )
    assert bring(text, manager, source_system="erp") == {"created": 3, "new_customers": 2}
    assert list(Customer.objects.order_by("code").values_list("name", "external_id", "source_system")) == [
        ("Acme", "7", "erp"), ("Customer 8", "8", "erp"),
    ]  # fmt: skip


def test_known_customers_are_found_by_number_code_and_name(manager: User) -> None:
    CustomerFactory(name="A", name_key="a", source_system="file", external_id="1", owner=manager)
    CustomerFactory(name="B", name_key="b", code="T-2", owner=manager)
    CustomerFactory(name="C", name_key="c", owner=manager)
    text = (
        "customer id,customer code,customer name,date,amount\n"
        "1,,,2026-01-05,1\n,T-2,,2026-01-05,2\n,,C,2026-01-05,3\n"
    )

    assert bring(text, manager) == {"created": 3}
    assert Customer.objects.filter(orders__isnull=False).count() == 3


def test_unknown_customers_are_faults_where_none_may_be_made(
    manager: User, user_in: Callable[..., User]
) -> None:
    text = "customer name,date,amount\nNew,2026-01-05,1\n"
    assert faults(imported(TARGET, text, manager, create_customers=False)) == {2: ["unknown_customer"]}
    assert faults(imported(TARGET, text, user_in("analyst"))) == {2: ["unknown_customer"]}


def test_orders_of_customers_out_of_reach_are_refused(
    seller: User, other_team: Team, user_in: Callable[..., User]
) -> None:
    CustomerFactory(
        name="Secret", source_system="file", external_id="1", owner=user_in("sales", team=other_team)
    )
    run = imported(TARGET, "customer id,date,amount\n1,2026-01-05,1\n", seller)

    assert faults(run) == {2: ["unknown_customer"]}
    assert "Secret" not in str(run.lines.get().faults)
    assert not Order.objects.exists()


# ---- which order is which ---------------------------------------------------------------------------
def test_identical_rows_without_numbers_are_all_kept_once(manager: User) -> None:
    text = "customer id,date,amount\n" + "1,2026-01-05,12.00\n" * 3 + "1,2026-01-06,12.00\n"
    assert bring(text, manager) == {"created": 4, "new_customers": 1}
    assert bring(text, manager) == {"duplicate": 4}
    assert bring(text + "1,2026-01-05,12.00\n", manager) == {"created": 1, "duplicate": 4}
    assert OrderDay.objects.get(day=date(2026, 1, 5)).orders == 4


def test_order_with_a_number_is_updated_where_it_differs(manager: User) -> None:
    text = "customer id,order no,date,amount,note\n1,A-1,2026-01-05,10,x\n"
    bring(text, manager)
    assert bring(text, manager) == {"duplicate": 1}
    assert bring(text.replace(",10,", ",25,").replace("01-05", "01-09"), manager) == {"updated": 1}

    order = Order.objects.get()
    assert (order.amount, order.ordered_on) == (Decimal(25), date(2026, 1, 9))
    assert list(OrderDay.objects.values_list("day", "amount")) == [(date(2026, 1, 9), Decimal(25))]
    assert bring(text, manager, mode="create") == {"duplicate": 1}
    assert faults(
        imported(TARGET, "customer id,order no,date,amount\n1,B-1,2026-01-05,10\n", manager, mode="update")
    ) == {2: ["not_found"]}


def test_state_of_a_known_order_follows_the_file(manager: User) -> None:
    text = "customer id,order no,date,amount,status\n1,A-1,2026-01-05,10,paid\n"
    bring(text, manager)
    assert bring(text.replace("paid", "已取消"), manager) == {"updated": 1}
    assert Order.objects.get().state == "cancelled"
    assert OrderTotals.objects.get().orders == 0


def test_number_twice_in_a_file_is_refused_unless_the_rows_are_equal(manager: User) -> None:
    text = "customer id,order no,date,amount\n1,A-1,2026-01-05,10\n1,A-1,2026-01-05,10\n1,A-1,2026-01-05,11\n"
    run = imported(TARGET, text, manager)

    assert (counts(run)["created"], counts(run)["duplicate"], faults(run)) == (1, 1, {4: ["same_key_twice"]})


def test_order_in_the_recycle_bin_is_said(manager: User) -> None:
    text = "customer id,order no,date,amount\n1,A-1,2026-01-05,10\n"
    bring(text, manager)
    delete_order(Order.objects.get(), by=manager)

    assert faults(imported(TARGET, text, manager)) == {2: ["in_recycle_bin"]}


# ---- bad values -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ("1900-01-01,10,CNY,1", "excel_zero_date"),
        ("1989-12-31,10,CNY,1", "date_too_early"),
        ("2099-01-01,10,CNY,1", "date_in_future"),
        ("2026-02-30,10,CNY,1", "no_such_day"),
        (",10,CNY,1", "required"),
        ("2026-01-05,,CNY,1", "required"),
        ("2026-01-05,ten,CNY,1", "not_a_number"),
        ("2026-01-05,-10,CNY,1", "negative_amount"),
        ("2026-01-05,(10.00),CNY,1", "negative_amount"),
        ("2026-01-05,10.005,CNY,1", "too_many_decimals"),
        ("2026-01-05,10,DOGE,1", "unknown_currency"),
        ("2026-01-05,10,EUR,1", "no_rate"),
        ("2026-01-05,10,CNY,1.5", "not_whole"),
        ("2026-01-05,=1+1,CNY,1", "not_a_number"),
    ],
)  # fmt: skip
def test_bad_row_is_refused_and_the_others_go_ahead(manager: User, cells: str, code: str) -> None:
    run = imported(
        TARGET, f"customer id,date,amount,currency,seats\n1,{cells}\n2,2026-01-05,10,人民币,1\n", manager
    )

    assert faults(run) == {2: [code]}
    assert counts(run) == {"created": 1, "failed": 1, "new_customers": 1}


def test_unknown_product_is_refused(manager: User) -> None:
    run = imported(TARGET, "customer id,date,amount,product\n1,2026-01-05,1,Juggling\n", manager)

    assert faults(run) == {2: ["unknown_product"]}


# ---- refunds ----------------------------------------------------------------------------------------
def test_refund_counts_on_the_day_of_its_order_whatever_its_sign(manager: User) -> None:
    text = (
        "customer id,order no,date,amount,refund,refund of\n"
        "1,A-1,2026-01-05,100,否,\n1,A-2,2026-01-06,50,no,\n"
        "1,R-1,2026-02-01,-40,是,A-1\n1,R-2,2026-02-01,50,退款,A-2\n"
    )
    assert bring(text, manager) == {"created": 4, "new_customers": 1}
    refund = Order.objects.get(external_id="R-1")

    assert (refund.kind, refund.amount, refund.counts_on, refund.number[:3]) == (
        "refund", Decimal(-40), date(2026, 1, 5), "RF-",
    )  # fmt: skip
    assert sorted(OrderDay.objects.values_list("day", "orders", "amount")) == [
        (date(2026, 1, 5), 1, Decimal(60)), (date(2026, 1, 6), 0, Decimal(0)),
    ]  # fmt: skip
    assert bring(text, manager) == {"duplicate": 4}


def test_free_refund_counts_on_its_own_day(manager: User) -> None:
    bring("customer id,date,amount,refund\n1,2026-01-05,100,\n1,2026-02-01,-40,yes\n", manager)

    assert sorted(OrderDay.objects.values_list("day", "amount")) == [
        (date(2026, 1, 5), Decimal(100)), (date(2026, 2, 1), Decimal(-40)),
    ]  # fmt: skip


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize(
    ("refund", "code"),
    [
        ("1,R-1,2026-02-01,100.01,CNY,yes,A-1", "refund_too_large"),
        ("1,R-1,2026-02-01,10,USD,yes,A-1", "refund_currency"),
        ("1,R-1,2026-02-01,10,CNY,yes,NONE", "unknown_order"),
        ("2,R-1,2026-02-01,10,CNY,yes,A-1", "unknown_order"),
        ("1,R-1,2026-02-01,10,CNY,no,A-1", "not_a_refund"),
    ],
)  # fmt: skip
def test_refund_that_does_not_fit_is_refused(
    manager: User, dollars: None, refund: str, code: str, dry_run: bool
) -> None:
    text = (
        f"customer id,order no,date,amount,currency,refund,refund of\n1,A-1,2026-01-05,100,CNY,,\n{refund}\n"
    )
    run = imported(TARGET, text, manager, dry_run=dry_run)

    assert faults(run) == {3: [code]}


@pytest.mark.parametrize("dry_run", [True, False])
def test_refunds_together_may_not_exceed_their_order(manager: User, dry_run: bool) -> None:
    order = OrderFactory(
        customer__owner=manager, customer__code="T-1", number="SO-2025-000009", amount=Decimal(100)
    )
    text = "customer code,date,amount,refund,refund of\n" + f"T-1,2026-02-01,60,yes,{order.number}\n" * 2
    run = imported(TARGET, text, manager, dry_run=dry_run)

    assert faults(run) == {3: ["refund_too_large"]}


# ---- commands and real input ------------------------------------------------------------------------
MAPPING = "customer_external_id=sample_id,ordered_on=date,seats=number_of_cds,amount=dollar_value"


def command(path: Path, by: User, *arguments: str) -> str:
    out = StringIO()
    common = ["--user", by.username, "--source", "cdnow", "--kind", "individual"]
    call_command("import_orders", str(path), *common, *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.shared_data
def test_real_history_comes_in_whole_and_a_second_time_changes_nothing(
    shared_data: Path, user_in: Callable[..., User], dollars: None
) -> None:
    admin = user_in("administrator")
    path = shared_data / "cdnow_sample.csv.gz"
    answer = command(path, admin, "--mapping", MAPPING, "--currency", "USD")

    assert "created 6,919, new customers 2,357" in answer
    assert Customer.objects.count() == 2357
    assert round(Order.objects.aggregate(sum=Sum("amount"))["sum"], 2) == Decimal("244091.94")
    assert OrderDay.objects.filter(orders__gt=0).count() == 6696
    assert OrderTotals.objects.aggregate(sum=Sum("orders"))["sum"] == 6919

    assert "duplicate 6,919" in command(path, admin, "--mapping", MAPPING, "--currency", "USD")
    assert Order.objects.count() == 6919


def test_command_with_dry_run_writes_nothing(tmp_path: Path, manager: User) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("sample_id,date,number_of_cds,dollar_value\n1,1997-01-01,2,29.33\n1,1997-01-18,x,1\n")
    answer = command(path, manager, "--mapping", MAPPING, "--dry-run")

    assert "Checked: created 1, faulty 1, new customers 1" in answer
    assert "row 3: seats 'x': Not a number" in answer
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--mapping", "amount=price"], "No column price"),
        (["--mapping", "shoe_size=date"], "Unknown fields: shoe_size"),
        (["--mapping", "ordered_on=date"], "Choose the column for"),
    ],
)
def test_command_says_what_is_wrong_with_its_arguments(
    tmp_path: Path, manager: User, arguments: list[str], message: str
) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("sample_id,date,number_of_cds,dollar_value\n1,1997-01-01,2,29.33\n")
    with pytest.raises(CommandError, match=message):
        command(path, manager, *arguments)


def test_command_refuses_unknown_people_and_files(tmp_path: Path, manager: User) -> None:
    with pytest.raises(CommandError, match="There is no file"):
        command(tmp_path / "nothing.csv", manager)
    with pytest.raises(CommandError, match="Nobody signs in"):
        call_command("import_customers", str(tmp_path / "nothing.csv"), "--user", "ghost")


def test_known_order_stays_with_its_customer_where_the_row_names_an_unknown_one(manager: User) -> None:
    text = "customer name,order no,date,amount\nAcme,A-1,2026-01-05,10\n"
    bring(text, manager)
    assert bring(text.replace("Acme", "Renamed").replace(",10", ",20"), manager) == {"updated": 1}

    order = Order.objects.get()
    assert (order.customer.name, order.amount, Customer.objects.count()) == ("Acme", Decimal(20), 1)


def test_known_order_out_of_reach_is_refused(
    seller: User, other_team: Team, user_in: Callable[..., User]
) -> None:
    OrderFactory(customer__owner=user_in("sales", team=other_team), source_system="file", external_id="A-1")
    run = imported(TARGET, "customer name,order no,date,amount\nAcme,A-1,2026-01-05,10\n", seller)

    assert faults(run) == {2: ["out_of_reach"]}
    assert not Customer.objects.filter(name="Acme").exists()
