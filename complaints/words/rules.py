"""Names of grading rules in the language in force, as they were when a complaint was graded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _


def rule_in_words(rule: str) -> str:
    """Return why a rule applied that grading had before rules were rows; another code as it is."""
    words = {
        "safety": _("somebody's safety is at stake"),
        "media": _("media or public attention"),
        "legal": _("legal steps or a regulator"),
        "public": _("it reaches the public"),
        "organisation": _("it reaches the whole organisation"),
        "several": _("it reaches several people"),
        "strategic_repeat": _("a strategic customer complains again within 90 days"),
        "preferred": _("the customer is served first"),
        "repeat": _("the customer complains again within 90 days"),
        "many_repeats": _("the fourth complaint within 90 days"),
        "enraged": _("the complainant is enraged"),
        "brought_in": _("it had this grade in the former system"),
    }
    return words.get(rule, rule)


def name_in_force(named: Mapping[str, Any], code: str) -> str:
    """Return the name that a rule had, in the language in force, else in the nearest that it had."""
    language = get_language() or "en"
    nearest = ("zh-hans", "zh-hant", "en") if language.startswith("zh") else ("en", "zh-hans", "zh-hant")
    return next((str(named[key]) for key in (language, *nearest) if named.get(key)), rule_in_words(code))


def told_names(params: Mapping[str, Any]) -> str:
    """Return the rules of a line of the log, by the names of that day."""
    rules, named = params.get("rules", []), params.get("names", [])
    if len(named) != len(rules):
        return ", ".join(rule_in_words(code) for code in rules)
    return "; ".join(name_in_force(one, code) for one, code in zip(named, rules, strict=True))
