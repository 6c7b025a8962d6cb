"""Grades by rules over facts, and the priority that follows."""

from __future__ import annotations

import pytest

from complaints.choices.cases import Grade, Priority
from complaints.grading import Rule, graded, priority_for


@pytest.mark.parametrize(
    ("facts", "grade", "rules"),
    [
        ({}, "minor", ()),
        ({"impact": "one", "tier": "potential", "repeats": 0}, "minor", ()),
        ({"is_safety": True}, "severe", ("safety",)),
        ({"is_safety": False, "is_media": False, "is_legal": False}, "minor", ()),
        ({"impact": "several"}, "general", ("several",)),
        ({"tier": "core", "impact": "several"}, "general", ("several", "preferred")),
        ({"tier": "strategic", "repeats": 1, "strategic_repeats": 1}, "severe", ("strategic_repeat",)),
        ({"repeats": 2}, "general", ("repeat",)),
        ({"repeats": 3}, "severe", ("many_repeats",)),
        ({"emotion": "5"}, "general", ("enraged",)),
        ({"emotion": "4"}, "minor", ()),
    ],
)
def test_the_gravest_rule_that_applies_decides(facts, grade, rules):
    verdict = graded(facts)
    assert (verdict.grade, verdict.rules) == (grade, rules)


def test_a_fact_that_is_not_known_never_decides():
    rule = Rule("late", "days_late", Grade.SEVERE, threshold=3)
    assert graded({"days_late": None}, [rule]).grade == Grade.MINOR


def test_a_rule_over_several_values_applies_to_any_of_them():
    rule = Rule("words", "words", Grade.SEVERE, frozenset({"lawyer", "press"}))
    assert graded({"words": ["late", "lawyer"]}, [rule]).rules == ("words",)
    assert graded({"words": ["late"]}, [rule]).rules == ()


def test_the_evidence_holds_what_was_known():
    evidence = graded({"impact": "public", "tier": None}).as_evidence()
    assert evidence == {"grade": "severe", "rules": ["public"], "facts": {"impact": "public"}}


@pytest.mark.parametrize(
    ("grade", "tier", "priority"),
    [
        ("severe", "", Priority.URGENT),
        ("severe", "potential", Priority.URGENT),
        ("general", "strategic", Priority.HIGH),
        ("general", "growth", Priority.NORMAL),
        ("minor", "core", Priority.NORMAL),
        ("minor", "", Priority.LOW),
        ("", "", Priority.NORMAL),
    ],
)
def test_priority_follows_grade_and_tier(grade, tier, priority):
    assert priority_for(grade, tier) == priority
