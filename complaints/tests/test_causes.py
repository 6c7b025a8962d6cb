"""Investigations that a second person confirms, and causes that come back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from complaints.choices.solving import CauseState, FindingState
from complaints.domain.causes import (
    Bone,
    confirm_investigation,
    create_cause,
    fix_cause,
    link_cause,
    unlink_cause,
    update_cause,
    write_investigation,
)
from complaints.models import Cause, Investigation
from complaints.tests.factories import ComplaintFactory
from core.errors import Conflict, DomainError
from core.models import AuditEntry, Notification

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
