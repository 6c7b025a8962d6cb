from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from analytics import extract
from analytics.periods import day_number
from analytics.tests.factories import AS_OF, give_orders, simulated_base
from customers.choices import OrderKind
from customers.domain.rollups import rebuild_rollups, refresh_rollups
from customers.models import Order, OrderDay, OrderTotals
from customers.tests.factories import CustomerFactory, OrderFactory

pytestmark = pytest.mark.django_db


def row_of(frame: pd.DataFrame, customer) -> pd.Series:
    return frame.set_index("customer_id").loc[customer.pk]


def test_columns_are_the_same_and_the_customer_without_orders_is_there():
    customer = CustomerFactory()

    frame = extract.statistics(AS_OF)

    assert tuple(frame.columns) == extract.COLUMNS
    row = row_of(frame, customer)
    assert (row["purchase_days"], row["amount"]) == (0, 0)
    assert np.isnan(row["first_day"])


def test_statistics_of_one_customer():
    customer = CustomerFactory()
    days = [date(2025, 1, 10), date(2026, 1, 10), date(2026, 2, 10), date(2026, 4, 10)]
    give_orders(customer, days, "100.00")

    row = row_of(extract.statistics(AS_OF), customer)

    assert row["first_day"] == day_number(date(2025, 1, 10))
    assert row["last_day"] == day_number(date(2026, 4, 10))
    assert row["purchase_days"] == 4
    assert row["repeat_amount"] == 300
    assert row["usual_gap"] == 59
    assert (row["amount_12m"], row["amount_prev_12m"], row["orders_12m"]) == (300, 100, 3)


def test_orders_after_the_day_are_left_out():
    customer = CustomerFactory()
    give_orders(customer, [date(2026, 6, 1), AS_OF + timedelta(days=5)], "100.00")

    row = row_of(extract.statistics(AS_OF), customer)

    assert (row["purchase_days"], row["amount"]) == (1, 100)
    assert row["last_day"] == day_number(date(2026, 6, 1))


def test_refunds_are_netted_on_the_day_of_their_order():
    customer = CustomerFactory()
    give_orders(customer, [date(2026, 1, 10), date(2026, 2, 10)], "100.00")
    given_back = Order.objects.get(ordered_on=date(2026, 2, 10))
    OrderFactory(
        customer=customer,
        kind=OrderKind.REFUND,
        refund_of=given_back,
        ordered_on=date(2026, 3, 1),
        counts_on=date(2026, 2, 10),
        amount=Decimal("-100.00"),
    )
    refresh_rollups({customer.pk: {date(2026, 2, 10)}})

    row = row_of(extract.statistics(AS_OF), customer)

    assert (row["purchase_days"], row["amount"], row["amount_12m"]) == (1, 100, 100)
    assert row["last_day"] == day_number(date(2026, 1, 10))


def test_rebuilding_from_days_equals_the_rollup_rows():
    simulated_base(60)

    stored = extract.statistics(AS_OF)
    rebuilt = extract.rebuilt_totals(AS_OF).sort_values("customer_id", ignore_index=True)

    with_orders = stored[stored["customer_id"].isin(rebuilt["customer_id"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        with_orders[list(extract.TOTALS)], rebuilt[list(extract.TOTALS)], check_exact=False, rtol=1e-9
    )


def test_a_past_day_is_what_it_was_then():
    simulated_base(60)
    past = AS_OF - timedelta(days=200)

    looked_back = extract.statistics(past)
    Order.objects.filter(ordered_on__gt=past).delete()
    OrderDay.objects.all().delete()
    OrderTotals.objects.all().delete()
    rebuild_rollups()
    then = extract.statistics(past)

    pd.testing.assert_frame_equal(looked_back, then, check_exact=False, rtol=1e-9)


def test_customers_in_the_recycle_bin_are_left_out():
    customer = CustomerFactory(deleted_at=pd.Timestamp("2026-01-01", tz="UTC").to_pydatetime())

    assert customer.pk not in set(extract.statistics(AS_OF)["customer_id"])


def test_a_sample_keeps_every_kth_customer():
    simulated_base(30)

    ids = set(extract.statistics(AS_OF, sample=3)["customer_id"])

    assert ids == {pk for pk in extract.statistics(AS_OF)["customer_id"] if pk % 3 == 0}


def test_gaps_are_counted_over_all_customers():
    one, other = CustomerFactory(), CustomerFactory()
    give_orders(one, [date(2026, 1, 1), date(2026, 1, 11), date(2026, 1, 21)])
    give_orders(other, [date(2026, 1, 1), date(2026, 1, 31), AS_OF + timedelta(days=3)])

    gaps = extract.gap_counts(AS_OF)

    assert gaps.values.tolist() == [[10, 2], [30, 1]]


def test_an_empty_base_has_no_rows():
    frame = extract.statistics(AS_OF)

    assert len(frame) == 0
    assert tuple(frame.columns) == extract.COLUMNS


def test_the_share_without_an_order_counts_those_who_had_bought():
    stays, leaves = CustomerFactory(), CustomerFactory()
    give_orders(stays, [date(2026, 1, 1), date(2026, 2, 1)])
    give_orders(leaves, [date(2026, 1, 1)])

    assert extract.share_without_order(date(2026, 1, 15), 30) == (1, 2)
