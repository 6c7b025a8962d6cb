"""What faults say to people: what is wrong, why, and what to do; in the reader's language."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.imports.faults import Fault, ReadingError

_UNPACK = _("Unpack it first, and choose the CSV or XLSX file inside.")
_AS_CSV = _("Save it as CSV or XLSX and choose that file.")

#: Refusals of a whole file.
FILES: dict[str, str | Promise] = {
    "empty_file": _("The file is empty. Choose a file with a heading row and at least one row of data."),
    "no_rows": _("There is no heading row where one was expected. Choose another heading row."),
    "zip_archive": format_lazy(
        "{} {}", _("This is a ZIP archive, whatever its name says, not a CSV or XLSX file."), _UNPACK
    ),
    "archive": format_lazy("{} {}", _("This is a packed archive, not a CSV or XLSX file."), _UNPACK),
    "old_excel": _(
        "This is an old Excel file (.xls) or a workbook with a password. Save it as .xlsx without a"
        " password and"
        " choose that file."
    ),
    "binary_workbook": format_lazy("{} {}", _("This is a binary Excel workbook (.xlsb)."), _AS_CSV),
    "locked_workbook": _(
        "The workbook is protected by a password. Save it without one and choose that file."
    ),
    "broken_workbook": _(
        "The workbook is damaged and cannot be read. Open it in Excel or WPS, save it again, retry."
    ),
    "workbook_too_large": _(
        "The workbook unpacks to more than this server can hold. Save the sheet as CSV instead."
    ),
    "no_such_sheet": _("The workbook has no sheet “%(sheet)s”. Choose another one."),
    "uncalculated": _(
        "The sheet holds formulas without stored results (the first in %(cell)s); they would be read as"
        " empty. Open"
        " the workbook in Excel or WPS, save it, and choose it again."
    ),
    "pdf": format_lazy("{} {}", _("This is a PDF document, not a table."), _AS_CSV),
    "document": format_lazy("{} {}", _("This is a text document, not a table."), _AS_CSV),
    "picture": format_lazy("{} {}", _("This is a picture, not a table."), _AS_CSV),
    "web_page": format_lazy("{} {}", _("This is a web page or XML, although it may open in Excel."), _AS_CSV),
    "binary": format_lazy("{} {}", _("This is no text file."), _AS_CSV),
    "broken_archive": _(
        "The compressed file is damaged and cannot be unpacked. Copy it again from where it came."
    ),
    "unpacks_too_large": _(
        "The compressed file unpacks to more than %(megabytes)s MB. Split it and import the parts."
    ),
    "too_large": _("The file is larger than %(megabytes)s MB. Split it and import the parts."),
    "too_many_columns": _(
        "The file has %(columns)s columns; at most %(most)s can be read. Check the delimiter."
    ),
    "no_file": _("No file arrived. Choose one and try again."),
}

#: Faults of lines and cells.
FAULTS: dict[str, str | Promise] = {
    "required": _("Empty, but needed. Fill it in or skip the row."),
    "ragged": _(
        "The row has %(cells)s cells, more or fewer than there are headings. A delimiter or a quote is"
        " missing or too many."
    ),
    "bad_bytes": _(
        "Some characters cannot be read in the chosen encoding. Correct them in the file, or choose"
        " another encoding."
    ),
    "null_character": _(
        "The row holds NUL characters, which no text has. Save the file again from the program it came from."
    ),
    "control_character": _(
        "The row holds control characters, which no text has. Type it anew, or save the file again from the"
        " program it came from."
    ),
    "cell_too_long": _(
        "A cell is longer than any field. Perhaps a quote is missing, so that rows ran together."
    ),
    "open_quote": _(
        "Quotes do not pair in this row. Close the quote, or double quotes that belong to the text."
    ),
    "cell_error": _("A formula in the spreadsheet failed here. Correct it there, or type the value."),
    "too_long": _("%(length)s characters; at most %(most)s fit. Shorten it."),
    "digits_lost": _(
        "The spreadsheet rounded this number and its last digits are lost. Format the column as text and"
        " type it again."
    ),
    "bad_email": _("Not an e-mail address. It looks like name@example.com."),
    "bad_phone": _("Not a phone number: %(digits)s digits."),
    "mobile_length": _("%(digits)s digits; a mainland mobile number has 11."),
    "bad_website": _("Not a web address. It looks like https://www.example.com."),
    "bad_credit_code": _(
        "%(length)s characters; a unified social credit code has 18 digits and capital letters."
    ),
    "not_boolean": _("Neither yes nor no. Use 是 or 否, yes or no, 1 or 0."),
    "not_a_number": _("Not a number. Use digits, such as 1280.50."),
    "comma_or_point": _(
        "The comma or point could be a decimal mark or a separator of thousands. Choose the decimal mark"
        " of the file, or correct the cell."
    ),
    "too_many_decimals": _("Amounts have at most two decimals. Round it."),
    "too_large": _("Larger than %(most)s. Check the number of digits."),
    "not_whole": _("Not a whole number."),
    "negative_number": _("Below 0."),
    "not_a_date": _("Not a date. Use 2026-01-05 or 2026年1月5日."),
    "no_such_day": _("There is no such day in the calendar. Check day and month."),
    "day_or_month": _("Day or month first? Choose the order of dates of the file."),
    "not_day_first": _(
        "Read with the day first this is no date. Choose the order of dates again, or correct the cell."
    ),
    "not_month_first": _(
        "Read with the month first this is no date. Choose the order of dates again, or correct the cell."
    ),
    "date_too_early": _("Before %(first)s, which only a typing error explains."),
    "excel_zero_date": _("1900 is what a spreadsheet shows for an empty or zero date. Enter the real date."),
    "date_in_future": _("In the future; the last possible day is %(last)s."),
    "unknown_choice": _("Not one of the values of this field. Use %(choices)s."),
    "same_key_twice": _("The same record stands in row %(line)s with other values. Keep one of the two."),
    "value_twice": _("Row %(line)s has this value, too, and is another record. Correct one of the two."),
    "out_of_reach": _(
        "Belongs to a record that you cannot see. Ask its team or a manager to import this row."
    ),
    "in_recycle_bin": _("The record lies in the recycle bin. Restore it there first, or skip the row."),
    "not_found": _(
        "There is no such record, and this import only updates. Skip the row, or allow new records."
    ),
    "refused": _("%(message)s"),
    "database": _(
        "The database refused this row: another record has the same identity. Check the keys of the row."
    ),
}

#: What an undo did with a record, or why it left it alone.
UNDO_WORDS: dict[str, str | Promise] = {
    "done": _("Taken back"),
    "changed_since": _("Left as it is: somebody changed it since"),
    "in_use": _("Left as it is: other records build upon it"),
    "gone": _("Left as it is: no longer there, or out of your reach"),
    "refused": _("Left as it is: its own rules refused the change"),
}

#: Names of the filter chips above the list of faults.
GROUPS: dict[str, tuple[str | Promise, tuple[str, ...]]] = {
    "missing": (_("Empty"), ("required",)),
    "row": (
        _("Broken row"),
        ("ragged", "bad_bytes", "null_character", "control_character", "cell_too_long", "open_quote"),
    ),
    "date": (
        _("Date"),
        (
            "not_a_date",
            "no_such_day",
            "day_or_month",
            "not_day_first",
            "not_month_first",
            "date_too_early",
            "excel_zero_date",
            "date_in_future",
        ),
    ),
    "number": (
        _("Number"),
        ("not_a_number", "comma_or_point", "too_many_decimals", "too_large", "not_whole", "negative_number"),
    ),
    "value": (_("Unknown value"), ("unknown_choice", "not_boolean")),
    "format": (
        _("Format"),
        (
            "bad_email",
            "bad_phone",
            "mobile_length",
            "bad_website",
            "bad_credit_code",
            "too_long",
            "digits_lost",
            "cell_error",
        ),
    ),
    "twice": (_("Same key twice"), ("same_key_twice", "value_twice", "database")),
    "reach": (_("Not yours to change"), ("out_of_reach", "in_recycle_bin", "refused")),
    "record": (_("Record not found"), ("not_found",)),
}


def register_words(faults: dict[str, str | Promise], groups: dict[str, tuple[str, ...]]) -> None:
    """Add what the faults of a package say, and to which group each belongs."""
    FAULTS.update(faults)
    for name, codes in groups.items():
        label, known = GROUPS[name]
        GROUPS[name] = (label, tuple(dict.fromkeys((*known, *codes))))


def say(fault: Fault) -> str:
    """Return the reason in the reader's language."""
    template = FAULTS.get(fault.code)
    if template is None:
        return gettext("This row cannot be imported (%(code)s).") % {"code": fault.code}
    try:
        return str(template) % fault.params if fault.params else str(template)
    except (KeyError, TypeError, ValueError):
        return str(template)


def say_refusal(error: ReadingError) -> str:
    """Return why a whole file cannot be read."""
    return str(FILES.get(error.code, FILES["binary"])) % error.params


def group_of(code: str) -> str:
    """Return the group of a fault's code."""
    return next((name for name, (_label, codes) in GROUPS.items() if code in codes), "row")
