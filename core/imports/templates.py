"""The empty file to fill: headings in the reader's language, what each field takes, lists to choose from."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from core.imports.fields import TargetField
from core.imports.targets import ImportTarget

#: Rows below the headings that carry the lists of choices.
_ROWS = 5_000

#: What a field of each kind takes, and an example.
_KINDS: dict[str, tuple[str | Promise, str]] = {
    "text": (gettext_lazy("Text"), ""),
    "long_text": (gettext_lazy("Text, also over several lines"), ""),
    "words": (gettext_lazy("Words, separated by commas"), "VIP, 2026"),
    "identifier": (gettext_lazy("Number or code; format the column as text"), "000123"),
    "email": (gettext_lazy("E-mail address"), "name@example.com"),
    "phone": (gettext_lazy("Phone number"), "021-5888 0000"),
    "mobile": (gettext_lazy("Mobile number"), "13800000000"),
    "website": (gettext_lazy("Web address"), "https://www.example.com"),
    "credit_code": (gettext_lazy("18 digits and capital letters"), "91310000MA1FL0000X"),
    "boolean": (gettext_lazy("Yes or no"), ""),
    "money": (gettext_lazy("Amount, at most two decimals"), "1280.50"),
    "number": (gettext_lazy("Number, with decimals where needed"), "7.1825"),
    "integer": (gettext_lazy("Whole number"), "12"),
    "date": (gettext_lazy("Date"), "2026-01-05"),
    "datetime": (gettext_lazy("Date, and time of day if known"), "2026-01-05 14:30"),
    "choice": (gettext_lazy("One of the values"), ""),
}


def template_csv(target: ImportTarget) -> bytes:
    """Return the headings as CSV with a byte order mark, so that spreadsheet programs read Chinese."""
    stream = io.StringIO()
    csv.writer(stream).writerow([str(field.label) for field in target.fields])
    return b"\xef\xbb\xbf" + stream.getvalue().encode()


def template_workbook(target: ImportTarget) -> bytes:
    """Return a workbook: the sheet to fill, a sheet that explains the fields, and one of the choices."""
    book = Workbook()
    sheet = book.active
    if not isinstance(sheet, Worksheet):
        raise TypeError("a new workbook has a sheet")
    sheet.title = _title(str(target.title))
    lists = book.create_sheet(_("Values"))
    _explain(book.create_sheet(_("Fields"), 1), target)
    for column, field in enumerate(target.fields, start=1):
        _head(sheet, column, field, target)
        if options := _options(field):
            _offer(sheet, lists, column, options)
    sheet.freeze_panes = "A2"
    lists.sheet_state = "hidden"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _title(text: str) -> str:
    return "".join(" " if letter in "[]:*?/\\'" else letter for letter in text)[:31].strip() or "Sheet"


def _head(sheet: Worksheet, column: int, field: TargetField, target: ImportTarget) -> None:
    cell = sheet.cell(1, column, str(field.label))
    cell.font = Font(bold=True)
    if _is_needed(field, target):
        cell.fill = PatternFill("solid", fgColor="FFE3F1EC")
    cell.comment = Comment(_note(field), "Perennial", height=110, width=260)
    letter = get_column_letter(column)
    sheet.column_dimensions[letter].width = max(12, min(32, 2 * len(str(field.label)) + 2))
    if field.kind in {"identifier", "phone", "mobile", "credit_code"}:
        # As text, so that leading zeros and long numbers stay.
        for row in range(2, 202):
            sheet.cell(row, column).number_format = "@"


def _offer(sheet: Worksheet, lists: Worksheet, column: int, options: Sequence[str]) -> None:
    """Let the column be chosen from a list; other texts are allowed, for the import knows further words."""
    letter = get_column_letter(column)
    for row, text in enumerate(options, start=1):
        lists.cell(row, column, text)
    rule = DataValidation(
        type="list", formula1=f"'{lists.title}'!${letter}$1:${letter}${len(options)}", allow_blank=True
    )
    rule.showErrorMessage = False
    rule.add(f"{letter}2:{letter}{_ROWS}")
    sheet.add_data_validation(rule)


def _explain(sheet: Worksheet, target: ImportTarget) -> None:
    rows = [[_("Field"), _("Needed"), _("What it takes"), _("Example"), _("Values")]]
    for field in target.fields:
        needed = _("Yes") if field.is_required else (_("one of these") if _is_needed(field, target) else "")
        rows.append([str(field.label), needed, _takes(field), example_of(field), ", ".join(_options(field))])
    for row in rows:
        sheet.append(row)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for letter, width in zip("ABCDE", (26, 14, 48, 24, 70), strict=True):
        sheet.column_dimensions[letter].width = width
    for cells in sheet.iter_rows(min_row=2):
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A2"


def _is_needed(field: TargetField, target: ImportTarget) -> bool:
    return field.is_required or any(field.key in group for group in target.require_any)


def _takes(field: TargetField) -> str:
    parts = [str(_KINDS[field.kind][0])]
    if field.max_length and field.kind in {"text", "long_text"}:
        parts.append(_("at most %(count)d characters") % {"count": field.max_length})
    if field.help:
        parts.append(str(field.help))
    return ". ".join(parts)


def _note(field: TargetField) -> str:
    lines = [_("Needed.") if field.is_required else "", _takes(field)]
    if sample := example_of(field):
        lines.append(_("Example: %(example)s") % {"example": sample})
    if options := _options(field):
        lines.append(", ".join(options))
    return "\n".join(line for line in lines if line)[:1000]


def _options(field: TargetField) -> list[str]:
    if field.choices is not None:
        return [str(label) for label in field.choices.labels]
    return [_("Yes"), _("No")] if field.kind == "boolean" else []


def example_of(field: TargetField) -> str:
    """Return a text that the field takes, or "" where anything goes."""
    if options := _options(field):
        return options[0]
    return _KINDS[field.kind][1]
