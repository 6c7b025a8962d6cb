"""Improvements and the daily TOP 3."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from complaints.domain.causes import create_cause, link_cause
from complaints.domain.improvements import (
    edit_improvement,
    measure,
    measure_all,
    move_improvement,
    plan_improvement,
    remind,
)
from complaints.domain.reports import make_report
from complaints.models import Cause, DailyReport, Improvement
from complaints.ranking import Case, ranked
from complaints.tests.factories import CategoryFactory, ComplaintFactory
from complaints.tests.learning import improvement
from core.errors import Conflict, DomainError
from core.models import AuditEntry, Notification
from core.zones import midnight
from customers.models import Customer
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def manager(user_in):
    return user_in("manager")


# ---- the circle -------------------------------------------------------------------------------------
def test_the_circle_goes_round_and_ends_with_a_lesson(manager):
    row = improvement(manager)
    for state in ("do", "check", "act"):
        move_improvement(row, state, by=manager)
    with pytest.raises(DomainError) as silent:
        move_improvement(row, "closed", by=manager)
    closed = move_improvement(row, "closed", by=manager, note="We keep it.")
    assert silent.value.code == "note_needed"
    assert (closed.lesson, closed.done_on) == ("We keep it.", timezone.localdate())
    assert AuditEntry.objects.about(row).count() == 4


def test_the_second_click_on_a_step_is_refused(manager):
    row = improvement(manager)
    move_improvement(row, "do", by=manager)
    with pytest.raises(Conflict) as refusal:
        move_improvement(row, "do", by=manager)
    assert refusal.value.code == "improvement_moved"


def test_a_closed_improvement_is_not_edited(manager):
    row = improvement(manager)
    move_improvement(row, "closed", by=manager, note="Not worth it")
    with pytest.raises(Conflict) as refusal:
        edit_improvement(row, {"title": "Other"}, by=manager)
    assert refusal.value.code == "improvement_closed"


def test_planning_leaves_an_audit_line(manager):
    row = plan_improvement({"title": "Check", "owner": manager, "due_on": date(2026, 12, 1)}, by=manager)
    assert AuditEntry.objects.about(row).get().action == "created"


def test_the_effect_compares_equal_days_before_and_after(manager):
    at, category = timezone.now(), CategoryFactory()
    CustomerFactory.create_batch(3)
    Customer.objects.update(created_at=at - timedelta(days=400))
    done_on = timezone.localdate(at) - timedelta(days=20)
    row = improvement(manager, category=category, state="check", done_on=done_on)
    customer = Customer.objects.all()[0]
    for days, count in ((30, 12), (10, 2), (50, 9)):
        for _number in range(count):
            ComplaintFactory(
                category=category, customer=customer, owner=manager, received_at=at - timedelta(days=days)
            )
    effect = measure(row, at=at)
    assert (effect["days"], effect["before"], effect["after"], effect["verdict"]) == (20, 12, 2, "lower")
    assert effect["ratio"] == pytest.approx(2 / 12)
    assert measure_all(at) == 1
    row.refresh_from_db()
    assert row.effect == effect


def test_an_improvement_for_a_category_counts_the_complaints_below_it(manager):
    at, parent = timezone.now(), CategoryFactory(code="tuition")
    child = CategoryFactory(code="tuition.late", parent_code="tuition")
    customer = CustomerFactory(created_at=at - timedelta(days=400))
    for category, days in ((parent, 30), (child, 30), (child, 10), (CategoryFactory(), 30)):
        moment = at - timedelta(days=days)
        ComplaintFactory(category=category, customer=customer, owner=manager, received_at=moment)
    effect = measure(checked(manager, at, category=parent), at=at)
    assert (effect["before"], effect["after"]) == (2, 1)
    assert measure(checked(manager, at, category=child), at=at)["before"] == 1


@pytest.mark.parametrize(
    ("days_ago", "customers", "after", "verdict", "counted"),
    [
        # 300 customers, 3,000 more a week later: the rate falls by itself, the complaints are as many.
        (13, 3_000, 20, "base_changed", (300, 2_250)),
        (13, 3_000, 0, "lower", (300, 2_250)),
        (30, 60, 20, "unclear", (330, 360)),
        (60, 3_000, 5, "lower", (3_300, 3_300)),
    ],
)
def test_an_import_of_customers_is_no_effect(manager, days_ago, customers, after, verdict, counted):
    at, category = timezone.now(), CategoryFactory()
    noon = midnight(timezone.localdate(at)) + timedelta(hours=12)
    old = [Customer(name=f"Old {n}", created_at=noon - timedelta(days=400)) for n in range(299)]
    new = [Customer(name=f"New {n}", created_at=noon - timedelta(days=days_ago)) for n in range(customers)]
    for n, row in enumerate([*old, *new]):
        row.code = f"K{n}"
    Customer.objects.bulk_create([*old, *new])
    customer = CustomerFactory(created_at=noon - timedelta(days=400))
    for days, count in ((30, 20), (10, after)):
        for _number in range(count):
            moment = noon - timedelta(days=days)
            ComplaintFactory(category=category, customer=customer, owner=manager, received_at=moment)
    effect = measure(checked(manager, at, category=category), at=at)
    assert (effect["before"], effect["after"], effect["verdict"]) == (20, after, verdict)
    assert (effect["customers_before"], effect["customers_after"]) == counted


def test_too_few_days_are_not_measured(manager):
    row = improvement(manager, state="check", done_on=timezone.localdate() - timedelta(days=5))
    assert measure(row, at=timezone.now()) == {}


def test_a_small_difference_is_no_clear_change(manager):
    at = timezone.now()
    category = CategoryFactory()
    row = checked(manager, at, category=category)
    customer = CustomerFactory(created_at=at - timedelta(days=400))
    for days in (30, 31, 10):
        moment = at - timedelta(days=days)
        ComplaintFactory(category=category, customer=customer, owner=manager, received_at=moment)
    assert measure(row, at=at)["verdict"] == "unclear"


def checked(manager, at, **values) -> Improvement:
    """An improvement in force since twenty days."""
    done_on = timezone.localdate(at) - timedelta(days=20)
    return improvement(manager, state="check", done_on=done_on, **values)


def cause_with(at, days, *, code="no-proof") -> Cause:
    """A cause that made complaints so many days ago, beside as many complaints without it."""
    customer = CustomerFactory(created_at=at - timedelta(days=400))
    cause = create_cause({"code": code, "name_en": code}, by=None)
    for ago in days:
        moment = at - timedelta(days=ago)
        link_cause(ComplaintFactory(customer=customer, received_at=moment), cause, by=None, at=moment)
        ComplaintFactory(customer=customer, received_at=moment)
    return cause


def test_an_improvement_for_a_cause_counts_its_complaints_only(manager):
    at = timezone.now()
    row = checked(manager, at, cause=cause_with(at, [*range(22, 34), 10]), category=CategoryFactory())
    effect = measure(row, at=at)
    assert (effect["before"], effect["after"], effect["verdict"]) == (12, 1, "lower")
    assert (effect["named_before"], effect["named_after"]) == (0.5, 0.5)
    row.cause.refresh_from_db()
    assert row.cause.state == "open"


def test_without_cause_and_category_nothing_is_measured(manager):
    at = timezone.now()
    cause_with(at, range(22, 34))
    assert measure(checked(manager, at), at=at) == {}


def test_fewer_complaints_and_none_since_make_the_cause_count_as_fixed(manager):
    at = timezone.now()
    row = checked(manager, at, cause=cause_with(at, range(22, 34)))
    assert [measure(row, at=at)["verdict"], measure(row, at=at)["verdict"]] == ["lower", "lower"]
    row.cause.refresh_from_db()
    assert (row.cause.state, timezone.localdate(row.cause.fixed_at)) == ("fixed", row.done_on)
    assert AuditEntry.objects.about(row.cause).filter(note=row.title).count() == 1


def test_naming_another_cause_forgets_what_was_measured(manager):
    at = timezone.now()
    row = checked(manager, at, cause=cause_with(at, range(22, 34)))
    measure(row, at=at)
    other = create_cause({"code": "other", "name_en": "Other"}, by=None)
    changed = edit_improvement(row, {"cause": other}, by=manager)
    assert (changed.effect, changed.measured_at) == ({}, None)


def test_an_improvement_is_planned_from_the_page_of_a_cause(manager, client_of):
    category, client = CategoryFactory(code="fees-x"), client_of(manager)
    cause = create_cause({"code": "typing", "name_en": "Typed by hand", "category_code": "fees-x"}, by=None)
    address = f"{reverse('complaints:improvement-create')}?cause={cause.pk}"
    assert address in client.get(cause.get_absolute_url()).content.decode()
    page = client.get(address).content.decode()
    assert f'<option value="{cause.pk}" selected' in page
    assert f'<option value="{category.pk}" selected' in page
    data = {"title": "Check amounts", "owner": manager.pk, "due_on": "2027-01-01", "once": "a"}
    client.post(address, {**data, "cause": cause.pk})
    assert Improvement.objects.get().cause == cause
    assert "Check amounts" in client.get(cause.get_absolute_url()).content.decode()
    detail = client.get(Improvement.objects.get().get_absolute_url()).content.decode()
    assert cause.get_absolute_url() in detail


def test_owners_are_reminded_once_a_due_day(manager):
    today = timezone.localdate()
    improvement(manager, due_on=today)
    improvement(manager, due_on=today + timedelta(days=1))
    assert [remind(today), remind(today)] == [1, 1]
    assert Notification.objects.filter(user=manager, kind="improvement_due").count() == 1


def test_the_pages_lead_round_the_circle(manager, client_of):
    client = client_of(manager)
    data = {"title": "Check", "owner": manager.pk, "due_on": "2027-01-01", "once": "a"}
    client.post(reverse("complaints:improvement-create"), data)
    row = Improvement.objects.get()
    client.post(f"{reverse('complaints:improvement-move', args=[row.pk])}?state=do", {"note": ""})
    row.refresh_from_db()
    edit = reverse("complaints:improvement-update", args=[row.pk])
    client.post(edit, {**data, "title": "Check twice", "version": row.version})
    row.refresh_from_db()
    assert (row.state, row.title) == ("do", "Check twice")
    Improvement.objects.update(
        effect={
            "days": 20,
            "before": 12,
            "after": 2,
            "customers_before": 100,
            "customers_after": 100,
            "ratio": 0.1667,
            "low": 0.02,
            "high": 0.75,
            "verdict": "lower",
        }
    )
    page = client.get(row.get_absolute_url()).content.decode()
    assert "rate ratio 0.17, 95% interval 0.02 to 0.75" in page


def test_the_list_asks_as_often_for_three_rows_and_hides_other_teams(manager, user_in, client_of):
    client, url = client_of(manager), reverse("complaints:improvement-list")
    improvement(manager, title="Ours")
    improvement(user_in("manager", username="far", team=None), title="Theirs")
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        page = client.get(url).content.decode()
    improvement(manager)
    improvement(manager)
    with CaptureQueriesContext(connection) as three:
        client.get(url)
    assert len(one) == len(three)
    assert "Ours" in page
    assert "Theirs" not in page


# ---- the daily TOP 3 --------------------------------------------------------------------------------
def test_ranks_go_by_count_then_weight_then_change_then_code():
    cases = [Case("d", "minor")] * 2 + [Case("c", "severe")] * 2 + [Case("b", "minor")] * 2 + [Case("a", "")]
    assert [one.code for one in ranked(cases, {"d": 7})] == ["c", "b", "d"]
    assert [one.code for one in ranked(list(reversed(cases)), {})] == ["c", "b", "d"]


def test_a_change_of_few_complaints_is_not_told():
    assert [one.as_json()["change"] for one in ranked([Case("a", "")] * 2, {"a": 7})] == [None]
    assert [one.as_json()["change"] for one in ranked([Case("a", "")] * 4, {"a": 7})] == [3]


def test_the_report_counts_the_local_day_and_is_made_and_told_once(manager):
    invoices, room = CategoryFactory(code="invoices"), CategoryFactory(code="room")
    day = datetime(2026, 11, 3, tzinfo=SHANGHAI)
    for hour in (0, 12, 23):
        ComplaintFactory(category=invoices, subject_label="Course 7", received_at=day + timedelta(hours=hour))
    ComplaintFactory(category=room, received_at=day + timedelta(hours=9))
    ComplaintFactory(category=room, received_at=day - timedelta(minutes=1))
    report = make_report(day.date())
    ComplaintFactory(category=room, received_at=day + timedelta(hours=10))
    assert make_report(day.date()) == report
    top = DailyReport.objects.get().content["top"]
    assert (report.total, [(one["code"], one["count"]) for one in top]) == (4, [("invoices", 3), ("room", 1)])
    assert (top[0]["share"], top[0]["sources"]) == (0.75, [["Course 7", 3]])
    assert Notification.objects.filter(user=manager, kind="complaint_top3").count() == 1


def test_the_pages_show_the_ranks(manager, client_of):
    category = CategoryFactory(name_en="Invoices")
    ComplaintFactory(category=category, received_at=datetime(2026, 11, 3, 12, tzinfo=SHANGHAI))
    report = make_report(date(2026, 11, 3))
    client = client_of(manager)
    assert "Invoices" in client.get(report.get_absolute_url()).content.decode()
    assert client.get(reverse("complaints:report-list")).status_code == 200
