"""Grading rules as rows: kept, ordered, deleted, brought back; and what they do to complaints."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from complaints.domain.assessing import regrade_by_rules, verdict_of
from complaints.domain.grading_facts import facts_of, facts_of_many
from complaints.domain.grading_preview import impact_of, rules_with, rules_without
from complaints.domain.grading_rules import (
    delete_rule,
    move_rule,
    restore_seeded,
    rules_in_force,
    save_rule,
    seed_rules,
    seeded_rules,
    set_default_grade,
    switch_rule,
)
from complaints.models import Complaint, Entry, GradingRule, GradingSetting
from complaints.tests.factories import CategoryFactory, ComplaintFactory, registered
from complaints.words import line_in_words
from complaints.words.grading import category_names, sentence_of, why_of
from core.errors import Conflict, DomainError
from core.models import AuditEntry
from customers.tests.factories import CustomerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare")]

WORDS = [{"fact": "words", "operator": "any_of", "value": ["refund", "退款"]}]
MEDIA = [{"fact": "is_media", "operator": "is_so", "value": True}]


@pytest.fixture
def admin(user_in):
    return user_in("administrator")


def rule(by, **values) -> GradingRule:
    data = {"name_en": "Money back", "grade": "general", "conditions": WORDS, **values}
    return save_rule(data, by=by)


# ---- what an installation begins with ---------------------------------------------------------------
def test_an_installation_begins_with_the_rules_of_the_product():
    assert [row.code for row in rules_in_force()] == [row.code for row in seeded_rules()]
    assert rules_in_force() == seeded_rules()


def test_what_was_deleted_does_not_come_back_by_itself():
    GradingRule.objects.all().delete()
    assert (seed_rules(), GradingRule.objects.count()) == (0, 0)


# ---- kept -------------------------------------------------------------------------------------------
def test_a_rule_grades_the_next_complaint_and_leaves_the_last(admin):
    before = registered(title="I want a refund")
    made = rule(admin)
    after = registered(title="I want a refund")
    before.refresh_from_db()
    assert (before.grade, after.grade) == ("minor", "general")
    assert after.grade_evidence["rules"] == [made.code]
    assert AuditEntry.objects.about(made).count() == 1


def test_each_own_rule_has_a_code_of_its_own_that_is_never_given_again(admin):
    first, second = rule(admin), rule(admin)
    delete_rule(second, by=admin)
    third = rule(admin)
    assert len({first.code, second.code, third.code}) == 3


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"name_en": " "}, "name_needed", "name_en"),
        ({"conditions": []}, "bad_conditions", "conditions"),
        ({"conditions": [{"fact": "mood", "operator": "is_so"}]}, "bad_conditions", "conditions"),
        ({"conditions": [{"fact": "category", "operator": "within", "value": ["nowhere"]}]},
         "unknown_category", "conditions"),
        ({"grade": "dreadful"}, "invalid", "grade"),
        ({"code": "mine"}, "unknown_field", "code"),
    ],
)  # fmt: skip
def test_what_makes_no_rule_is_refused(admin, values, code, field):
    before = GradingRule.objects.count()
    with pytest.raises(DomainError) as refused:
        rule(admin, **values)
    assert (refused.value.code, list(refused.value.fields)) == (code, [field])
    assert GradingRule.objects.count() == before


def test_of_two_who_edit_the_second_is_refused(admin):
    made = rule(admin)
    save_rule({"grade": "severe"}, by=admin, rule=made, version=1)
    with pytest.raises(Conflict) as refused:
        save_rule({"grade": "minor"}, by=admin, rule=made, version=1)
    assert refused.value.code == "stale"
    made.refresh_from_db()
    assert (made.grade, made.version) == ("severe", 2)


def test_a_rule_that_is_switched_off_grades_nothing(admin):
    made = rule(admin)
    switch_rule(made, is_active=False, by=admin)
    switch_rule(made, is_active=False, by=admin)
    assert registered(title="A refund, please").grade == "minor"
    assert AuditEntry.objects.about(made).count() == 2  # made, switched off once
    switch_rule(made, is_active=True, by=admin)
    assert registered(title="A refund, please").grade == "general"


def test_rules_change_places_and_stop_at_the_ends(admin):
    codes = list(GradingRule.objects.values_list("code", flat=True))
    first = GradingRule.objects.get(code=codes[0])
    assert (move_rule(first, up=True, by=admin), move_rule(first, up=False, by=admin)) == (False, True)
    assert list(GradingRule.objects.values_list("code", flat=True)) == [codes[1], codes[0], *codes[2:]]
    last = GradingRule.objects.get(code=codes[-1])
    assert move_rule(last, up=False, by=admin) is False


def test_the_default_grade_holds_where_no_rule_applies(admin):
    GradingRule.objects.all().delete()
    set_default_grade("general", by=admin)
    case = registered(is_safety=True)
    assert (case.grade, case.grade_evidence["rules"]) == ("general", [])
    with pytest.raises(DomainError):
        set_default_grade("none", by=admin)
    with pytest.raises(Conflict):
        set_default_grade("minor", by=admin, version=1)


def test_conditions_that_cannot_be_read_leave_the_rule_out_and_grading_alive(admin, caplog):
    made = rule(admin)
    GradingRule.objects.filter(pk=made.pk).update(conditions=[{"fact": "gone"}])
    assert registered(title="A refund", is_media=True).grade == "severe"
    assert made.code in caplog.text


# ---- the evidence stays -----------------------------------------------------------------------------
def test_words_of_an_old_case_stay_when_its_rule_is_renamed_and_deleted(admin):
    made = rule(admin, name_zh_hans="要求退款")
    case = registered(title="I want a refund")
    said = Entry.objects.get(complaint=case, data__code="registered")
    save_rule({"name_en": "Other", "name_zh_hans": "别的"}, by=admin, rule=made)
    delete_rule(made, by=admin)
    case.refresh_from_db()
    why = why_of(case.grade_evidence, {})
    assert why == [
        {
            "name": "Money back",
            "conditions": [{"clause": "the text has “refund” or “退款”", "seen": "“refund”"}],
        }
    ]
    assert line_in_words(said.data) == "Received and graded: General. Money back."
    with translation.override("zh-hans"):
        assert why_of(case.grade_evidence, {})[0]["name"] == "要求退款"


def test_evidence_from_before_rules_were_rows_has_its_words_still():
    old = {"grade": "general", "rules": ["repeat"], "facts": {"repeats": 1}}
    assert why_of(old, {}) == [{"name": "the customer complains again within 90 days", "conditions": []}]
    line = {"code": "registered", "params": {"grade": "general", "rules": ["repeat"]}}
    assert line_in_words(line) == (
        "Received and graded: General. the customer complains again within 90 days."
    )


def test_deleting_twice_is_no_error(admin):
    made = rule(admin)
    delete_rule(made, by=admin)
    delete_rule(made, by=admin)
    assert AuditEntry.objects.about(made).filter(action="deleted").count() == 1


# ---- back to the rules of the product ---------------------------------------------------------------
def test_the_rules_of_the_product_come_back_and_own_ones_are_kept_switched_off(admin):
    made = rule(admin)
    delete_rule(GradingRule.objects.get(code="legal"), by=admin)
    save_rule({"grade": "minor"}, by=admin, rule=GradingRule.objects.get(code="safety"))
    move_rule(made, up=True, by=admin)
    set_default_grade("severe", by=admin)
    assert restore_seeded(by=admin) == 3
    assert rules_in_force() == seeded_rules()
    assert GradingSetting.load().default_grade == "minor"
    made.refresh_from_db()
    assert made.is_active is False
    assert restore_seeded(by=admin) == 0


# ---- facts ------------------------------------------------------------------------------------------
def test_the_facts_of_many_are_those_of_each():
    now = timezone.now()
    customer = CustomerFactory(tier="strategic")
    CategoryFactory(code="course")
    child = CategoryFactory(code="course.room", parent_code="course")
    ComplaintFactory(customer=customer, received_at=now, category=child)
    for days in (10, 10, 100, 800):
        ComplaintFactory(customer=customer, received_at=now - timedelta(days=days))
    ComplaintFactory(customer=customer, received_at=now - timedelta(days=5), kind="request", grade="")
    ComplaintFactory(customer=None, received_at=now, amount_at_stake="12.50")
    rows = list(Complaint.objects.complaints().select_related("customer", "category").order_by("pk"))
    assert facts_of_many(rows) == [facts_of(row) for row in rows]
    newest = facts_of(rows[0])
    assert [round(age) for age in newest["repeats"]] == [10, 10, 100]
    assert newest["category"] == ("course.room", "course")


def test_facts_of_many_need_as_many_queries_for_three_as_for_one(django_assert_num_queries):
    for _n in range(3):
        ComplaintFactory(category=CategoryFactory())
    rows = list(Complaint.objects.select_related("customer", "category"))
    with django_assert_num_queries(2):
        facts_of_many(rows)
    with django_assert_num_queries(2):
        facts_of_many(rows[:1])


# ---- the effect before it is saved ------------------------------------------------------------------
def test_the_effect_is_that_of_the_rules_over_the_last_complaints(admin):
    hit = ComplaintFactory(title="A refund", customer=None)
    ComplaintFactory(title="Nothing of it", customer=None)
    ComplaintFactory(title="A refund", is_media=True, customer=None)  # severe already
    typed = GradingRule(code="new", name_en="x", grade="general", conditions=WORDS)
    found = impact_of(rules_with(typed), user=admin)
    assert (found.looked_at, found.changed, found.moves) == (3, 1, (("minor", "general", 1),))
    assert [(one.case, one.old, one.new) for one in found.examples] == [(hit, "minor", "general")]
    assert impact_of(rules_with(typed), user=admin, most=1).looked_at == 1
    without = impact_of(rules_without(GradingRule.objects.get(code="media")), user=admin)
    assert without.moves == (("severe", "minor", 1),)
    assert impact_of(rules_in_force(), default="general", user=admin).moves == (("minor", "general", 2),)


def test_the_effect_looks_at_what_the_person_sees(agent):
    ComplaintFactory(title="A refund", customer=None)
    assert impact_of([], user=agent).looked_at == 0


# ---- grading again ----------------------------------------------------------------------------------
def test_grading_again_writes_grade_evidence_and_reason(admin):
    case = registered(title="I want a refund")
    rule(admin)
    regrade_by_rules(case, reason="The rules were changed", by=admin, seen="general")
    case.refresh_from_db()
    assert (case.grade, case.priority) == ("general", "normal")
    assert case.grade_evidence["again"] == {"from": "minor", "reason": "The rules were changed"}
    told = Entry.objects.get(complaint=case, data__code="graded_again")
    assert line_in_words(told.data) == (
        "Graded again by the rules, from Minor to General. Money back. The rules were changed"
    )


@pytest.mark.parametrize(
    ("title", "reason", "seen", "code"),
    [
        ("Nothing of it", "Because", None, "same_grade"),
        ("A refund", " ", None, "reason_needed"),
        ("A refund", "Because", "severe", "verdict_changed"),
    ],
)
def test_grading_again_is_refused(admin, title, reason, seen, code):
    case = registered(title=title)
    rule(admin)
    with pytest.raises(DomainError) as refused:
        regrade_by_rules(case, reason=reason, by=admin, seen=seen)
    assert refused.value.code == code


def test_a_service_request_has_no_grade_to_give_again(admin):
    case = registered(kind="request", is_media=True)
    assert (case.grade, verdict_of(case).grade) == ("", "severe")
    with pytest.raises(Conflict):
        regrade_by_rules(case, reason="Because", by=admin)


# ---- in words ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("conditions", "sentence"),
    [
        (MEDIA, "Severe when media or the public take notice"),
        (
            [{"fact": "tier", "operator": "one_of", "value": ["strategic"]},
             {"fact": "repeats", "operator": "at_least", "value": 1, "days": 90}],
            "Severe when the tier of the customer is “Strategic” and the customer complained before within"
            " 90 days",
        ),
        (
            [{"fact": "repeats", "operator": "at_least", "value": 3, "days": 30}],
            "Severe when the customer complained at least 3 times before within 30 days",
        ),
        (
            [{"fact": "impact", "operator": "at_least", "value": "several"},
             {"fact": "amount", "operator": "at_least", "value": "5000"}],
            "Severe when the trouble reaches at least “Several people or a class” and at least ¥5,000 is at"
            " stake",
        ),
        ([{"fact": "category", "operator": "within", "value": ["room"]}],
         "Severe when the category lies within “Rooms”"),
        ([{"fact": "mood"}], "This rule cannot be read; it is left out."),
    ],
)  # fmt: skip
def test_a_rule_reads_as_a_sentence(conditions, sentence):
    CategoryFactory(code="room", name_en="Rooms")
    assert sentence_of("severe", conditions, category_names()) == sentence
