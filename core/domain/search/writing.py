"""Writing terms: rows are very many, and go past the ORM."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO

from django.db import IntegrityError, connection, transaction

#: (way, term, object id, number of the field)
Row = tuple[int, str, int, int]

_INSERT = "INSERT INTO core_searchterm (kind, way, term, object_id, field) VALUES "
_CHUNK = 1_000
_COLUMNS = ("kind", "way", "term", "object_id", "field")


def insert_terms(kind: int, rows: Sequence[Row]) -> None:
    """Store the terms; one that somebody stored meanwhile is left as it is."""
    with connection.cursor() as cursor:
        for start in range(0, len(rows), _CHUNK):
            chunk = rows[start : start + _CHUNK]
            values = [value for row in chunk for value in (kind, *row)]
            places = ", ".join(["(%s, %s, %s, %s, %s)"] * len(chunk))
            cursor.execute(f"{_INSERT}{places} ON CONFLICT DO NOTHING", values)


def copy_terms(kind: int, rows: Sequence[Row]) -> None:
    """Store very many terms: by COPY where there is such a thing, else as `insert_terms` does."""
    if connection.vendor != "postgresql" or not rows:
        insert_terms(kind, rows)
        return
    # Terms are letters and digits: nothing in them means anything to COPY.
    lines = StringIO("".join(f"{kind}\t{way}\t{term}\t{pk}\t{field}\n" for way, term, pk, field in rows))
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.cursor.copy_from(lines, "core_searchterm", columns=_COLUMNS)
    except IntegrityError:
        insert_terms(kind, rows)
