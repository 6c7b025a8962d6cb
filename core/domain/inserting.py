"""Appending many rows quickly: the ORM spends most of a large insert on compiling it, value by value.

For rows that are made and checked in bulk. Column defaults, `auto_now` and signals do not act here: every
column is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import connection, models

#: Values of one statement. SQLite takes 32,766, but its driver keeps the last 128 statements in memory.
_MOST_VALUES = {"sqlite": 3_000}
_MOST_ANYWHERE = 30_000
#: Types that every database takes as Python has them.
_PLAIN = (models.CharField, models.TextField, models.BooleanField, models.IntegerField, models.FloatField)

Row = Sequence[Any]


def insert_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Append rows given as values in the order of `columns` (attribute names: `customer_id`)."""
    for _answer in _insert(model, columns, rows, ()):
        pass


def insert_defaults(model: type[models.Model], keys: Iterable[int]) -> None:
    """Append rows whose primary key is another row's, everything else as the model has it by default."""
    template = model()
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    rest = [getattr(template, field.attname) for field in fields]
    pk = model._meta.pk
    columns = [pk.attname, *(field.attname for field in fields)]
    insert_rows(model, columns, ([key, *rest] for key in keys))


def insert_objects(objects: Sequence[models.Model], *, key: str) -> None:
    """Append new records of one model and give each its primary key; `key` is a column unique among them."""
    if not objects:
        return
    model = type(objects[0])
    columns = [
        field.attname for field in model._meta.concrete_fields if not (field.primary_key or field.generated)
    ]
    rows = ([getattr(item, column) for column in columns] for item in objects)
    pk_of = {name: pk for pk, name in _insert(model, columns, rows, (model._meta.pk.attname, key))}
    for item in objects:
        item.pk = pk_of[getattr(item, key)]
        item._state.adding = False
        item._state.db = connection.alias


def _insert(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Row], returning: Sequence[str]
) -> Iterator[tuple[Any, ...]]:
    by_name = {field.attname: field for field in model._meta.concrete_fields}
    fields = [by_name[name] for name in columns]
    converters = [_converter(field) for field in fields]
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(field.column)) for field in fields)
    head = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES "  # noqa: S608 (names of the model)
    tail = (
        f" RETURNING {', '.join(quote(str(by_name[name].column)) for name in returning)}" if returning else ""
    )
    places = f"({', '.join(['%s'] * len(fields))})"
    iterator = iter(rows)
    most = _MOST_VALUES.get(connection.vendor, _MOST_ANYWHERE) // len(fields)
    with connection.cursor() as cursor:
        while chunk := list(islice(iterator, max(1, most))):
            values = [
                value if convert is None else convert(value)
                for row in chunk
                for convert, value in zip(converters, row, strict=True)
            ]
            cursor.execute(head + ", ".join([places] * len(chunk)) + tail, values)
            if returning:
                yield from cursor.fetchall()


def _converter(field: models.Field[Any, Any]) -> Callable[[Any], Any] | None:
    """What makes a value of the column's type; equal values are converted once."""
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    if isinstance(target, _PLAIN):
        return None
    known: dict[Any, Any] = {}

    def convert(value: Any) -> Any:
        try:
            return known[value]
        except KeyError:
            known[value] = made = target.get_db_prep_save(value, connection)
            return made
        except TypeError:  # dictionaries and lists of JSON columns
            return target.get_db_prep_save(value, connection)

    return convert
