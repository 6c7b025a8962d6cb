"""The steps before anything is checked: the file, its format, its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from django.core.files import File
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from core.access import require
from core.choices import ImportState
from core.domain.imports.remembering import mapping_from, note_of, remember_columns, remembered
from core.domain.imports.storing import kept, received
from core.errors import Conflict, DomainError
from core.imports import encodings, formats
from core.imports.dates import DAY_FIRST, ISO, MONTH_FIRST
from core.imports.faults import ReadingError
from core.imports.profile import Column
from core.imports.reading import DELIMITERS, QUOTES, Dialect, Reading, read, recognise
from core.imports.targets import ImportOptionsForm, ImportTarget, target_of
from core.imports.words import say_refusal
from core.imports.workbooks import uncalculated_cell
from core.models import ImportRun, User

#: States in which format, columns and repairs may still change.
OPEN_STATES = (ImportState.UPLOADED, ImportState.CHECKED)

_CHOICES: dict[str, tuple[str, ...]] = {
    "encoding": encodings.CHOICES,
    "delimiter": DELIMITERS,
    "quote": QUOTES,
    "date_order": (ISO, DAY_FIRST, MONTH_FIRST),
    "decimal_mark": (".", ","),
}


def start_run(
    target_key: str,
    source: IO[bytes] | File[bytes],
    *,
    filename: str,
    by: User,
    options: Mapping[str, Any] | None = None,
) -> ImportRun:
    """Keep the file, find out how it is written, map the columns that are clear, and return the run.

    Refuses persons without the right to import such records, and files that are too large, empty, or no
    table, whatever their name says; nothing is kept then.
    """
    target = target_of(target_key)
    require(by, "import", target.model)
    require(by, "add", ImportRun)
    try:
        with received(source) as arrived:
            reading = recognise(arrived.path)
            _ensure_calculated(arrived.path, reading.dialect)
            run = ImportRun(
                target=target_key,
                filename=Path(filename).name[:255] or "import",
                size=arrived.size,
                sha256=arrived.sha256,
                options=_checked_options(target, options or {}, by),
                created_by=by,
            )
            _take_reading(run, target, reading, by)
            name, file = kept(arrived.path, reading.dialect.kind)
            with file:
                run.file.save(name, file, save=False)
    except ReadingError as error:
        raise refused(error) from error
    try:
        run.save()
    except BaseException:
        run.file.delete(save=False)
        raise
    return run


def _ensure_calculated(path: Path, dialect: Dialect) -> None:
    if dialect.kind == formats.XLSX and (cell := uncalculated_cell(path, dialect.sheet)):
        raise ReadingError("uncalculated", cell=cell)


def refused(error: ReadingError) -> DomainError:
    """Return the refusal of a file as the rest of the product knows refusals."""
    return DomainError(error.code, say_refusal(error), fields={"file": say_refusal(error)})


def _take_reading(run: ImportRun, target: ImportTarget, reading: Reading, by: User) -> None:
    run.dialect = reading.dialect.as_json()
    run.profile = {
        "columns": [column.as_json() for column in reading.columns],
        "sheets": list(reading.sheets),
        "has_mark": reading.has_mark,
        "is_date_order_certain": reading.is_date_order_certain,
    }
    run.total_lines = reading.lines
    mapping = target.guess(reading.columns)
    found = remembered(target, reading.columns, by=by, has_headings=bool(reading.dialect.header_line))
    if found is not None:
        before = mapping_from(found, target, reading.columns)
        # What others decided is only offered, and what equals the guess needs no word.
        is_own = found.user_id == by.pk
        if before and before != mapping:
            run.profile["before"] = note_of(found, by=by, is_applied=is_own)
            mapping = before if is_own else mapping
    run.mapping = {str(index): key for index, key in mapping.items()}


def use_columns(run: ImportRun, *, as_before: bool, by: User) -> ImportRun:
    """Map the columns as the remembered mapping has them, or again by their headings alone."""
    require(by, "change", ImportRun)
    target, columns = target_of(run.target), columns_of_run(run)
    mapping = target.guess(columns)
    found = remembered(target, columns, by=by)
    if as_before and found is not None:
        mapping = mapping_from(found, target, columns)
    profile = dict(run.profile)
    if found is not None:
        profile["before"] = note_of(found, by=by, is_applied=as_before)
    return _reopen(run, mapping={str(index): key for index, key in mapping.items()}, profile=profile)


def columns_of_run(run: ImportRun) -> list[Column]:
    """Return the columns that were found in the file."""
    return [Column(**data) for data in run.profile.get("columns", [])]


def mapping_of_run(run: ImportRun) -> dict[int, str]:
    """Return {column: field}."""
    return {int(index): key for index, key in run.mapping.items()}


def preview(run: ImportRun, changes: Mapping[str, Any] | None = None) -> Reading:
    """Return the first rows as they read with `changes` to the format; stores nothing."""
    dialect = _changed_dialect(run, changes or {})
    if not run.file:
        raise Conflict("file_gone", _("The uploaded file is no longer there. Upload it again."))
    try:
        path = Path(run.file.path)
        if dialect.kind == formats.XLSX and changes and "sheet" in changes:
            _ensure_calculated(path, dialect)
        return read(path, dialect)
    except FileNotFoundError as error:
        raise Conflict("file_gone", _("The uploaded file is no longer there. Upload it again.")) from error
    except ReadingError as error:
        raise refused(error) from error


def _changed_dialect(run: ImportRun, changes: Mapping[str, Any]) -> Dialect:
    dialect = Dialect.from_json(run.dialect)
    known = {
        key: value for key, value in changes.items() if key in Dialect.__dataclass_fields__ and key != "kind"
    }
    for key, value in known.items():
        if key in _CHOICES and value not in _CHOICES[key]:
            raise DomainError(
                "unknown_format", _("This format is not known."), fields={key: _("Choose one of the list.")}
            )
    if "header_line" in known:
        known["header_line"] = max(0, int(known["header_line"]))
    return replace(dialect, **known)


def set_format(run: ImportRun, changes: Mapping[str, Any], *, by: User) -> ImportRun:
    """Read the file as the person says. Another way of cutting it into columns maps them anew."""
    require(by, "change", ImportRun)
    target = target_of(run.target)
    reading = preview(run, changes)
    before = [column.heading for column in columns_of_run(run)]
    mapping = run.mapping
    _take_reading(run, target, reading, by)
    fields = {"dialect": run.dialect, "profile": run.profile, "total_lines": run.total_lines}
    if before == [column.heading for column in reading.columns]:
        run.mapping = mapping
    else:
        fields["repairs"] = {}
    return _reopen(run, mapping=run.mapping, **fields)


def set_columns(
    run: ImportRun, mapping: Mapping[int, str], *, options: Mapping[str, Any] | None = None, by: User
) -> ImportRun:
    """Say which column goes where, and the options. Refuses a field twice and needed ones left out."""
    require(by, "change", ImportRun)
    target = target_of(run.target)
    chosen = {int(index): key for index, key in mapping.items() if key}
    _ensure_mapping(target, run, chosen)
    checked = _checked_options(target, {**run.options, **(options or {})}, by)
    remember_columns(run, columns_of_run(run), chosen, by=by)
    return _reopen(run, mapping={str(index): key for index, key in sorted(chosen.items())}, options=checked)


def _ensure_mapping(target: ImportTarget, run: ImportRun, chosen: Mapping[int, str]) -> None:
    width = len(columns_of_run(run))
    known = {field.key: str(field.label) for field in target.fields}
    keys = list(chosen.values())
    for index, key in chosen.items():
        if key not in known or not 0 <= index < width:
            raise DomainError("unknown_column", _("This column or field is not known."))
        if keys.count(key) > 1:
            text = _("Two columns go to “%(field)s”. Choose one of them.") % {"field": known[key]}
            raise DomainError("field_twice", text, fields={f"column_{index}": text})
    ensure_complete(target, keys)


def ensure_complete(target: ImportTarget, keys: list[str]) -> None:
    """Refuse a mapping that leaves out what every row needs, naming it."""
    lacking = target.missing(keys)
    if lacking:
        either = _(" or ")
        names = "; ".join(either.join(str(field.label) for field in group) for group in lacking)
        raise DomainError("columns_missing", _("Choose the column for: %(fields)s.") % {"fields": names})


def _checked_options(target: ImportTarget, options: Mapping[str, Any], by: User) -> dict[str, Any]:
    form = options_form(target, by=by, data=options)
    if not form.is_valid():
        errors = {name: " ".join(str(error) for error in errors) for name, errors in form.errors.items()}
        raise DomainError("bad_options", next(iter(errors.values())), fields=errors)
    return {key: value.pk if isinstance(value, Model) else value for key, value in form.cleaned_data.items()}


def options_form(
    target: ImportTarget, *, by: User, data: Mapping[str, Any] | None = None
) -> ImportOptionsForm:
    """Return the form of the options, filled with `data` over the defaults."""
    if data is None:
        return target.options_form(by=by)
    defaults = target.options_form(by=by)
    initial = {name: defaults.get_initial_for_field(field, name) for name, field in defaults.fields.items()}
    return target.options_form({**initial, **data}, by=by)


def _reopen(run: ImportRun, **fields: Any) -> ImportRun:
    """Store what changed; what a dry run found before no longer holds."""
    with transaction.atomic():
        rows = ImportRun.objects.filter(pk=run.pk, state__in=OPEN_STATES)
        if not rows.update(state=ImportState.UPLOADED, counts={}, error="", next_line=0, **fields):
            raise busy(run)
        run.lines.all().delete()
    run.refresh_from_db()
    return run


def busy(run: ImportRun) -> Conflict:
    """Return the refusal of a change to a run that is under way or over."""
    run.refresh_from_db(fields=["state"])
    text = _("This import is no longer open for changes (%(state)s).") % {"state": run.get_state_display()}
    return Conflict("import_not_open", text)


def earlier_import(run: ImportRun, *, by: User) -> ImportRun | None:
    """Return the last finished import of the very same file that `by` may see."""
    rows = ImportRun.objects.visible_to(by).filter(
        sha256=run.sha256, target=run.target, state=ImportState.DONE
    )
    found: ImportRun | None = rows.exclude(pk=run.pk).order_by("-finished_at").first()
    return found
