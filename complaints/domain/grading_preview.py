"""What a change of the grading rules would do: over the last complaints, before it is saved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from complaints.choices.cases import GRADE_ORDER
from complaints.domain.grading_facts import facts_of_many
from complaints.domain.grading_rules import as_rule, default_grade, rules_in_force
from complaints.grading import Rule, graded
from complaints.models import Complaint, GradingRule
from core.models import User

#: Complaints that are looked at: enough to judge by, and quick.
LOOKED_AT: Final = 500
EXAMPLES: Final = 8


@dataclass(frozen=True)
class Example:
    """One complaint that would be graded otherwise."""

    case: Complaint
    old: str
    new: str


@dataclass(frozen=True)
class Impact:
    """Of `looked_at` complaints `changed` would get another grade; `moves` says which, the most first."""

    looked_at: int
    changed: int
    moves: tuple[tuple[str, str, int], ...]
    examples: tuple[Example, ...]


def impact_of(
    rules: Sequence[Rule], *, default: str | None = None, user: User, most: int = LOOKED_AT
) -> Impact:
    """Compare the rules of today with `rules` over the last complaints that the person sees.

    Both are judged on the facts as they are now, so that the difference is that of the rules alone. Grades
    are not touched. Five queries, whatever the number of complaints.
    """
    rows = Complaint.objects.visible_to(user).complaints().select_related("customer", "category")
    cases = list(rows.order_by("-received_at", "-pk")[:most])
    now, now_default = rules_in_force(), default_grade()
    then_default = now_default if default is None else default
    found = []
    for case, facts in zip(cases, facts_of_many(cases), strict=True):
        old = graded(facts, now, now_default).grade
        new = graded(facts, rules, then_default).grade
        if old != new:
            found.append(Example(case, old, new))
    counts = Counter((one.old, one.new) for one in found)
    moves = sorted(counts.items(), key=lambda item: (-item[1], -GRADE_ORDER[item[0][1]]))
    return Impact(
        len(cases),
        len(found),
        tuple((old, new, count) for (old, new), count in moves),
        tuple(found[:EXAMPLES]),
    )


def rules_with(changed: GradingRule) -> list[Rule]:
    """Return the rules of today with one of them as it would be saved; a new one has no key."""
    rows = [row for row in GradingRule.objects.active() if row.pk != changed.pk]
    rows += [changed] if changed.is_active else []
    return [rule for rule in map(as_rule, rows) if rule is not None]


def rules_without(rule: GradingRule) -> list[Rule]:
    """Return the rules of today without one of them."""
    return [one for one in rules_in_force() if one.code != rule.code]
