"""Investigations that a second person confirms, and causes that come back."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from complaints.choices.solving import CauseState, FindingState
from complaints.domain.cause_suggesting import fixed_causes_for
from complaints.domain.causes import (
    Bone,
    confirm_investigation,
    create_cause,
    fix_cause,
    link_cause,
    unlink_cause,
    update_cause,
    write_investigation,
    writers_of,
)
from complaints.domain.effects import effect_of_fix
from complaints.models import Category, Cause, Investigation
from complaints.tests.factories import CategoryFactory, ComplaintFactory
from core.errors import Conflict, DomainError
from core.models import AuditEntry, Notification
from customers.models import Customer
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
WHYS = [("Why unhappy?", "Told two days before"), ("Why so late?", "Nobody approves changes")]


@pytest.fixture
def writer(user_in):
    return user_in("agent")


@pytest.fixture
def case(writer):
    return ComplaintFactory(owner=writer)


def written(case, by, **values):
    bones = [Bone("method", "No rule for substitutes", 5, True), Bone("man", "Lecturer ill")]
    return write_investigation(case, {"summary": "No rule", **values}, whys=WHYS, bones=bones, by=by)


def cause_of(**values) -> Cause:
    return create_cause({"code": "no-substitute", "name_en": "No rule for substitutes", **values}, by=None)


def test_a_finding_keeps_its_chain_in_order_and_its_bones(case, writer):
    found = written(case, writer, gap="communication")
    assert list(found.whys.values_list("position", "answer")) == [
        (1, "Told two days before"),
        (2, "Nobody approves changes"),
    ]
    assert set(found.bones.values_list("branch", "is_root")) == {("method", True), ("man", False)}
    assert AuditEntry.objects.about(found).count() == 1


def test_saving_the_same_again_writes_no_second_line(case, writer):
    written(case, writer)
    found = written(case, writer)
    assert AuditEntry.objects.about(found).count() == 1


def test_more_than_seven_whys_are_refused(case, writer):
    with pytest.raises(DomainError) as refusal:
        write_investigation(case, {}, whys=[("", "because")] * 8, bones=[], by=writer)
    assert refusal.value.code == "too_many_whys"


def test_a_request_is_not_investigated(writer):
    with pytest.raises(DomainError) as refusal:
        written(ComplaintFactory(kind="request"), writer)
    assert refusal.value.code == "no_complaint"


def test_a_stale_finding_is_refused(case, writer):
    first = written(case, writer)
    written(case, writer, summary="Again")
    with pytest.raises(Conflict) as refusal:
        write_investigation(case, {"summary": "Late"}, whys=WHYS, bones=[], by=writer, version=first.version)
    assert refusal.value.code == "stale"


def test_a_second_person_confirms_once(case, writer, user_in):
    found, second = written(case, writer), user_in("manager")
    confirm_investigation(found, by=second)
    stored = Investigation.objects.get()
    assert (stored.state, stored.confirmed_by) == (FindingState.CONFIRMED, second)
    with pytest.raises(Conflict) as refusal:
        confirm_investigation(found, by=second)
    assert refusal.value.code == "confirmed"


def test_the_writer_does_not_confirm(case, writer):
    with pytest.raises(DomainError) as refusal:
        confirm_investigation(written(case, writer), by=writer)
    assert refusal.value.code == "own_finding"


def test_whoever_wrote_since_the_last_confirmation_does_not_confirm(case, writer, user_in):
    first, second = user_in("manager"), user_in("manager", username="second")
    written(case, first)
    found = written(case, second, summary="A comma")
    for person in (first, second):
        with pytest.raises(DomainError) as refusal:
            confirm_investigation(found, by=person)
        assert refusal.value.code == "own_finding"
    third = user_in("manager", username="third")
    confirmed = confirm_investigation(found, by=third)
    again = written(case, writer, summary="New facts")
    assert writers_of(again) == [writer]
    assert confirm_investigation(confirmed, by=first).confirmed_by == first


def test_the_database_lets_nobody_write_and_confirm(case, writer):
    found = written(case, writer)
    with pytest.raises(IntegrityError), transaction.atomic():
        found.people.create(person=writer, part="confirmed")


def test_earlier_writers_are_read_from_the_audit_lines(case, writer, user_in):
    first, second, third = (user_in("manager", username=name) for name in ("first", "second", "third"))
    written(case, first)
    confirm_investigation(written(case, first), by=second)
    written(case, writer, summary="More")
    found = written(case, third, summary="A comma")
    found.people.all().delete()
    migration = import_module("complaints.migrations.0017_finding_people")
    migration.read_audit_lines(apps, None)
    assert set(writers_of(found)) == {writer, third}
    confirm_investigation(found, by=first)
    found.people.all().delete()
    migration.read_audit_lines(apps, None)
    assert {(row.person, row.part) for row in found.people.all()} == {
        (writer, "wrote"),
        (third, "wrote"),
        (first, "confirmed"),
    }


def test_saving_a_confirmed_finding_as_it_is_leaves_it_confirmed(case, writer, user_in):
    confirm_investigation(written(case, writer), by=user_in("manager"))
    assert written(case, user_in("agent", username="reader")).state == FindingState.CONFIRMED


def test_the_button_is_not_offered_to_an_earlier_writer(case, writer, user_in, client_of):
    first = user_in("manager")
    written(case, first)
    written(case, writer, summary="A comma")
    panel = reverse("complaints:cause-panel", args=[case.pk])
    button = reverse("complaints:investigation-confirm", args=[case.pk])
    assert button not in client_of(first).get(panel).content.decode()
    other = user_in("manager", username="second")
    assert button in client_of(other).get(panel).content.decode()
    page = client_of(other).get(reverse("complaints:investigation-detail", args=[case.pk])).content.decode()
    assert f"{first} · {writer}" in page


def test_an_empty_finding_is_not_confirmed(case, writer, user_in):
    found = write_investigation(case, {"summary": "?"}, whys=[], bones=[], by=writer)
    with pytest.raises(DomainError) as refusal:
        confirm_investigation(found, by=user_in("manager"))
    assert refusal.value.code == "no_whys"


def test_a_change_after_the_confirmation_has_to_be_confirmed_anew(case, writer, user_in):
    confirm_investigation(written(case, writer), by=user_in("manager"))
    assert written(case, writer, summary="More").state == FindingState.DRAFT


def test_a_cause_needs_a_name_and_a_code_of_its_own(writer):
    cause = cause_of()
    with pytest.raises(DomainError) as refusal:
        create_cause({"code": "other"}, by=writer)
    assert refusal.value.code == "name_needed"
    with pytest.raises(Conflict):
        cause_of()
    assert update_cause(cause, {"name_zh_hans": "无替补规则"}, by=writer).version == 2


def test_a_cause_is_named_once(case, writer):
    cause = cause_of()
    link_cause(case, cause, by=writer)
    with pytest.raises(Conflict) as refusal:
        link_cause(case, cause, by=writer)
    assert refusal.value.code == "linked"
    unlink_cause(case, cause, by=writer)
    with pytest.raises(Conflict):
        unlink_cause(case, cause, by=writer)


def test_a_fixed_cause_comes_back_with_a_later_complaint_and_tells_its_owner_once(writer, user_in):
    at = timezone.now()
    cause = cause_of(owner=user_in("manager"))
    fix_cause(cause, by=writer, at=at)
    link_cause(ComplaintFactory(received_at=at - timedelta(days=1)), cause, by=writer)
    assert Cause.objects.get().state == CauseState.FIXED
    for _ in range(2):
        link_cause(ComplaintFactory(received_at=at + timedelta(days=1)), cause, by=writer)
    assert Cause.objects.get().state == CauseState.RETURNED
    assert Notification.objects.filter(kind="cause_returned").count() == 1
    row = Cause.objects.with_counts().get()
    assert (row.n, row.n_before, row.n_after) == (3, 1, 2)


def test_a_cause_is_fixed_once(writer):
    cause = cause_of()
    fix_cause(cause, by=writer)
    with pytest.raises(Conflict) as refusal:
        fix_cause(cause, by=writer)
    assert refusal.value.code == "fixed"


# ---- does a fix hold? -------------------------------------------------------------------------------
def test_a_fix_holds_until_today_or_until_the_first_later_complaint(writer):
    at = timezone.now()
    cause = cause_of()
    assert cause.days_held is None
    fix_cause(cause, by=writer, at=at - timedelta(days=30, hours=1))
    assert Cause.objects.with_counts().get().days_held == 30
    link_cause(ComplaintFactory(received_at=at - timedelta(days=10)), cause, by=writer)
    found = Cause.objects.with_counts().get()
    assert (found.state, found.days_held) == (CauseState.RETURNED, 20)


def test_the_page_compares_the_rates_before_and_after_the_fix(user_in, client_of):
    at, customer = timezone.now(), CustomerFactory()
    Customer.objects.update(created_at=at - timedelta(days=400))
    cause = cause_of()
    for days in (35, 34, 33, 32, 31, 25, 24, 23, 22, 10):
        moment = at - timedelta(days=days)
        link_cause(ComplaintFactory(customer=customer, received_at=moment), cause, by=None, at=moment)
    manager = user_in("manager")
    fix_cause(cause, by=manager, at=at - timedelta(days=20))
    effect = effect_of_fix(cause_at(cause), at=at)
    assert (effect["days"], effect["before"], effect["after"], effect["verdict"]) == (20, 9, 1, "lower")
    client = client_of(manager)
    assert "rate ratio" in client.get(cause.get_absolute_url()).content.decode()
    assert client.get(f"/api/v1/causes/{cause.pk}/effect/").json() == effect
    # The cause is still marked as fixed: its complaint of ten days ago was linked before.
    assert client.get(f"/api/v1/causes/{cause.pk}/").json()["days_held"] == 10


def cause_at(cause: Cause) -> Cause:
    cause.refresh_from_db()
    return cause


# ---- fixed causes of new cases ----------------------------------------------------------------------
@pytest.fixture
def fixed(writer) -> Cause:
    """A cause with one complaint, fixed ten days ago."""
    at = timezone.now()
    cause = cause_of(code="late-certificate", name_en="Certificates queue", name_zh_hans="证书制作排队")
    category = CategoryFactory(code="certificate-x")
    old = ComplaintFactory(
        owner=writer, category=category, title="结业证书两个月没有收到", received_at=at - timedelta(days=40)
    )
    link_cause(old, cause, by=writer)
    return fix_cause(cause, by=writer, at=at - timedelta(days=10))


def suggested(case, user) -> list[str]:
    return [one.cause.code for one in fixed_causes_for(case, seen_by=user)]


def test_a_fixed_cause_is_suggested_by_words_in_either_script(fixed, writer):
    case = ComplaintFactory(owner=writer, title="結業證書一個月沒有收到")
    found = fixed_causes_for(case, seen_by=writer)
    assert [(one.cause, one.is_same_category) for one in found] == [(fixed, False)]
    assert "結業證書" in found[0].words


def test_the_same_category_needs_fewer_words(fixed, writer):
    title = "证书至今收到不了，没有说明"
    assert suggested(ComplaintFactory(owner=writer, title=title), writer) == []
    category = Category.objects.get(code="certificate-x")
    assert suggested(ComplaintFactory(owner=writer, title=title, category=category), writer) == [fixed.code]


def test_the_name_of_a_cause_in_the_text_suggests_it(fixed, writer):
    case = ComplaintFactory(
        owner=writer, title="Unhappy", description="They say the certificates queue again"
    )
    assert suggested(case, writer) == [fixed.code]


def test_other_words_older_cases_and_titles_out_of_reach_suggest_nothing(fixed, writer, user_in):
    assert suggested(ComplaintFactory(owner=writer, title="教室太冷"), writer) == []
    earlier = timezone.now() - timedelta(days=15)
    old = ComplaintFactory(owner=writer, title="结业证书没有收到", received_at=earlier)
    assert suggested(old, writer) == []
    stranger = user_in("agent", username="stranger", team=None)
    assert suggested(ComplaintFactory(owner=stranger, title="结业证书没有收到"), stranger) == []


def test_naming_a_suggested_cause_brings_it_back(fixed, writer, client_of):
    case, client = ComplaintFactory(owner=writer, title="结业证书一个月没有收到"), client_of(writer)
    panel = reverse("complaints:cause-panel", args=[case.pk])
    assert "Fixed before, perhaps back" in client.get(panel).content.decode()
    client.post(reverse("complaints:complaintcause-link", args=[case.pk]), {"cause": fixed.pk})
    fixed.refresh_from_db()
    assert fixed.state == CauseState.RETURNED
    assert "Fixed before, perhaps back" not in client.get(panel).content.decode()
