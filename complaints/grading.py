"""How grave a complaint is: readable rules over known facts, the gravest that applies decides.

Pure: facts and rules in, a verdict with its evidence out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from complaints.choices.cases import GRADE_ORDER, Grade, Priority

#: With these tiers a customer is served before others of the same grade.
_PREFERRED = frozenset({"strategic", "core"})


@dataclass(frozen=True)
class Rule:
    """When `fact` is one of `values`, or at least `threshold`, the complaint is at least of this grade."""

    key: str
    fact: str
    grade: str
    values: frozenset[str] = frozenset()
    threshold: int | None = None

    def applies(self, facts: Mapping[str, Any]) -> bool:
        """Tell whether the facts are so. A fact that is not known never decides."""
        found = facts.get(self.fact)
        if found is None:
            return False
        if self.threshold is not None:
            return isinstance(found, int) and found >= self.threshold
        if isinstance(found, bool):
            return found
        if isinstance(found, (list, tuple, set, frozenset)):
            return not self.values.isdisjoint(found)
        return str(found) in self.values


@dataclass(frozen=True)
class Verdict:
    """A grade, the rules that led to it, and what they saw."""

    grade: str
    rules: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    def as_evidence(self) -> dict[str, Any]:
        """Return what is kept with the complaint."""
        return {"grade": self.grade, "rules": list(self.rules), "facts": dict(self.facts)}


#: What holds until administrators say otherwise.
BUILT_IN = (
    Rule("safety", "is_safety", Grade.SEVERE),
    Rule("media", "is_media", Grade.SEVERE),
    Rule("legal", "is_legal", Grade.SEVERE),
    Rule("public", "impact", Grade.SEVERE, frozenset({"public"})),
    Rule("organisation", "impact", Grade.SEVERE, frozenset({"organisation"})),
    Rule("strategic_repeat", "strategic_repeats", Grade.SEVERE, threshold=1),
    Rule("several", "impact", Grade.GENERAL, frozenset({"several"})),
    Rule("preferred", "tier", Grade.GENERAL, frozenset(_PREFERRED)),
    Rule("repeat", "repeats", Grade.GENERAL, threshold=1),
    Rule("many_repeats", "repeats", Grade.SEVERE, threshold=3),
    Rule("enraged", "emotion", Grade.GENERAL, frozenset({"5"})),
)


def graded(facts: Mapping[str, Any], rules: Iterable[Rule] = BUILT_IN) -> Verdict:
    """Return the gravest grade whose rule applies, with every rule of that grade; minor where none does."""
    applying = [rule for rule in rules if rule.applies(facts)]
    grade = max(
        (rule.grade for rule in applying), key=lambda key: GRADE_ORDER[key], default=Grade.MINOR.value
    )
    deciding = tuple(rule.key for rule in applying if rule.grade == grade)
    return Verdict(str(grade), deciding, {key: value for key, value in facts.items() if value is not None})


def priority_for(grade: str, tier: str) -> str:
    """Return how soon a case of this grade and tier is taken up; "" as grade is a service request."""
    preferred = tier in _PREFERRED
    if grade == Grade.SEVERE:
        return str(Priority.URGENT)
    if grade == Grade.GENERAL:
        return str(Priority.HIGH if preferred else Priority.NORMAL)
    return str(Priority.NORMAL if preferred or not grade else Priority.LOW)
