"""Settings of cases over the API: who reads and changes them, by which checks, and what is kept of it."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from complaints.models import (
    CompensationCeiling,
    ConductCriterion,
    GradingRule,
    GradingSetting,
    LegalReference,
    LetterTemplate,
)
from core.models import AuditEntry

pytestmark = pytest.mark.django_db
JSON = "application/json"
STAFF = {"agent", "sales", "trainer", "manager", "analyst", "integration"}
#: prefix → (a change, who reads it, who may change it beside administrators, what is refused)
SETTINGS = {
    "grading-settings": ({"default_grade": "general"}, STAFF, {"manager"}, {"default_grade": "grave"}),
    "callback-policies": ({"low_score": 3}, STAFF, set(), {"low_score": 5}),
    "satisfaction-policies": ({"days": 60}, {"manager", "analyst"}, set(), {"false_share": "0.5"}),
    "letter-settings": ({"objection_days": 60}, STAFF, {"manager"}, {"objection_days": 0}),
    "mail-policies": ({"reopen_days": 7}, {"manager"}, set(), {"keep_days": 1}),
    "compensation-ceilings": ({"free": "90.00"}, STAFF, set(), {"free": "99999999"}),
    "conduct-criteria": (
        {"position": 9},
        {"agent", "sales", "manager", "integration"},
        {"manager"},
        {"name_en": "", "name_zh_hans": "", "name_zh_hant": ""},
    ),
    "letter-templates": ({"subject": "About {number}"}, STAFF, {"manager"}, {"body": "Dear {nobody}"}),
    "legal-references": ({"article": "7"}, STAFF, {"manager"}, {"in_force_until": "1900-01-01"}),
    "service-policies": ({"position": 77}, STAFF, set(), {"category_code": "nowhere"}),
}
ROLES = sorted(STAFF | {"administrator"})


@pytest.fixture
def admin(user_in):
    return user_in("administrator")


@pytest.fixture
def client(admin, client_of):
    return client_of(admin)


def first(client, prefix):
    return client.get(f"/api/v1/{prefix}/").json()["results"][0]


def patched(client, path, data, **headers):
    return client.patch(f"/api/v1/{path}/", data, content_type=JSON, headers=headers)


def posted(client, path, data):
    return client.post(f"/api/v1/{path}/", data, content_type=JSON)


@pytest.mark.parametrize("prefix", SETTINGS)
def test_a_change_is_kept_with_its_version_and_an_audit_line(prefix, client, admin):
    change = SETTINGS[prefix][0]
    row = first(client, prefix)
    done = patched(client, f"{prefix}/{row['id']}", {**change, "version": row["version"]})
    assert (done.status_code, done.json()["version"]) == (200, row["version"] + 1)
    assert {name: done.json()[name] for name in change} == change
    line = AuditEntry.objects.latest("pk")
    assert (line.actor, set(change) <= set(line.changes)) == (admin, True)


@pytest.mark.parametrize("prefix", SETTINGS)
def test_what_somebody_else_changed_is_not_overwritten(prefix, client):
    change = SETTINGS[prefix][0]
    row = first(client, prefix)
    path = f"{prefix}/{row['id']}"
    assert patched(client, path, change, **{"If-Match": f'"{row["version"]}"'}).status_code == 200
    stale = patched(client, path, change, **{"If-Match": f'"{row["version"]}"'})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")


@pytest.mark.parametrize("prefix", SETTINGS)
def test_what_the_page_refuses_is_refused_here_with_the_field(prefix, client):
    wrong = SETTINGS[prefix][3]
    row = first(client, prefix)
    refused = patched(client, f"{prefix}/{row['id']}", wrong)
    assert refused.status_code == 400
    assert refused.json()["errors"]
    unknown = patched(client, f"{prefix}/{row['id']}", {"colour": "red"})
    assert set(unknown.json()["errors"]) == {"colour"}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("prefix", SETTINGS)
def test_who_reads_and_who_changes(prefix, role, client, user_in, client_of):
    change, readers, changers, _wrong = SETTINGS[prefix]
    path = f"{prefix}/{first(client, prefix)['id']}"
    caller = client_of(user_in(role))
    reads = {*readers, "administrator"}
    assert caller.get(f"/api/v1/{prefix}/").status_code == (200 if role in reads else 403)
    may = {*changers, "administrator"}
    assert patched(caller, path, change).status_code == (200 if role in may else 403)


@pytest.mark.parametrize("prefix", SETTINGS)
def test_settings_are_there_from_the_beginning_and_are_never_deleted(prefix, client):
    row = first(client, prefix)
    assert client.delete(f"/api/v1/{prefix}/{row['id']}/").status_code == 403


def test_a_ceiling_below_what_is_free_is_refused(client):
    row = CompensationCeiling.objects.get(grade="minor")
    refused = patched(client, f"compensation-ceilings/{row.pk}", {"most": "1.00"})
    assert (refused.status_code, refused.json()["code"]) == (400, "most_below_free")
    assert patched(client, f"compensation-ceilings/{row.pk}", {"grade": "severe"}).json()["grade"] == "minor"
    assert posted(client, "compensation-ceilings", {"free": "1", "most": "2"}).status_code == 403


def test_a_criterion_is_made_and_needs_a_name(client):
    refused = posted(client, "conduct-criteria", {"explanation": "Nothing"})
    assert refused.json()["code"] == "name_needed"
    made = posted(client, "conduct-criteria", {"name_zh_hans": "威胁他人", "position": 4})
    assert (made.status_code, made.json()["name"]) == (201, "威胁他人")
    assert ConductCriterion.objects.get(pk=made.json()["id"]).is_active


def test_versions_of_a_rule_do_not_overlap(client):
    data = {"code": "a-law", "name_en": "A law", "in_force_from": "2020-01-01"}
    made = posted(client, "legal-references", data)
    assert (made.status_code, made.json()["name"]) == (201, "A law")
    later = {**data, "in_force_from": "2024-01-01"}
    assert posted(client, "legal-references", later).json()["code"] == "versions_overlap"
    ended = patched(client, f"legal-references/{made.json()['id']}", {"in_force_until": "2023-12-31"})
    assert ended.status_code == 200
    assert posted(client, "legal-references", later).status_code == 201
    assert LegalReference.objects.filter(code="a-law").in_force_on(date(2024, 5, 1)).count() == 1


def test_an_integration_cites_a_law_and_enters_none(user_in, client_of):
    caller = client_of(user_in("integration"))
    data = {"code": "a-law", "name_en": "A law", "in_force_from": "2020-01-01"}
    assert posted(caller, "legal-references", data).status_code == 403
    assert posted(caller, "conduct-criteria", {"name_en": "Shouting"}).status_code == 403
    assert posted(caller, "service-policies", {"name": "Mine"}).status_code == 403


def test_a_template_changes_into_its_next_edition(client):
    row = LetterTemplate.objects.first()
    done = patched(client, f"letter-templates/{row.pk}", {"subject": "About {number}"}).json()
    assert done["edition"] == row.edition + 1
    assert row.editions.count() == row.edition + 1
    unknown = patched(client, f"letter-templates/{row.pk}", {"subject": "{nobody}"})
    assert unknown.json()["code"] == "unknown_placeholder"


def test_the_rules_of_the_product_come_back(client, user_in, client_of):
    GradingRule.objects.update(is_active=False)
    GradingSetting.objects.update(default_grade="severe")
    caller = client_of(user_in("integration"))
    assert posted(caller, "grading-rules/restore", {}).status_code == 403
    done = posted(client, "grading-rules/restore", {})
    assert (done.status_code, done.json()["changed"]) == (200, GradingRule.objects.count())
    assert GradingSetting.load().default_grade == "minor"
    assert posted(client, "grading-rules/restore", {}).json()["changed"] == 0


@pytest.mark.parametrize("prefix", ["conduct-criteria", "legal-references"])
def test_lists_cost_the_same_for_one_and_three(prefix, client):
    counts = []
    for number in range(3):
        ConductCriterion.objects.create(name_en=f"Sign {number}")
        LegalReference.objects.create(code=f"law-{number}", name_en="A law", in_force_from=date(2020, 1, 1))
        client.get(f"/api/v1/{prefix}/")
        with CaptureQueriesContext(connection) as seen:
            client.get(f"/api/v1/{prefix}/")
        counts.append(len(seen))
    assert counts[0] == counts[2]
