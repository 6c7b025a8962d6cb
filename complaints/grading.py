"""How grave a complaint is: readable rules over known facts, the gravest that applies decides.

Pure: facts and rules in, a verdict with its evidence out. What rules may ask is in `conditions`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from complaints.choices.cases import GRADE_ORDER, Grade, Priority
from complaints.choices.grading import Fact
from complaints.conditions import Condition, Facts

#: With these tiers a customer is served before others of the same grade.
_PREFERRED = frozenset({"strategic", "core"})
#: Days within which the evidence counts earlier complaints, whatever the rules asked.
REPEAT_DAYS: Final = 90
#: In the evidence of a complaint whose grade a former system gave, where rules have their code.
GIVEN: Final = "brought_in"


@dataclass(frozen=True)
class Rule:
    """When all conditions hold, the complaint is at least of this grade. Without conditions: never."""

    code: str
    grade: str
    conditions: tuple[Condition, ...]
    #: Language (en, zh-hans, zh-hant) → name, for the evidence.
    names: Mapping[str, str] = field(default_factory=dict)

    def applies(self, facts: Facts) -> bool:
        """Tell whether the facts are so."""
        return bool(self.conditions) and all(one.holds(facts) for one in self.conditions)

    def as_evidence(self, facts: Facts) -> dict[str, Any]:
        """Return the rule as it is now, and what each of its conditions saw."""
        seen = [{**one.as_json(), "seen": one.seen(facts)} for one in self.conditions]
        return {"code": self.code, "names": dict(self.names), "conditions": seen}


@dataclass(frozen=True)
class Verdict:
    """A grade, the rules that led to it, and what they saw."""

    grade: str
    rules: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    why: tuple[dict[str, Any], ...] = ()

    def as_evidence(self) -> dict[str, Any]:
        """Return what is kept with the complaint: it stays readable when rules are renamed or deleted."""
        return {
            "grade": self.grade,
            "rules": list(self.rules),
            "facts": dict(self.facts),
            "why": list(self.why),
        }

    def as_told(self) -> dict[str, Any]:
        """Return what the log of the case keeps: grade, codes, and the names of the rules of that day."""
        names = [rule["names"] for rule in self.why]
        return {"grade": self.grade, "rules": list(self.rules), "names": names}


def graded(facts: Facts, rules: Iterable[Rule], default: str = Grade.MINOR) -> Verdict:
    """Return the gravest grade whose rule applies, with every rule of that grade in the order given.

    Where none applies, `default`. The order of the rules never changes the grade.
    """
    applying = [rule for rule in rules if rule.applies(facts)]
    grade = max((rule.grade for rule in applying), key=lambda key: GRADE_ORDER[key], default=default)
    deciding = [rule for rule in applying if rule.grade == grade]
    return Verdict(
        str(grade),
        tuple(rule.code for rule in deciding),
        shown_facts(facts),
        tuple(rule.as_evidence(facts) for rule in deciding),
    )


def shown_facts(facts: Facts) -> dict[str, Any]:
    """Return what is known, as JSON holds it: repeats as a number, the category alone, no text."""
    shown: dict[str, Any] = {}
    for fact, value in facts.items():
        if value is None or fact == Fact.WORDS:
            continue
        if fact == Fact.REPEATS:
            shown[fact] = sum(age < REPEAT_DAYS for age in value)
        elif fact == Fact.CATEGORY:
            shown |= {fact: value[0]} if value else {}
        else:
            shown[fact] = format(value, "f") if isinstance(value, Decimal) else value
    return shown


def priority_for(grade: str, tier: str) -> str:
    """Return how soon a case of this grade and tier is taken up; "" as grade is a service request."""
    preferred = tier in _PREFERRED
    if grade == Grade.SEVERE:
        return str(Priority.URGENT)
    if grade == Grade.GENERAL:
        return str(Priority.HIGH if preferred else Priority.NORMAL)
    return str(Priority.NORMAL if preferred or not grade else Priority.LOW)
