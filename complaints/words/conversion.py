"""What the log says of a case that was turned into one of the other kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from complaints.choices.cases import CaseKind, Grade
from complaints.words.rules import told_names

Params = Mapping[str, Any]


def _converted(params: Params) -> str:
    numbers = {"old": params.get("old"), "new": params.get("new")}
    if params.get("kind") == CaseKind.COMPLAINT:
        words = _("Turned into a complaint: %(old)s is %(new)s now.") % numbers
    else:
        words = _("Turned into a service request: %(old)s is %(new)s now.") % numbers
    return " ".join(part for part in (words, _graded(params), params.get("reason")) if part)


def _graded(params: Params) -> str:
    grade = params.get("grade")
    if grade not in Grade.values:
        return ""
    reasons = told_names(params)
    words = _("Graded: %(grade)s.") % {"grade": Grade(grade).label}
    return f"{words[:-1]} ({reasons})." if reasons else words


WORDS: dict[str, Callable[[Params], str]] = {"converted": _converted}
