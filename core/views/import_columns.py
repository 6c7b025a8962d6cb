"""The table of columns as a person checks it: what is in the file, where it goes, how it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.display import format_day, format_number
from core.domain.imports.runs import columns_of_run
from core.imports.faults import Fault, ValueFault
from core.imports.fields import TargetField
from core.imports.profile import Column
from core.imports.reading import Dialect
from core.imports.targets import ImportTarget
from core.imports.values import tidy
from core.models import ImportRun


@dataclass(frozen=True)
class ColumnRow:
    """One column: its heading and samples, the field chosen, and a remark (good, warn or plain) with it."""

    column: Column
    chosen: str
    remark: str = ""
    kind: str = ""
    reads_as: str = ""


def column_choices(target: ImportTarget) -> list[tuple[str, str]]:
    """Return the fields that a column may go to."""
    return [
        (field.key, f"{field.label} *" if field.is_required else str(field.label)) for field in target.fields
    ]


def column_rows(run: ImportRun, target: ImportTarget, mapping: Mapping[int, str]) -> list[ColumnRow]:
    """Return every column of the file with what becomes of it."""
    dialect = Dialect.from_json(run.dialect)
    certain = bool(run.profile.get("is_date_order_certain", True))
    return [
        _row(column, target, mapping.get(column.index, ""), dialect, certain)
        for column in columns_of_run(run)
    ]


def _row(column: Column, target: ImportTarget, chosen: str, dialect: Dialect, certain: bool) -> ColumnRow:
    field = target.field(chosen)
    if field is None:
        if column.is_duplicate:
            return ColumnRow(column, "", _("Heading occurs twice"), "warn")
        return ColumnRow(column, "", _("left out"))
    fault, reads_as = _reading(column, field, target, dialect)
    if fault:
        return ColumnRow(column, chosen, fault, "warn")
    if field.kind == "date" and column.undecided and not certain:
        return ColumnRow(column, chosen, _("Day or month first?"), "warn", reads_as)
    if field.is_key:
        return ColumnRow(column, chosen, _("Match key"), "good", reads_as)
    return ColumnRow(column, chosen, "", "ok", reads_as)


def _reading(column: Column, field: TargetField, target: ImportTarget, dialect: Dialect) -> tuple[str, str]:
    """Return (what is wrong with the first sample that cannot be read, how the first one reads)."""
    parse = field.parser(dialect)
    shown = ""
    for sample in column.samples:
        try:
            value = parse(tidy(sample))
        except ValueFault as fault:
            return f"{sample[:40]}: {target.say(Fault(fault.code, field.key, params=fault.params))}", ""
        shown = shown or _shown(value, sample, field)
    return "", shown


def _shown(value: Any, sample: str, field: TargetField) -> str:
    """How a value reads, where that differs from how it is written."""
    if isinstance(value, date):
        text = format_day(value)
    elif isinstance(value, Decimal):
        text = format_number(value, 2)
    elif field.choices is not None:
        text = str(dict(field.choices.choices).get(value, value))
    else:
        return ""
    return text if text != sample else ""
