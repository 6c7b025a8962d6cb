"""Grading rules and applying on pages and over the API."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from django.urls import reverse

from complaints.domain.applying import fingerprint
from complaints.models import Complaint, GradingRule, GradingSetting, PolicyApplying
from complaints.tests.factories import CalendarFactory, QueueFactory, policy, registered
from core.domain.bulk import request_bulk, request_undo, run_bulk, undo_bulk
from core.models import BulkRun

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare")]


@pytest.fixture
def manager(user_in):
    return user_in("manager")


@pytest.fixture
def client(manager, client_of):
    return client_of(manager)


def url(name, *args):
    return reverse(f"complaints:{name}", args=args)


def text_of(response, status=200):
    assert response.status_code == status
    return response.content.decode()


RULE = {
    "name_en": "Money <b>back</b>",
    "grade": "general",
    "is_active": "on",
    "words": "refund, 退款",
    "repeat_days": 90,
}


# ---- the list ---------------------------------------------------------------------------------------
def test_everybody_reads_the_rules_as_sentences_and_only_some_change_them(client, client_of, agent):
    shown = text_of(client.get(url("gradingrule-list")))
    assert "Severe when the tier of the customer is “Strategic” and the customer complained" in shown
    assert url("gradingrule-create") in shown
    read_only = text_of(client_of(agent).get(url("gradingrule-list")))
    assert "A strategic customer complains again" in read_only
    for name in ("gradingrule-create", "gradingrule-restore", "gradingsetting-update"):
        assert url(name) not in read_only
        assert client_of(agent).get(url(name)).status_code == 403


def test_an_empty_list_says_what_then_holds(client):
    GradingRule.objects.all().delete()
    assert "No rules: every complaint gets the grade below." in text_of(client.get(url("gradingrule-list")))


def test_the_list_needs_as_many_queries_for_many_rules_as_for_one(client, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count():
        with CaptureQueriesContext(connection) as queries:
            client.get(url("gradingrule-list"))
        return len(queries)

    count()
    many = count()
    GradingRule.objects.exclude(code="safety").delete()
    assert count() == many


# ---- a rule -----------------------------------------------------------------------------------------
def test_a_rule_is_made_by_its_form_and_its_name_is_escaped(client):
    assert client.post(url("gradingrule-create"), RULE).status_code == 302
    made = GradingRule.objects.get(name_en=RULE["name_en"])
    assert made.conditions == [{"fact": "words", "operator": "any_of", "value": ["refund", "退款"]}]
    shown = text_of(client.get(url("gradingrule-list")))
    assert "Money &lt;b&gt;back&lt;/b&gt;" in shown
    assert "Money <b>" not in shown


def test_the_same_form_sent_twice_makes_one_rule(client):
    for _n in range(2):
        client.post(url("gradingrule-create"), {**RULE, "once": "abc"})
    assert GradingRule.objects.filter(name_en=RULE["name_en"]).count() == 1


def test_the_effect_is_shown_before_and_nothing_is_saved(client, manager):
    QueueFactory(is_default=True, team=manager.team)
    case = registered(title="A refund")
    before = GradingRule.objects.count()
    shown = text_of(client.post(url("gradingrule-create"), {**RULE, "preview": "1"}))
    assert "<b>1</b> would be graded otherwise" in shown
    assert case.number in shown
    assert GradingRule.objects.count() == before


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"words": ""}, "Name at least one condition"),
        ({"name_en": ""}, "Give a name in at least one language."),
        ({"impact_at_least": "several", "impact_one_of": ["public"]}, "Choose one way of asking"),
        ({"repeats": 2, "repeat_days": ""}, "Say within how many days."),
        ({"words": "x" * 41}, "At most 50 words of 40 characters."),
    ],
)
@pytest.mark.parametrize("button", [{}, {"preview": "1"}], ids=["save", "preview"])
def test_what_makes_no_rule_is_shown_in_the_form(client, values, message, button):
    shown = text_of(client.post(url("gradingrule-create"), {**RULE, **values, **button}), 422)
    assert message in shown


def test_a_rule_comes_back_into_its_form_as_it_was(client):
    everything = {
        **RULE, "impact_at_least": "several", "tier": ["core"], "intake": ["phone", "email"], "repeats": 2,
        "repeat_days": 30, "emotion": "4", "amount": "5000", "is_media": "on",
    }  # fmt: skip
    client.post(url("gradingrule-create"), everything)
    made = GradingRule.objects.get(name_en=RULE["name_en"])
    form = client.get(url("gradingrule-update", made.pk)).context["form"]
    names = ("impact_at_least", "tier", "intake", "repeats", "repeat_days", "emotion", "words")
    assert {name: form.initial[name] for name in names} == {name: everything[name] for name in names}
    assert form.initial["is_media"] is True
    assert form.initial["amount"] == "5000.00"


def test_of_two_who_edit_the_second_sees_both_versions(client):
    made = GradingRule.objects.get(code="several")
    data = {
        "name_en": "Many",
        "grade": "severe",
        "is_active": "on",
        "impact_one_of": ["several"],
        "version": 1,
    }
    assert client.post(url("gradingrule-update", made.pk), data).status_code == 302
    shown = text_of(client.post(url("gradingrule-update", made.pk), {**data, "grade": "minor"}), 409)
    assert "Save my version" in shown
    made.refresh_from_db()
    assert (made.grade, made.name_en) == ("severe", "Many")


def test_rules_are_moved_switched_and_deleted_with_a_question(client):
    row = GradingRule.objects.get(code="media")
    assert client.post(url("gradingrule-up", row.pk)).url.endswith(f"#rule-{row.pk}")
    assert GradingRule.objects.first() == row
    client.post(url("gradingrule-down", row.pk))
    assert GradingRule.objects.first().code == "safety"
    assert "None of the last 0 complaints" in text_of(client.get(url("gradingrule-switch", row.pk)))
    for _n in range(2):
        client.post(url("gradingrule-switch", row.pk) + "?to=off")
    row.refresh_from_db()
    assert row.is_active is False
    assert "Complaints that it graded keep their grade" in text_of(
        client.get(url("gradingrule-delete", row.pk))
    )
    client.post(url("gradingrule-delete", row.pk))
    assert not GradingRule.objects.filter(pk=row.pk).exists()
    assert "Rules of your own are switched off" in text_of(client.get(url("gradingrule-restore")))
    client.post(url("gradingrule-restore"))
    assert GradingRule.objects.active().filter(code="media").exists()


def test_the_default_grade_has_its_form_and_its_effect(client):
    row = GradingSetting.load()
    data = {"default_grade": "general", "version": row.version}
    assert "What saving would do" in text_of(
        client.post(url("gradingsetting-update"), {**data, "preview": "1"})
    )
    client.post(url("gradingsetting-update"), data)
    assert GradingSetting.load().default_grade == "general"


# ---- trying -----------------------------------------------------------------------------------------
def test_a_case_that_could_come_is_tried(client):
    shown = text_of(client.post(url("gradingrule-try"), {"tier": "strategic", "repeats": 1, "days_ago": 3}))
    assert shown.count("decides") == 1
    assert "seen: 1 before" in shown


def test_a_complaint_that_is_there_is_tried_by_its_number_within_reach(client, manager, client_of, user_in):
    from core.tests.factories import TeamFactory

    QueueFactory(is_default=True, team=manager.team)
    case = registered(is_media=True)
    shown = text_of(client.get(url("gradingrule-try"), {"number": case.number}))
    assert "Media or public attention" in shown
    stranger = client_of(user_in("agent", team=TeamFactory()))
    answer = stranger.get(url("gradingrule-try"), {"number": case.number})
    assert "no complaint of this number" in text_of(answer, 422)


# ---- one complaint, and many ------------------------------------------------------------------------
@pytest.fixture
def graded_otherwise(manager):
    """A minor complaint that the rules of today would call general."""
    QueueFactory(is_default=True, team=manager.team)
    case = registered(title="A refund")
    GradingRule.objects.create(
        code="own-1", name_en="Money back", grade="general",
        conditions=[{"fact": "words", "operator": "any_of", "value": ["refund"]}],
    )  # fmt: skip
    return case


def test_the_page_says_why_and_grades_again_after_showing_the_result(client, graded_otherwise):
    case = graded_otherwise
    assert url("complaint-grade-again", case.pk) in text_of(client.get(case.get_absolute_url()))
    shown = text_of(client.get(url("complaint-grade-again", case.pk)))
    assert "Money back" in shown
    data = {"grade": "general", "reason": "The rules were changed"}
    assert client.post(url("complaint-grade-again", case.pk), {**data, "reason": ""}).status_code == 422
    assert client.post(url("complaint-grade-again", case.pk), {**data, "grade": "severe"}).status_code == 422
    assert client.post(url("complaint-grade-again", case.pk), data).status_code == 302
    page = text_of(client.get(case.get_absolute_url()))
    assert "Graded again by the rules: The rules were changed" in page
    assert "the text has “refund” · seen: “refund”" in page
    assert "nothing to change" in text_of(client.get(url("complaint-grade-again", case.pk)))


def test_many_are_graded_again_and_back(manager, graded_otherwise):
    other = registered(title="Nothing of it")
    data = QueryDict("reason=The rules were changed")
    run = request_bulk(
        "complaints.complaint",
        "grade_again",
        query="",
        ids=[graded_otherwise.pk, other.pk],
        data=data,
        by=manager,
    )
    assert run_bulk(run.pk) == {"changed": 1, "same": 1}
    assert Complaint.objects.get(pk=graded_otherwise.pk).grade == "general"
    request_undo(BulkRun.objects.get(pk=run.pk), by=manager)
    undo_bulk(run.pk)
    assert Complaint.objects.get(pk=graded_otherwise.pk).grade == "minor"


# ---- a policy applied -------------------------------------------------------------------------------
@pytest.fixture
def ours(manager):
    CalendarFactory(is_default=True)
    QueueFactory(is_default=True, team=manager.team)
    return policy()


def test_applying_shows_its_preview_asks_and_then_its_progress(ours, user_in, client_of):
    admin = client_of(user_in("administrator"))
    case = registered()
    assert url("policy-apply", ours.pk) in text_of(admin.get(url("policy-detail", ours.pk)))
    ours.targets.filter(clock="respond").update(amount=8)
    shown = text_of(admin.get(url("policy-apply", ours.pk)))
    assert "Due times that come later" in shown
    assert case.number in shown
    data = {"seen": fingerprint(ours)}
    for _n in range(2):
        assert admin.post(url("policy-apply", ours.pk), data).status_code == 302
    assert PolicyApplying.objects.count() == 1
    assert "Waiting for the worker" in text_of(admin.get(url("policy-apply", ours.pk)))


def test_applying_what_nobody_saw_is_refused(ours, user_in, client_of):
    registered()
    admin = client_of(user_in("administrator"))
    shown = text_of(admin.post(url("policy-apply", ours.pk), {"seen": "older"}), 409)
    assert "The policy was changed meanwhile" in shown


def test_applying_without_open_cases_says_so(ours, user_in, client_of):
    admin = client_of(user_in("administrator"))
    assert "there is nothing to apply it to" in text_of(admin.get(url("policy-apply", ours.pk)))


def test_who_may_not_change_policies_may_not_apply_them(ours, client):
    assert url("policy-apply", ours.pk) not in text_of(client.get(url("policy-detail", ours.pk)))
    assert client.get(url("policy-apply", ours.pk)).status_code == 403
    assert client.post(url("policy-apply", ours.pk)).status_code == 403


# ---- the API ----------------------------------------------------------------------------------------
def api(client, method, path, data=None, **headers):
    return getattr(client, method)(f"/api/v1/{path}", data, content_type="application/json", **headers)


API_RULE = {
    "name_en": "Money back",
    "grade": "general",
    "conditions": [
        {"fact": "repeats", "operator": "at_least", "value": 2, "days": 30},
        {"fact": "amount", "operator": "at_least", "value": "5000.00"},
    ],
}


def test_rules_over_the_api(client):
    made = api(client, "post", "grading-rules/", API_RULE)
    assert made.status_code == 201
    key, kept = made.json()["id"], made.json()
    assert kept["conditions"] == API_RULE["conditions"]
    assert kept["sentence"].startswith("General when the customer complained at least 2 times before")
    changed = api(client, "patch", f"grading-rules/{key}/", {"is_active": False, "version": 1})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert api(client, "patch", f"grading-rules/{key}/", {"grade": "minor", "version": 1}).status_code == 409
    places = [row["code"] for row in api(client, "get", "grading-rules/").json()["results"]]
    api(client, "post", f"grading-rules/{key}/move/", {"direction": "up"})
    after = [row["code"] for row in api(client, "get", "grading-rules/").json()["results"]]
    assert after == [*places[:-2], places[-1], places[-2]]
    assert api(client, "delete", f"grading-rules/{key}/").status_code == 204
    assert api(client, "get", f"grading-rules/{key}/").status_code == 404


@pytest.mark.parametrize(
    "values",
    [
        {"conditions": []},
        {"conditions": [{"fact": "mood", "operator": "is_so"}]},
        {"conditions": [{"fact": "repeats", "operator": "at_least", "value": {"a": 1}, "days": 30}]},
        {"conditions": "all"},
        {"grade": "dreadful"},
        {"code": "safety"},
    ],
)
def test_the_api_refuses_what_makes_no_rule(client, values):
    before = GradingRule.objects.count()
    answer = api(client, "post", "grading-rules/", {**API_RULE, **values})
    allowed = {400} if "code" not in values else {201}  # a read-only key may be sent back
    assert answer.status_code in allowed
    assert GradingRule.objects.count() == before + (answer.status_code == 201)
    assert not GradingRule.objects.filter(code="safety", name_en="Money back").exists()


def test_trying_and_the_effect_over_the_api(client, manager, graded_otherwise):
    facts = {"facts": {"words": "I want a refund", "is_safety": False}}
    tried = api(client, "post", "grading-rules/try/", facts).json()
    assert (tried["grade"], tried["rules"]) == ("general", ["own-1"])
    tried = api(client, "post", "grading-rules/try/", {"complaint": graded_otherwise.pk}).json()
    assert tried["grade"] == "general"
    assert api(client, "post", "grading-rules/try/", {}).status_code == 400
    words = {"fact": "words", "operator": "any_of", "value": ["refund"]}
    effect = api(
        client, "post", "grading-rules/impact/", {**API_RULE, "grade": "severe", "conditions": [words]}
    )
    assert effect.json()["moves"] == [{"old": "general", "new": "severe", "count": 1}]
    assert effect.json()["examples"][0]["number"] == graded_otherwise.number


def test_grading_again_over_the_api(client, graded_otherwise):
    path = f"complaints/{graded_otherwise.pk}"
    assert api(client, "get", f"{path}/verdict/").json()["grade"] == "general"
    done = api(client, "post", f"{path}/grade-again/", {"reason": "Rules of today"})
    assert (done.status_code, done.json()["grade"]) == (200, "general")
    assert api(client, "post", f"{path}/grade-again/", {"reason": "Again"}).status_code == 409


def test_staff_reads_rules_over_the_api_and_changes_none(client_of, agent):
    client = client_of(agent)
    assert api(client, "get", "grading-rules/").json()["results"][0]["code"] == "safety"
    assert api(client, "post", "grading-rules/", API_RULE).status_code == 403
    key = GradingRule.objects.first().pk
    assert api(client, "delete", f"grading-rules/{key}/").status_code == 403
    assert api(client, "post", f"grading-rules/{key}/move/", {"direction": "down"}).status_code == 403


def test_applying_over_the_api(ours, user_in, client_of, client):
    registered()
    admin = client_of(user_in("administrator"))
    preview = api(admin, "get", f"service-policies/{ours.pk}/apply-preview/").json()
    assert (preview["total"], preview["seen"]) == (1, fingerprint(ours))
    refused = api(admin, "post", f"service-policies/{ours.pk}/apply/", {"seen": "older"})
    assert refused.status_code == 409
    first = api(admin, "post", f"service-policies/{ours.pk}/apply/", {"seen": preview["seen"]})
    again = api(admin, "post", f"service-policies/{ours.pk}/apply/", {})
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["id"] == again.json()["id"]
    assert len(api(client, "get", "service-policies/").json()["results"]) == 1
    assert api(client, "post", f"service-policies/{ours.pk}/apply/", {}).status_code == 403
