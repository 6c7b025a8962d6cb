"""Each customer's figures at the end of a month, kept for ever."""

from __future__ import annotations

from datetime import date

from django.db import connection, transaction

from analytics.domain.scores import FIGURES, Progress
from analytics.frames import id_ranges
from analytics.periods import month_start
from customers.models import Customer, Metrics, MonthlySnapshot


def write_snapshot(as_of: date, *, progress: Progress = lambda _share: None) -> dict[str, int]:
    """Write the month's row of every live customer from its figures of `as_of`; again writes the same.

    The rows never leave the database; each range of customers is one transaction.
    """
    written = 0
    ranges = list(id_ranges(Customer))
    for place, (first, last) in enumerate(ranges, start=1):
        written += _write_range(as_of, first, last)
        progress(place / len(ranges))
    return {"snapshots": written}


@transaction.atomic
def _write_range(as_of: date, first: int, last: int) -> int:
    figures = ", ".join(FIGURES)
    updates = ", ".join(f"{column} = excluded.{column}" for column in (*FIGURES, "stage", "tier"))
    sql = f"""
        INSERT INTO {MonthlySnapshot._meta.db_table} (customer_id, month, stage, tier, {figures})
        SELECT figures.customer_id, %s, customer.stage, customer.tier,
               {", ".join(f"figures.{column}" for column in FIGURES)}
        FROM {Metrics._meta.db_table} figures
        JOIN {Customer._meta.db_table} customer ON customer.id = figures.customer_id
        WHERE figures.as_of = %s AND customer.deleted_at IS NULL AND figures.customer_id BETWEEN %s AND %s
        ON CONFLICT (customer_id, month) DO UPDATE SET {updates}
    """  # noqa: S608
    month = month_start(as_of).isoformat()
    with connection.cursor() as cursor:
        cursor.execute(
            sql
            if connection.vendor == "sqlite"
            else sql.replace("%s, customer.stage", "%s::date, customer.stage"),
            [month, as_of.isoformat(), first, last],
        )
        return int(cursor.rowcount)
