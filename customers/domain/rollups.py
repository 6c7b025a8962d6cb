"""Roll-ups of orders: a row for each customer and day, and a row for each customer.

Every number is recomputed by the database from the orders themselves, never counted up or down, so a
roll-up cannot drift from its rows. The same three statements serve one customer and a million.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Max, Min, Model, Q, QuerySet, Sum

from core.domain.sequence import note_changes
from customers.choices import OrderKind
from customers.models import Customer, Metrics, Order, OrderDay, OrderTotals

#: Customers of one transaction of a rebuild.
RANGE = 20_000
#: Above this many days a range of days is cheaper than a list of them.
_DAYS_LISTED = 400


@transaction.atomic
def refresh_rollups(days: Mapping[int, set[date]]) -> None:
    """Recompute these customers' rows of these days, then their totals, in the caller's transaction.

    `days` maps a customer's id to the days on which its orders changed. The totals rows stay locked
    until the transaction ends, so writers of one customer's orders wait for one another. The number of
    queries does not depend on the number of customers. Whoever follows the customers is told: they show
    their totals.
    """
    if not days:
        return
    ids = sorted(days)
    _lock_totals(ids)
    touched = set().union(*days.values())
    if touched:
        _write_days(
            _of_customers(ids) & _of_days(touched, "counts_on"), _of_customers(ids) & _of_days(touched, "day")
        )
    _write_totals(_of_customers(ids, path="pk"))
    note_changes(Customer, ids)


def rebuild_rollups(
    customer_ids: Iterable[int] | None = None, *, on_range: Callable[[int, int], None] | None = None
) -> int:
    """Recompute every day and every total of the named customers, or of all, and return how many.

    Works through ranges of customer ids, each a transaction of its own: a run that was stopped may
    simply be repeated. `on_range(done, last)` is told the highest id done and the highest there is.
    """
    if customer_ids is not None:
        ids = sorted(set(customer_ids))
        _rebuild(_of_customers(ids, path="pk"), _of_customers(ids))
        return len(ids)
    edges = Customer.objects.aggregate(first=Min("pk"), last=Max("pk"), count=Count("pk"))
    if not edges["count"]:
        return 0
    for start in range(edges["first"], edges["last"] + 1, RANGE):
        end = min(start + RANGE - 1, edges["last"])
        _rebuild(Q(pk__gte=start, pk__lte=end), Q(customer_id__gte=start, customer_id__lte=end))
        if on_range is not None:
            on_range(end, edges["last"])
    return int(edges["count"])


@transaction.atomic
def _rebuild(customers: Q, of_customers: Q) -> None:
    _make_missing_rows(customers)
    _lock(OrderTotals.objects.filter(of_customers))
    _write_days(of_customers, of_customers)
    _write_totals(customers)


def _of_customers(ids: list[int], path: str = "customer_id") -> Q:
    return Q(**{f"{path}__in": ids})


def _of_days(days: set[date], path: str) -> Q:
    """The days, or where they are many the span they lie in: recomputing a right row does no harm."""
    if len(days) > _DAYS_LISTED:
        return Q(**{f"{path}__range": (min(days), max(days))})
    return Q(**{f"{path}__in": sorted(days)})


def _lock_totals(ids: list[int]) -> None:
    rows = OrderTotals.objects.filter(pk__in=ids)
    if _lock(rows) < len(ids):
        OrderTotals.objects.bulk_create([OrderTotals(customer_id=pk) for pk in ids], ignore_conflicts=True)
        _lock(rows)


def _lock(rows: QuerySet[OrderTotals]) -> int:
    # Always in the order of the ids: two writers that need the same customers cannot wait for each other.
    return len(rows.order_by("pk").select_for_update().values_list("pk"))


def _make_missing_rows(customers: Q) -> None:
    for model, name in ((OrderTotals, "totals"), (Metrics, "metrics")):
        lacking = Customer.objects.filter(customers, **{f"{name}__isnull": True}).values_list("pk", flat=True)
        rows: list[Any] = [model(customer_id=pk) for pk in lacking]
        model._default_manager.bulk_create(rows, ignore_conflicts=True)


def _write_days(orders: Q, days: Q) -> None:
    OrderDay.objects.filter(days).delete()
    counting = Order.objects.counting().filter(orders)
    given_back = Order.objects.filter(orders).given_back_in_full().values("pk")
    kept = Q(kind=OrderKind.ORDER) & ~Q(pk__in=given_back)
    sums = (
        counting.order_by()
        .values("customer_id", "counts_on")
        .annotate(count=Count("pk", filter=kept), total=Sum("amount_base"))
    )
    _insert_from(OrderDay, ("customer_id", "day", "orders", "amount"), sums)


def _insert_from(model: type[Model], columns: tuple[str, ...], rows: QuerySet[Any, Any]) -> None:
    """INSERT … SELECT: the rows never leave the database."""
    sql, params = rows.query.sql_with_params()
    quoted = ", ".join(connection.ops.quote_name(column) for column in columns)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({quoted}) {sql}", params)


def _write_totals(customers: Q) -> None:
    sql, params = Customer.objects.filter(customers).order_by().values("pk").query.sql_with_params()
    statement = _TOTALS.format(
        totals=connection.ops.quote_name(OrderTotals._meta.db_table),
        days=connection.ops.quote_name(OrderDay._meta.db_table),
        customers=sql,
        gap="day - previous" if connection.vendor == "postgresql" else "julianday(day) - julianday(previous)",
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


# `purchases` numbers the purchase days of each customer, `ranked` orders the gaps between them by length:
# the middle one, or the mean of the middle two, is the usual gap (from three purchase days on).
_TOTALS = """
WITH chosen(customer_id) AS ({customers}),
purchases AS (
    SELECT day_row.customer_id, day, orders, amount,
           LAG(day) OVER (PARTITION BY day_row.customer_id ORDER BY day) AS previous,
           ROW_NUMBER() OVER (PARTITION BY day_row.customer_id ORDER BY day) AS place,
           COUNT(*) OVER (PARTITION BY day_row.customer_id) AS places
    FROM {days} day_row JOIN chosen ON chosen.customer_id = day_row.customer_id
    WHERE orders > 0
),
gaps AS (
    SELECT customer_id, place, places, {gap} AS gap FROM purchases WHERE place > 1
),
ranked AS (
    SELECT customer_id, gap, places - 1 AS gap_count,
           ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY gap) AS rank
    FROM gaps
),
usual AS (
    SELECT customer_id, AVG(gap) AS usual_gap FROM ranked
    WHERE gap_count >= 2 AND rank IN ((gap_count + 1) / 2, (gap_count + 2) / 2)
    GROUP BY customer_id
),
summed AS (
    SELECT customer_id, MIN(day) AS first_day, MAX(day) AS last_day, COUNT(*) AS purchase_days,
           SUM(orders) AS orders,
           SUM(CASE WHEN place > 1 THEN amount ELSE 0 END) AS repeat_amount
    FROM purchases GROUP BY customer_id
),
turnover AS (
    SELECT day_row.customer_id, SUM(amount) AS amount
    FROM {days} day_row JOIN chosen ON chosen.customer_id = day_row.customer_id
    GROUP BY day_row.customer_id
)
INSERT INTO {totals}
    (customer_id, first_day, last_day, purchase_days, orders, amount, repeat_amount, usual_gap, last_gap)
SELECT chosen.customer_id, first_day, last_day, COALESCE(purchase_days, 0), COALESCE(summed.orders, 0),
       ROUND(COALESCE(turnover.amount, 0), 2), ROUND(COALESCE(repeat_amount, 0), 2), usual_gap, gaps.gap
FROM chosen
LEFT JOIN summed ON summed.customer_id = chosen.customer_id
LEFT JOIN turnover ON turnover.customer_id = chosen.customer_id
LEFT JOIN usual ON usual.customer_id = chosen.customer_id
LEFT JOIN gaps ON gaps.customer_id = chosen.customer_id AND gaps.place = gaps.places
WHERE true
ON CONFLICT (customer_id) DO UPDATE SET
    first_day = excluded.first_day, last_day = excluded.last_day, purchase_days = excluded.purchase_days,
    orders = excluded.orders, amount = excluded.amount, repeat_amount = excluded.repeat_amount,
    usual_gap = excluded.usual_gap, last_gap = excluded.last_gap
"""
