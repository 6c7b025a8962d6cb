"""Fast ways between tables and data frames: numbers only, days as whole numbers since 1970-01-01."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO, StringIO
from typing import Any

import numpy as np
import pandas as pd
from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import Func, IntegerField, Max, Min, QuerySet

RANGE = 50_000
"""Customers per piece of work: bounds memory, and how long a write keeps others waiting."""


class DayNumber(Func):
    """A date column as days since 1970-01-01."""

    output_field = IntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        """PostgreSQL subtracts dates to whole days."""
        return super().as_sql(
            compiler, connection, template="(%(expressions)s - DATE '1970-01-01')", **context
        )

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        """SQLite keeps dates as text; Julian days begin at noon."""
        template = "CAST(julianday(%(expressions)s) - 2440587.5 AS INTEGER)"
        return super().as_sql(compiler, connection, template=template, **context)


def day_number_sql(column: str) -> str:
    """The same as `DayNumber`, for hand-written SQL."""
    if connection.vendor == "postgresql":
        return f"({column} - DATE '1970-01-01')"
    return f"CAST(julianday({column}) - 2440587.5 AS INTEGER)"


def read_rows(rows: QuerySet[Any, Any], columns: Sequence[str]) -> pd.DataFrame:
    """Return a `values_list` queryset of numbers as a data frame with these column names."""
    try:
        sql, params = rows.query.sql_with_params()
    except EmptyResultSet:
        return pd.DataFrame({column: np.array([], dtype=np.float64) for column in columns})
    return read_sql(sql, params, columns)


def read_sql(sql: str, params: Sequence[Any], columns: Sequence[str]) -> pd.DataFrame:
    """Return the rows of a query of numbers (or keys) as a data frame."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            return _copied_out(cursor, sql, params, columns)
        cursor.execute(sql, params)
        return pd.DataFrame.from_records(cursor.fetchall(), columns=list(columns), coerce_float=True)


def _copied_out(cursor: Any, sql: str, params: Sequence[Any], columns: Sequence[str]) -> pd.DataFrame:
    buffer = BytesIO()
    query = cursor.mogrify(sql, params).decode() if params else sql
    cursor.copy_expert(f"COPY ({query}) TO STDOUT WITH (FORMAT csv)", buffer)
    buffer.seek(0)
    if not buffer.getbuffer().nbytes:
        return pd.DataFrame({column: np.array([], dtype=np.float64) for column in columns})
    # A row of one empty column is an empty line, and a row all the same.
    return pd.read_csv(
        buffer,
        header=None,
        names=list(columns),
        keep_default_na=False,
        na_values=[""],
        skip_blank_lines=False,
    )


def id_ranges(model: type[models.Model], size: int = RANGE) -> Iterator[tuple[int, int]]:
    """Yield (first, last) so that the ids of all rows are covered by pieces of `size` numbers.

    Ranges, because SQLite refuses long lists of ids, and because an index finds them at once.
    """
    edge = model._default_manager.aggregate(first=Min("pk"), last=Max("pk"))
    if edge["first"] is None:
        return
    for start in range(edge["first"], edge["last"] + 1, size):
        yield start, min(start + size - 1, edge["last"])


def fill_table(table: str, frame: pd.DataFrame) -> None:
    """Put the rows of a frame into a table of the same columns: COPY on PostgreSQL, one prepared statement
    on SQLite. Whole numbers with gaps need the dtype Int64; missing values become NULL."""
    columns = ", ".join(frame.columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            buffer = StringIO()
            frame.to_csv(buffer, index=False, header=False, na_rep="\\N")
            buffer.seek(0)
            cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN WITH (FORMAT csv, NULL '\\N')", buffer)
        else:
            places = ", ".join(["%s"] * len(frame.columns))
            rows = frame.astype(object).where(frame.notna(), None).to_numpy().tolist()
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", rows)  # noqa: S608
