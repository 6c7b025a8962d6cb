"""Orders in, sufficient statistics out: one row per live customer. The database does the grouping.

Columns of `statistics` (days are numbers since 1970-01-01, amounts are in the base currency):
customer_id, first_day, last_day (NaN without purchase), purchase_days, orders, amount, repeat_amount
(turnover of the purchase days after the first), usual_gap (median days between purchase days, NaN below
three), amount_12m, amount_prev_12m, orders_12m (purchase days of the last 12 months).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from django.db.models import Count, Exists, F, FloatField, OuterRef, Q, Sum
from django.db.models.functions import Cast, Coalesce

from analytics.frames import DayNumber, day_number_sql, read_rows, read_sql
from analytics.periods import months_before
from customers.models import Customer, OrderDay

TOTALS = (
    "customer_id",
    "first_day",
    "last_day",
    "purchase_days",
    "orders",
    "amount",
    "repeat_amount",
    "usual_gap",
)
YEARS = ("customer_id", "amount_12m", "amount_prev_12m", "orders_12m")
COLUMNS = TOTALS + YEARS[1:]

_REBUILD = """
WITH days AS (
    SELECT customer_id, {day} AS day, orders, amount FROM customers_orderday
    WHERE day <= %s AND customer_id %% %s = 0{only_later}
), purchases AS (
    SELECT customer_id, day, orders, amount,
           day - LAG(day) OVER (PARTITION BY customer_id ORDER BY day) AS gap,
           ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY day) AS turn
    FROM days WHERE orders > 0
), placed AS (
    SELECT customer_id, gap, ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY gap) AS place,
           COUNT(*) OVER (PARTITION BY customer_id) AS size
    FROM purchases WHERE gap IS NOT NULL
), medians AS (
    SELECT customer_id, AVG(CAST(gap AS {real})) AS usual_gap FROM placed
    WHERE size >= 2 AND place IN ((size + 1) / 2, (size + 2) / 2) GROUP BY customer_id
), bought AS (
    SELECT customer_id, MIN(day) AS first_day, MAX(day) AS last_day, COUNT(*) AS purchase_days,
           SUM(CASE WHEN turn > 1 THEN amount ELSE 0 END) AS repeat_amount
    FROM purchases GROUP BY customer_id
), sums AS (
    SELECT customer_id, SUM(orders) AS orders, SUM(amount) AS amount FROM days GROUP BY customer_id
)
SELECT sums.customer_id, first_day, last_day, COALESCE(purchase_days, 0), orders,
       CAST(amount AS {real}), CAST(COALESCE(repeat_amount, 0) AS {real}), usual_gap
FROM sums
LEFT JOIN bought ON bought.customer_id = sums.customer_id
LEFT JOIN medians ON medians.customer_id = sums.customer_id
"""


def statistics(as_of: date, *, sample: int = 1) -> pd.DataFrame:
    """Return the statistics of all live customers as they stood at the end of `as_of`, by customer id.

    Orders dated later are left out. Customers without such days are read from their roll-up row, the
    others are rebuilt from their days; both ways give the same columns and values.
    `sample` k keeps every k-th customer id.
    """
    frame = _from_totals(sample)
    later = OrderDay.objects.filter(day__gt=as_of)
    if later.exists():
        outdated = read_rows(later.order_by().values_list("customer_id").distinct(), ["customer_id"])
        rebuilt = rebuilt_totals(as_of, sample=sample, only_later=True).set_index("customer_id")
        stale = frame["customer_id"].isin(outdated["customer_id"])
        frame.loc[stale, list(TOTALS[1:])] = [np.nan, np.nan, 0, 0, 0.0, 0.0, np.nan]
        found = frame["customer_id"].isin(rebuilt.index)
        ids = frame.loc[found, "customer_id"]
        frame.loc[found, list(TOTALS[1:])] = rebuilt.loc[ids, list(TOTALS[1:])].to_numpy()
    return _with_years(frame, as_of, sample)


def _from_totals(sample: int) -> pd.DataFrame:
    rows = (
        _every(Customer.objects.live(), "pk", sample)
        .order_by("pk")
        .values_list(
            "pk",
            DayNumber("totals__first_day"),
            DayNumber("totals__last_day"),
            Coalesce("totals__purchase_days", 0),
            Coalesce("totals__orders", 0),
            Coalesce(Cast("totals__amount", FloatField()), 0.0),
            Coalesce(Cast("totals__repeat_amount", FloatField()), 0.0),
            "totals__usual_gap",
        )
    )
    return _typed(read_rows(rows, TOTALS))


def rebuilt_totals(as_of: date, *, sample: int = 1, only_later: bool = False) -> pd.DataFrame:
    """Return the columns of `TOTALS` computed from the days up to `as_of`, of customers with any.

    `only_later` keeps customers that have a day after `as_of`: the others' roll-up rows are right.
    """
    later = (
        " AND EXISTS (SELECT 1 FROM customers_orderday later"
        " WHERE later.customer_id = customers_orderday.customer_id AND later.day > %s)"
    )
    sql = _REBUILD.format(
        day=day_number_sql("day"), real="double precision", only_later=later if only_later else ""
    )
    params: list[Any] = [as_of.isoformat(), sample]
    if only_later:
        params.append(as_of.isoformat())
    return _typed(read_sql(sql, params, TOTALS))


def _with_years(frame: pd.DataFrame, as_of: date, sample: int) -> pd.DataFrame:
    year, two_years = months_before(as_of, 12), months_before(as_of, 24)
    recent, earlier = Q(day__gt=year), Q(day__lte=year)
    rows = (
        _every(OrderDay.objects.filter(day__gt=two_years, day__lte=as_of), "customer_id", sample)
        .order_by()
        .values("customer_id")
        .annotate(
            now=Cast(Sum("amount", filter=recent, default=0), FloatField()),
            before=Cast(Sum("amount", filter=earlier, default=0), FloatField()),
            days=Count("pk", filter=recent & Q(orders__gt=0)),
        )
        .values_list("customer_id", "now", "before", "days")
    )
    years = read_rows(rows, YEARS).astype({"customer_id": "int64"})
    joined = frame.merge(years, on="customer_id", how="left")
    joined[list(YEARS[1:])] = joined[list(YEARS[1:])].astype("float64").fillna(0.0)
    money = ["amount", "repeat_amount", "amount_12m", "amount_prev_12m"]
    joined[money] = joined[money].round(2)
    return joined.sort_values("customer_id", ignore_index=True)


def _every(rows: Any, column: str, sample: int) -> Any:
    return rows if sample == 1 else rows.annotate(_turn=F(column) % sample).filter(_turn=0)


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    numbers = frame.astype("float64")
    return numbers.astype({"customer_id": "int64"})


def gap_counts(as_of: date) -> pd.DataFrame:
    """Return the completed gaps between purchase days up to `as_of`: columns gap (days) and count."""
    sql = f"""
        SELECT gap, COUNT(*) FROM (
            SELECT {day_number_sql("day")} - LAG({day_number_sql("day")}) OVER
                   (PARTITION BY customer_id ORDER BY day) AS gap
            FROM customers_orderday WHERE orders > 0 AND day <= %s
        ) gaps WHERE gap IS NOT NULL GROUP BY gap ORDER BY gap
    """  # noqa: S608
    return read_sql(sql, [as_of.isoformat()], ["gap", "count"]).astype("int64")


def buyers_between(after: date, until: date, *, sample: int = 1) -> np.ndarray:
    """Return the ids of customers with a purchase day after `after`, up to `until`."""
    days = OrderDay.objects.purchases().filter(day__gt=after, day__lte=until)
    rows = _every(days, "customer_id", sample).order_by().values_list("customer_id").distinct()
    return read_rows(rows, ["customer_id"])["customer_id"].to_numpy(dtype=np.int64)


def share_without_order(after: date, days: int) -> tuple[int, int]:
    """Of the customers who had bought by `after`: (those without a purchase in the next `days`, all)."""
    bought = Customer.objects.live().filter(
        Exists(OrderDay.objects.purchases().filter(customer=OuterRef("pk"), day__lte=after))
    )
    window = OrderDay.objects.purchases().filter(
        customer=OuterRef("pk"), day__gt=after, day__lte=after + timedelta(days=days)
    )
    return bought.filter(~Exists(window)).count(), bought.count()


def order_days(after: date, until: date, first: int, last: int) -> pd.DataFrame:
    """Return the days with orders or refunds of the customers `first`…`last`, by customer and day.

    Columns customer_id, day (number), orders, amount.
    """
    rows = (
        OrderDay.objects.filter(
            day__gt=after,
            day__lte=until,
            customer_id__gte=first,
            customer_id__lte=last,
            customer__deleted_at__isnull=True,
        )
        .order_by("customer_id", "day")
        .values_list("customer_id", DayNumber("day"), "orders", Cast("amount", FloatField()))
    )
    columns = ("customer_id", "day", "orders", "amount")
    return read_rows(rows, columns).astype(
        {"customer_id": "int64", "day": "int64", "orders": "int64", "amount": "float64"}
    )
