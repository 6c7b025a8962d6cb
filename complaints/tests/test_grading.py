"""Grades by rules over facts: every way of asking, its boundaries, and the priority that follows."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.choices.cases import GRADE_ORDER, Grade, Priority
from complaints.conditions import BadCondition, Condition, as_json, plain, read_conditions, word_in
from complaints.domain.grading_rules import seeded_rules
from complaints.grading import Rule, graded, priority_for


def one(fact, operator, value=True, days=None):
    asked = {"fact": fact, "operator": operator, "value": value}
    return read_conditions([asked | ({"days": days} if days is not None else {})])[0]


# ---- the rules of the product -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("facts", "grade", "rules"),
    [
        ({}, "minor", ()),
        ({"impact": "one", "tier": "potential", "repeats": ()}, "minor", ()),
        ({"is_safety": True}, "severe", ("safety",)),
        ({"is_safety": False, "is_media": False, "is_legal": False}, "minor", ()),
        ({"impact": "several"}, "general", ("several",)),
        ({"impact": "public"}, "severe", ("public",)),
        ({"tier": "core", "impact": "several"}, "general", ("several", "preferred")),
        ({"tier": "strategic", "repeats": (3,)}, "severe", ("strategic_repeat",)),
        ({"tier": "strategic", "repeats": (90,)}, "general", ("preferred",)),
        ({"repeats": (1, 2)}, "general", ("repeat",)),
        ({"repeats": (1, 2, 89.9)}, "severe", ("many_repeats",)),
        ({"emotion": "5"}, "general", ("enraged",)),
        ({"emotion": "4"}, "minor", ()),
    ],
)
def test_the_gravest_rule_that_applies_decides(facts, grade, rules):
    verdict = graded(facts, seeded_rules())
    assert (verdict.grade, verdict.rules) == (grade, rules)


# ---- every way of asking ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("condition", "known", "holds"),
    [
        (one("impact", "at_least", "several"), "one", False),
        (one("impact", "at_least", "several"), "several", True),
        (one("impact", "at_least", "several"), "public", True),
        (one("impact", "at_least", "one"), "nonsense", False),
        (one("impact", "one_of", ["one", "public"]), "several", False),
        (one("impact", "one_of", ["one", "public"]), "public", True),
        (one("tier", "one_of", ["strategic", "core"]), "core", True),
        (one("tier", "one_of", ["strategic", "core"]), "growth", False),
        (one("repeats", "at_least", 2, 30), (), False),
        (one("repeats", "at_least", 2, 30), (0.0,), False),
        (one("repeats", "at_least", 2, 30), (0.0, 29.999), True),
        (one("repeats", "at_least", 2, 30), (0.0, 30.0), False),
        (one("repeats", "at_least", 1, 730), (729.9,), True),
        (one("is_safety", "is_so"), True, True),
        (one("is_media", "is_so"), False, False),
        (one("is_legal", "is_so"), True, True),
        (one("emotion", "at_least", "4"), "3", False),
        (one("emotion", "at_least", "4"), "4", True),
        (one("emotion", "at_least", "4"), "5", True),
        (one("category", "within", ["course"]), ("course",), True),
        (one("category", "within", ["course"]), ("course.lecturer", "course"), True),
        (one("category", "within", ["course.lecturer"]), ("course",), False),
        (one("category", "within", ["fees", "course"]), ("course.lecturer", "course"), True),
        (one("category", "within", ["course"]), ("courses",), False),
        (one("intake", "one_of", ["regulator", "letter"]), "letter", True),
        (one("intake", "one_of", ["regulator"]), "phone", False),
        (one("amount", "at_least", "5000"), Decimal("4999.99"), False),
        (one("amount", "at_least", "5000"), Decimal("5000"), True),
        (one("amount", "at_least", "5000"), Decimal("5000.01"), True),
        (one("amount", "at_least", "0.01"), Decimal(0), False),
        (one("words", "any_of", ["lawyer", "律师"]), plain("My LAWYER will call."), True),
        (one("words", "any_of", ["lawyer", "律师"]), plain("已经咨询律师了"), True),
        (one("words", "any_of", ["sue"]), plain("This issue is old"), False),
        (one("words", "any_of", ["sue"]), plain("We sue!"), True),
        (one("words", "any_of", ["court case"]), plain("ｃｏｕｒｔ　ｃａｓｅ"), True),
        (one("words", "any_of", ["a.c"]), plain("abc"), False),
        (one("words", "any_of", ["lawyer"]), "", False),
    ],
)
def test_a_condition_holds(condition, known, holds):
    assert condition.holds({condition.fact: known}) is holds


ASKED = (
    one("impact", "at_least", "one"), one("tier", "one_of", ["core"]), one("repeats", "at_least", 1, 90),
    one("is_safety", "is_so"), one("emotion", "at_least", "1"), one("category", "within", ["course"]),
    one("intake", "one_of", ["phone"]), one("amount", "at_least", "1"), one("words", "any_of", ["x"]),
)  # fmt: skip


@pytest.mark.parametrize("condition", ASKED, ids=lambda condition: condition.fact)
@pytest.mark.parametrize("facts", [{}, "unknown"], ids=["missing", "none"])
def test_a_fact_that_is_not_known_never_decides(condition, facts):
    known = {} if facts == {} else {condition.fact: None}
    assert (condition.holds(known), condition.seen(known)) == (False, None)


def test_all_conditions_of_a_rule_must_hold():
    rule = Rule("r", Grade.SEVERE, (one("is_media", "is_so"), one("tier", "one_of", ["core"])))
    assert not rule.applies({"is_media": True, "tier": "growth"})
    assert rule.applies({"is_media": True, "tier": "core"})


def test_a_rule_without_conditions_never_applies():
    assert graded({"is_safety": True}, [Rule("empty", Grade.SEVERE, ())]).grade == Grade.MINOR


@pytest.mark.parametrize("default", Grade.values)
def test_there_is_always_a_result(default):
    assert graded({}, [], default).as_evidence() == {"grade": default, "rules": [], "facts": {}, "why": []}


def test_a_default_that_is_graver_than_a_rule_does_not_hide_the_rule():
    light = Rule("light", Grade.MINOR, (one("is_media", "is_so"),))
    assert graded({"is_media": True}, [light], Grade.GENERAL).rules == ("light",)


def test_the_evidence_keeps_names_conditions_and_what_they_saw():
    rule = Rule("r", Grade.SEVERE, (one("repeats", "at_least", 1, 30),), {"en": "Again"})
    facts = {"repeats": (2.0, 40.0, 100.0), "tier": None, "category": ("a", "b"), "words": "secret"}
    assert graded(facts, [rule]).as_evidence() == {
        "grade": "severe",
        "rules": ["r"],
        "facts": {"repeats": 2, "category": "a"},
        "why": [
            {
                "code": "r",
                "names": {"en": "Again"},
                "conditions": [
                    {"fact": "repeats", "operator": "at_least", "value": 1, "days": 30, "seen": 1}
                ],
            }
        ],
    }


# ---- properties -------------------------------------------------------------------------------------
FACTS = st.fixed_dictionaries(
    {
        "impact": st.sampled_from([None, "one", "several", "organisation", "public"]),
        "tier": st.sampled_from([None, "strategic", "core", "growth"]),
        "repeats": st.none() | st.lists(st.floats(0, 200), max_size=4),
        "is_safety": st.booleans(),
        "emotion": st.sampled_from([None, "1", "5"]),
    }
)


@given(FACTS, st.permutations(seeded_rules()))
def test_the_order_of_the_rules_changes_nothing(facts, rules):
    usual, other = graded(facts, seeded_rules()), graded(facts, rules)
    assert (usual.grade, set(usual.rules)) == (other.grade, set(other.rules))


@given(FACTS, st.sets(st.integers(0, 10)))
def test_fewer_rules_never_make_it_graver(facts, left_out):
    some = [rule for place, rule in enumerate(seeded_rules()) if place not in left_out]
    assert GRADE_ORDER[graded(facts, some).grade] <= GRADE_ORDER[graded(facts, seeded_rules()).grade]


# ---- the schema -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (None, "none"),
        ([], "none"),
        ("impact", "none"),
        ({"fact": "impact"}, "none"),
        (["impact"], "no_object"),
        ([{"fact": "mood", "operator": "is_so"}], "unknown_fact"),
        ([{"fact": ["impact"], "operator": "is_so"}], "unknown_fact"),
        ([{"fact": "impact", "operator": "is_so"}], "unknown_operator"),
        ([{"fact": "impact", "value": "one"}], "unknown_operator"),
        ([{"fact": "impact", "operator": ["at_least"], "value": "one"}], "unknown_operator"),
        ([{"fact": "impact", "operator": "at_least", "value": "all"}], "bad_value"),
        ([{"fact": "impact", "operator": "at_least", "value": ["one"]}], "bad_value"),
        ([{"fact": "impact", "operator": "at_least", "value": "one", "days": 3}], "bad_days"),
        ([{"fact": "impact", "operator": "at_least", "value": "one", "note": "x"}], "unknown_key"),
        ([{"fact": "tier", "operator": "one_of", "value": []}], "bad_value"),
        ([{"fact": "tier", "operator": "one_of", "value": "core"}], "bad_value"),
        ([{"fact": "tier", "operator": "one_of", "value": ["core", 1]}], "bad_value"),
        ([{"fact": "is_safety", "operator": "is_so", "value": False}], "bad_value"),
        ([{"fact": "is_safety", "operator": "is_so", "value": 1}], "bad_value"),
        ([{"fact": "repeats", "operator": "at_least", "value": 1}], "bad_days"),
        ([{"fact": "repeats", "operator": "at_least", "value": 1, "days": 0}], "bad_days"),
        ([{"fact": "repeats", "operator": "at_least", "value": 1, "days": 731}], "bad_days"),
        ([{"fact": "repeats", "operator": "at_least", "value": 1, "days": True}], "bad_days"),
        ([{"fact": "repeats", "operator": "at_least", "value": 0, "days": 9}], "bad_value"),
        ([{"fact": "repeats", "operator": "at_least", "value": True, "days": 9}], "bad_value"),
        ([{"fact": "emotion", "operator": "at_least", "value": 5}], "bad_value"),
        ([{"fact": "amount", "operator": "at_least", "value": "0"}], "bad_value"),
        ([{"fact": "amount", "operator": "at_least", "value": "1.005"}], "bad_value"),
        ([{"fact": "amount", "operator": "at_least", "value": "NaN"}], "bad_value"),
        ([{"fact": "amount", "operator": "at_least", "value": "1e99"}], "bad_value"),
        ([{"fact": "amount", "operator": "at_least", "value": "much"}], "bad_value"),
        ([{"fact": "category", "operator": "within", "value": ["A b"]}], "bad_value"),
        ([{"fact": "words", "operator": "any_of", "value": ["  "]}], "bad_value"),
        ([{"fact": "words", "operator": "any_of", "value": ["x" * 41]}], "bad_value"),
        ([{"fact": "words", "operator": "any_of", "value": ["x"] * 51}], "bad_value"),
        ([{"fact": "is_media", "operator": "is_so"}] * 2, "twice"),
        ([{"fact": "is_media", "operator": "is_so"}] * 12, "too_many"),
    ],
)  # fmt: skip
def test_what_nobody_could_evaluate_is_refused(raw, code):
    with pytest.raises(BadCondition) as refused:
        read_conditions(raw)
    assert refused.value.code == code


def test_conditions_are_kept_in_the_order_of_the_facts_and_read_again():
    raw = [
        {"fact": "amount", "operator": "at_least", "value": 1000},
        {"fact": "tier", "operator": "one_of", "value": ["core", "core"]},
        {"fact": "is_media", "operator": "is_so"},
    ]
    kept = as_json(read_conditions(raw))
    assert kept == [
        {"fact": "tier", "operator": "one_of", "value": ["core"]},
        {"fact": "is_media", "operator": "is_so", "value": True},
        {"fact": "amount", "operator": "at_least", "value": "1000.00"},
    ]
    assert as_json(read_conditions(kept)) == kept


def test_a_condition_without_value_of_its_own_is_a_flag():
    assert one("is_legal", "is_so") == Condition("is_legal", "is_so", True)


@given(st.text(max_size=40), st.text(max_size=200))
def test_any_word_may_be_looked_for_in_any_text(word, text):
    assert word_in(word, plain(text)) in {True, False}


# ---- priority ---------------------------------------------------------------------------------------
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
