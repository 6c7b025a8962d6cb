"""Why a file was refused, in the words of the reader: what is wrong, and what to do."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from core.files.faults import FileFault


def say_fault(fault: FileFault) -> str:
    """Return the refusal as a sentence or two."""
    return str(_SENTENCES[fault.code](fault.params))


def _kind_refused(params: dict[str, Any]) -> str:
    if not params["ending"]:
        return _("The name has no ending, so it does not say what kind of file this is.")
    return _(
        "Files ending in .%(ending)s are not taken. Documents, pictures, text, mail, sound, MP4 and ZIP are."
    ) % {"ending": params["ending"][:20]}


def _mismatch(params: dict[str, Any]) -> str:
    found = {
        "program": _("a program"),
        "script": _("a script"),
        "page": _("a web page or drawing with code"),
        "archive": _("another kind of archive"),
    }.get(params.get("found", ""))
    ending = params.get("ending", "")
    if found:
        return _("The name ends in .%(ending)s, but the content is %(found)s. It was not taken.") % {
            "ending": ending,
            "found": found,
        }
    return _(
        "The name ends in .%(ending)s, but the content is something else. Save it again as what it is."
    ) % {"ending": ending}


_SENTENCES: dict[str, Any] = {
    "kind_refused": _kind_refused,
    "mismatch": _mismatch,
    "empty": lambda _params: _("The file is empty."),
    "damaged": lambda _params: _("The file is damaged: it cannot be read to its end."),
    "bomb": lambda params: (
        _("This archive would unpack to %(megabytes)s MB. That is not safe to open.") % params
    ),
    "too_many_entries": lambda params: (
        _("This archive holds more than %(most)s files. Split it into several.") % params
    ),
    "macros": lambda _params: _("This document holds macros. Save it without them and try again."),
    "too_many_points": lambda params: (
        _("This picture has more than %(most)s million points. Make it smaller and try again.") % params
    ),
}
