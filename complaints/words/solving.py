"""What the log says of findings, redress and call-backs: code → words of its parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from complaints.choices.solving import AttemptResult, Measure
from core.display import format_money
from core.wordings import nearest_text

Words = Callable[[dict[str, Any]], str]


def _measure(params: dict[str, Any]) -> str:
    labels: dict[str, Any] = dict(Measure.choices)
    return str(labels.get(params.get("measure", ""), params.get("measure", "")))


def _redress(text: str) -> Words:
    def words(params: dict[str, Any]) -> str:
        value = format_money(params.get("value"), params.get("currency", ""))
        said = _(text) % {"measure": _measure(params), "value": value}
        note = params.get("note", "")
        return f"{said} {note}".strip()

    return words


def _cause(params: dict[str, Any]) -> str:
    """The name of the cause as it was then; lines of earlier days have it in one language only."""
    return nearest_text(params["names"]) if params.get("names") else str(params.get("cause", ""))


def _called_back(params: dict[str, Any]) -> str:
    accepted, score = params.get("accepted"), params.get("score")
    text = _("The customer accepts the solution.") if accepted else _("The customer does not accept it.")
    return f"{text} {score}/5" if score else text


def _attempted(params: dict[str, Any]) -> str:
    labels: dict[str, Any] = dict(AttemptResult.choices)
    result = labels.get(params.get("result", ""), "")
    return _("Call %(number)s: %(result)s") % {"number": params.get("number", ""), "result": result}


WORDS: dict[str, Words] = {
    "investigated": lambda _params: _("Findings written."),
    "finding_confirmed": lambda _params: _("Findings confirmed."),
    "cause_named": lambda params: _("Cause: %(cause)s") % {"cause": _cause(params)},
    "cause_taken_away": lambda params: _("No longer the cause: %(cause)s") % {"cause": _cause(params)},
    "compensation_proposed": _redress(gettext_noop("Proposed: %(measure)s, %(value)s")),
    "compensation_approved": _redress(gettext_noop("Approved: %(measure)s")),
    "compensation_not_approved": _redress(gettext_noop("Not approved: %(measure)s")),
    "compensation_confirmed": _redress(gettext_noop("Approved again, under a lower ceiling: %(measure)s")),
    "compensation_in_doubt": _redress(
        gettext_noop("Above the ceiling of the new grade, a second person has to agree: %(measure)s")
    ),
    "compensation_offered": _redress(gettext_noop("Offered: %(measure)s")),
    "compensation_accepted": _redress(gettext_noop("Accepted: %(measure)s")),
    "compensation_refused": _redress(gettext_noop("Refused by the customer: %(measure)s")),
    "compensation_paid": _redress(gettext_noop("Given: %(measure)s")),
    "compensation_reversed": _redress(gettext_noop("Taken back: %(measure)s")),
    "called_back": _called_back,
    "call_attempted": _attempted,
}
