"""Forms of the import pages, and the filters of their list."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.utils.translation import gettext_lazy as _

from core.choices import ImportState
from core.filters import ScopedFilterSet
from core.imports import formats
from core.imports.targets import all_targets
from core.models import ImportRun

_ENCODINGS = (
    ("utf-8", "UTF-8"),
    ("gb18030", _("GB18030, Simplified Chinese")),
    ("big5", _("Big5, Traditional Chinese")),
    ("utf-16-le", "UTF-16 LE"),
    ("utf-16-be", "UTF-16 BE"),
    ("cp1252", _("Windows-1252, Western")),
    ("iso8859-15", _("ISO 8859-15, Western")),
    ("shift_jis", _("Shift JIS, Japanese")),
    ("euc-kr", _("EUC-KR, Korean")),
)
_DELIMITERS = ((",", _("Comma ,")), (";", _("Semicolon ;")), ("\t", _("Tab")), ("|", _("Bar |")))
_QUOTES = (('"', _('Double "')), ("'", _("Single '")), ("", _("None")))
_DATE_ORDERS = (
    ("ymd", _("Year first, 2026-04-03")),
    ("dmy", _("Day first, 03/04/2026 is 3 April")),
    ("mdy", _("Month first, 03/04/2026 is 4 March")),
)
_MARKS = ((".", _("Point, 1,280.50")), (",", _("Comma, 1.280,50")))


class FileForm(forms.Form):
    """The file to import; options of the target stand beside it."""

    file = forms.FileField(label=_("File"), allow_empty_file=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = ".csv,.tsv,.txt,.xlsx,.gz"


class FormatForm(forms.Form):
    """How the file is read. Workbooks have sheets, texts have an encoding and a delimiter."""

    sheet = forms.ChoiceField(label=_("Sheet"))
    encoding = forms.ChoiceField(label=_("Encoding"), choices=_ENCODINGS)
    # A tab is a value here, and fields strip what looks like a blank.
    delimiter = forms.TypedChoiceField(label=_("Delimiter"), choices=_DELIMITERS)
    quote = forms.TypedChoiceField(label=_("Quotes"), choices=_QUOTES, required=False)
    header_line = forms.IntegerField(
        label=_("Headings in row"), min_value=0, max_value=10_000, help_text=_("0 when there are none.")
    )
    date_order = forms.ChoiceField(label=_("Dates"), choices=_DATE_ORDERS)
    decimal_mark = forms.ChoiceField(label=_("Decimals"), choices=_MARKS)

    def __init__(self, *args: Any, run: ImportRun, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_workbook = run.dialect.get("kind") == formats.XLSX
        for name in ("encoding", "delimiter", "quote", "decimal_mark") if is_workbook else ("sheet",):
            del self.fields[name]
        sheet = self.fields.get("sheet")
        if isinstance(sheet, forms.ChoiceField):
            sheet.choices = [(name, name) for name in run.profile.get("sheets", [])]


class ImportFilterSet(ScopedFilterSet):
    """What the list of imports may be narrowed to."""

    target = filters.ChoiceFilter(
        label=_("What"), choices=lambda: [(target.key, target.title) for target in all_targets()]
    )
    state = filters.ChoiceFilter(label=_("State"), choices=ImportState.choices)

    class Meta:
        model = ImportRun
        fields = ["target", "state"]
