"""Grading rules in words: what a condition asks, what a rule says, why a complaint has its grade."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from complaints.choices.cases import ClockKind, Emotion, Grade, Impact, Intake
from complaints.choices.grading import Fact, Operator
from complaints.conditions import BadCondition, Condition, read_conditions
from complaints.models import Category
from complaints.words.rules import name_in_force, rule_in_words, told_names
from core.display import format_moment, format_money
from core.models import Organisation
from customers.choices import Tier

#: Code → name of categories, read once for a page.
Names = Mapping[str, str]


def category_names() -> dict[str, str]:
    """Return code → name of the categories of complaints, retired ones that nothing replaced included."""
    rows = Category.objects.filter(kind="complaint").order_by("edition")
    return {row.code: row.name for row in rows}


def label_of(choices: Any, value: Any) -> str:
    """Return the label of a choice; a value that is none as it is."""
    return str(choices(value).label) if value in choices.values else str(value)


def _any(values: Iterable[str]) -> str:
    return pgettext("values", " or ").join(_("“%(value)s”") % {"value": value} for value in values)


def _all(parts: Iterable[str]) -> str:
    return pgettext("conditions", " and ").join(parts)


# ---- a condition ------------------------------------------------------------------------------------
def condition_in_words(one: Condition, names: Names) -> str:
    """Return what the condition asks, as a clause."""
    if one.fact in _FLAG_WORDS:
        return str(_FLAG_WORDS[one.fact]())
    if one.fact == Fact.REPEATS:
        return _repeats(int(one.value), one.days or 0)
    words = {
        (Fact.IMPACT, Operator.AT_LEAST): _("the trouble reaches at least %(value)s"),
        (Fact.IMPACT, Operator.ONE_OF): _("the trouble reaches %(value)s"),
        (Fact.TIER, Operator.ONE_OF): _("the tier of the customer is %(value)s"),
        (Fact.EMOTION, Operator.AT_LEAST): _("the complainant is at least %(value)s"),
        (Fact.CATEGORY, Operator.WITHIN): _("the category lies within %(value)s"),
        (Fact.INTAKE, Operator.ONE_OF): _("it was received by %(value)s"),
        (Fact.AMOUNT, Operator.AT_LEAST): _("at least %(value)s is at stake"),
        (Fact.WORDS, Operator.ANY_OF): _("the text has %(value)s"),
    }
    return words[Fact(one.fact), Operator(one.operator)] % {"value": _value(one, names)}


_FLAG_WORDS: dict[str, Callable[[], str]] = {
    Fact.SAFETY: lambda: _("somebody's safety is at stake"),
    Fact.MEDIA: lambda: _("media or the public take notice"),
    Fact.LEGAL: lambda: _("legal steps or a regulator are involved"),
}


def _repeats(count: int, days: int) -> str:
    if count == 1:
        return _("the customer complained before within %(days)d days") % {"days": days}
    return _("the customer complained at least %(n)d times before within %(days)d days") % {
        "n": count,
        "days": days,
    }


def _value(one: Condition, names: Names) -> str:
    if one.fact == Fact.AMOUNT:
        return _money(one.value)
    values = one.value if isinstance(one.value, tuple) else (one.value,)
    return _any(_label(one.fact, value, names) for value in values)


def _money(amount: Any) -> str:
    return format_money(amount, Organisation.load().base_currency)


def _label(fact: str, value: Any, names: Names) -> str:
    choices = {Fact.IMPACT: Impact, Fact.TIER: Tier, Fact.EMOTION: Emotion, Fact.INTAKE: Intake}
    if fact == Fact.CATEGORY:
        return names.get(value, str(value))
    return label_of(choices[Fact(fact)], value) if fact in choices else str(value)


def seen_in_words(one: Condition, seen: Any, names: Names) -> str:
    """Return what the condition saw; "" where the clause says it already."""
    if seen is None:
        return _("not known")
    if one.fact in _FLAG_WORDS:
        return _("yes") if seen else _("no")
    if one.fact == Fact.REPEATS:
        return ngettext("%(n)d before", "%(n)d before", seen) % {"n": seen}
    if one.fact == Fact.AMOUNT:
        return _money(seen)
    if one.fact == Fact.WORDS:
        return _any(seen) if seen else _("none of them")
    return _label(one.fact, seen, names)


# ---- a rule -----------------------------------------------------------------------------------------
def sentence_of(grade: str, raw: object, names: Names) -> str:
    """Return the rule as a sentence: "Severe when the tier of the customer is “Strategic” and …"."""
    try:
        clauses = [condition_in_words(one, names) for one in read_conditions(raw)]
    except BadCondition:
        return _("This rule cannot be read; it is left out.")
    return _("%(grade)s when %(conditions)s") % {"grade": label_of(Grade, grade), "conditions": _all(clauses)}


def why_of(evidence: Mapping[str, Any], names: Names) -> list[dict[str, Any]]:
    """Return the rules that decided, by the names of that day, each with its conditions and what they saw.

    Evidence from before rules were rows has codes alone; they have their words still.
    """
    kept = evidence.get("why")
    if kept is None:
        return [{"name": rule_in_words(code), "conditions": []} for code in evidence.get("rules", [])]
    return [
        {
            "name": name_in_force(rule.get("names", {}), rule.get("code", "")),
            "conditions": _seen_conditions(rule.get("conditions", []), names),
        }
        for rule in kept
    ]


def _seen_conditions(kept: Iterable[Mapping[str, Any]], names: Names) -> list[dict[str, str]]:
    found = []
    for raw in kept:
        try:
            (one,) = read_conditions([{key: value for key, value in raw.items() if key != "seen"}])
        except BadCondition:
            continue
        found.append(
            {
                "clause": condition_in_words(one, names),
                "seen": seen_in_words(one, raw.get("seen"), names),
            }
        )
    return found


# ---- lines of the log -------------------------------------------------------------------------------
def _graded_again(params: Mapping[str, Any]) -> str:
    words = _("Graded again by the rules, from %(old)s to %(new)s.") % {
        "old": label_of(Grade, params.get("old")),
        "new": label_of(Grade, params.get("grade")),
    }
    named = told_names(params)
    parts = [words, _("%(reasons)s.") % {"reasons": named} if named else "", str(params.get("reason", ""))]
    return " ".join(part for part in parts if part)


def _policy_applied(params: Mapping[str, Any]) -> str:
    told = []
    for one in params.get("moved", []):
        clock = one.get("name") or label_of(ClockKind, one.get("clock"))
        old, new = (parse_datetime(one.get(key) or "") for key in ("old", "new"))
        due = f"{format_moment(old) if old else '–'} → {format_moment(new) if new else '–'}"
        told.append(f"{clock} {due}")
    words = _("Policy “%(name)s” applied.") % {"name": params.get("policy")}
    stay = _("Due times stay; the ladder is new.")  # tools that collect texts do not look into f-strings
    return f"{words} {'; '.join(told) or stay}"


WORDS = {"graded_again": _graded_again, "policy_applied": _policy_applied}
