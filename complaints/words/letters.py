"""What the log says of letters, designations and objections: code → words of its parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from complaints.choices.letters import HandoverWay, LetterLanguage

Params = Mapping[str, Any]


def _way(params: Params) -> str:
    labels: dict[str, Any] = dict(HandoverWay.choices)
    return str(labels.get(params.get("way", ""), ""))


def _drafted(params: Params) -> str:
    labels: dict[str, Any] = dict(LetterLanguage.choices)
    return _("Decision letter begun: %(language)s.") % {
        "language": labels.get(params.get("language", ""), "")
    }


def _issued(params: Params) -> str:
    said = _("Letter %(number)s issued.") % {"number": params.get("number", "")}
    if not params.get("replaces"):
        return said
    return f"{said} " + _("It replaces %(number)s.") % {"number": params["replaces"]}


# What the proposal says is not told here: fewer people may read it than read the log.
WORDS: dict[str, Callable[[Params], str]] = {
    "letter_drafted": _drafted,
    "letter_approved": lambda _params: _("Decision letter approved."),
    "letter_issued": _issued,
    "letter_handed_over": lambda params: (
        _("Letter %(number)s handed over: %(way)s.")
        % {"number": params.get("number", ""), "way": _way(params)}
    ),
    "designation_proposed": lambda _params: _("Handling of contacts: a rule was proposed."),
    "designation_in_force": lambda _params: _("Handling of contacts: a rule holds from now on."),
    "designation_declined": lambda _params: _("Handling of contacts: the proposal was declined."),
    "designation_lifted": lambda _params: _("Handling of contacts: the rule was lifted."),
    "designation_expired": lambda _params: _("Handling of contacts: the rule ended by itself."),
    "designation_told": lambda params: (
        _("The complainant was told of the rule: %(way)s.") % {"way": _way(params)}
    ),
    "updates_settled": lambda _params: _("No further update is promised as long as the rule holds."),
    "updates_back": lambda _params: _("The next update is promised again."),
    "answered_despite": lambda params: (
        _("Answered although the matter is answered for good: %(reason)s")
        % {"reason": params.get("reason", "")}
    ),
    "objection_received": lambda _params: _("The complainant objects to the rule."),
    "objection_upheld": lambda _params: _("Objection reviewed: the rule stays."),
    "objection_lifted": lambda _params: _("Objection reviewed: the rule is lifted."),
}
