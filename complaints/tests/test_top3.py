"""Causes in the daily TOP 3, and the lists behind its numbers."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from complaints.domain.reports import make_report, make_reports, named_ranks
from complaints.models import Cause, ComplaintCause, DailyReport
from complaints.ranking import Case, ranked
from complaints.tests.factories import CategoryFactory, ComplaintFactory
from core.models import Notification

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare")]
DAY = date(2026, 11, 3)
NOON = datetime(2026, 11, 3, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def manager(user_in):
    return user_in("manager", language="en")


def complaint(category, *causes, **fields):
    made = ComplaintFactory(category=category, received_at=NOON, **fields)
    for cause in causes:
        ComplaintCause.objects.create(complaint=made, cause=cause)
    return made


@pytest.fixture
def day(manager):
    """Two complaints of fees, one with both causes; one of rooms; one of another day."""
    fees, rooms = CategoryFactory(code="fees", name_en="Fees"), CategoryFactory(code="rooms", name_en="Rooms")
    late = Cause.objects.create(code="late", name_en="Notice too late")
    old = Cause.objects.create(code="old", name_en="Old brochure")
    cases = [
        complaint(fees, late, old, owner=manager),
        complaint(fees, late, owner=manager, subject_label="Course 7"),
        complaint(rooms, owner=manager),
    ]
    ComplaintFactory(category=fees, received_at=NOON.replace(day=5), owner=manager)
    return cases


def listed(client, page, address):
    shown = page.split(address.replace("&", "&amp;"))
    assert len(shown) == 2, "the page has no link to this list"
    return client.get(reverse("complaints:complaint-list") + address).content.decode()


def test_causes_are_ranked_by_their_complaints(day):
    causes = make_report(DAY).content["causes"]

    assert [(one["code"], one["count"], one["share"]) for one in causes] == [
        ("late", 2, 0.6667),
        ("old", 1, 0.3333),
    ]
    assert causes[0]["sources"] == [["Course 7", 1]]
    assert causes[0]["cases"] == sorted([day[0].pk, day[1].pk])


def test_ties_of_causes_stand_in_the_same_order_however_the_rows_come():
    cases = [Case("b", "minor", "", 1), Case("a", "minor", "", 2), Case("c", "severe", "", 3)]

    orders = [[one.code for one in ranked(rows, {}, total=9)] for rows in (cases, cases[::-1])]

    assert orders == [["c", "a", "b"]] * 2
    assert ranked(cases, {}, total=9)[0].share == pytest.approx(1 / 9)


@pytest.mark.parametrize(
    ("problem", "behind"), [("top:fees", {0, 1}), ("causes:late", {0, 1}), ("causes:old", {0})]
)
def test_each_number_opens_exactly_its_complaints(day, manager, client_of, problem, behind):
    report = make_report(DAY)
    client = client_of(manager)
    page = client.get(report.get_absolute_url()).content.decode()

    found = listed(client, page, f"?report={report.pk}&problem={problem}")

    assert {place for place, case in enumerate(day) if case.number in found} == behind


def test_what_is_sorted_anew_later_stays_in_the_list_of_its_day(day, manager, client_of):
    report = make_report(DAY)
    type(day[0]).objects.filter(pk=day[0].pk).update(category=day[2].category)

    found = client_of(manager).get(
        reverse("complaints:complaint-list") + f"?report={report.pk}&problem=top:fees"
    )

    assert day[0].number in found.content.decode()


def test_a_problem_that_is_none_finds_nothing(day, manager, client_of):
    report = make_report(DAY)

    found = client_of(manager).get(
        reverse("complaints:complaint-list") + f"?report={report.pk}&problem=secret:x"
    )

    assert found.status_code == 200
    assert not any(case.number in found.content.decode() for case in day)


def test_the_message_names_problems_and_causes_in_the_language_of_its_reader(day, manager):
    Cause.objects.filter(code="late").update(name_zh_hans="通知太晚")
    make_report(DAY)

    message = Notification.objects.get(user=manager, kind="complaint_top3")

    assert message.body == "Problems: Fees (2), Rooms (1). Causes: Notice too late (2), Old brochure (1)."


def test_without_causes_the_page_says_so(manager, client_of):
    complaint(CategoryFactory(), owner=manager)
    report = make_report(DAY)

    page = client_of(manager).get(report.get_absolute_url()).content.decode()

    assert "No cause was linked to these complaints" in page


# ---- days that were missed --------------------------------------------------------------------------
def test_days_that_were_missed_are_made_and_only_yesterday_is_told(manager):
    make_report(DAY - timedelta(days=1))
    Notification.objects.all().delete()
    complaint(CategoryFactory(code="fees"), owner=manager)
    today = DAY + timedelta(days=3)
    assert [report.day.day for report in make_reports(today)] == [3, 4, 5]
    assert DailyReport.objects.get(day=DAY).total == 1
    told = Notification.objects.get(user=manager, kind="complaint_top3")
    assert told.url == DailyReport.objects.get(day=DAY + timedelta(days=2)).get_absolute_url()
    assert make_reports(today) == []
    assert Notification.objects.filter(kind="complaint_top3").count() == 1


def test_no_more_than_fourteen_days_are_made_up():
    make_report(DAY - timedelta(days=60))
    days = [report.day for report in make_reports(DAY)]
    assert (len(days), days[0]) == (14, DAY - timedelta(days=14))


def test_a_fresh_installation_begins_with_yesterday():
    assert [report.day for report in make_reports(DAY)] == [DAY - timedelta(days=1)]


def test_a_category_is_named_by_its_latest_edition_and_never_by_a_request_of_the_same_code(day):
    old, new = (
        CategoryFactory(code="late", name_en=f"Late {edition}", edition=edition, retired_at=retired)
        for edition, retired in ((1, NOON), (2, None))
    )
    CategoryFactory(code="late", kind="request", name_en="Later lesson", edition=3)
    complaint(old), complaint(old), complaint(new)
    report = make_report(DAY)
    named = {row["code"]: row["category"] for row in named_ranks(report)}
    assert named["late"] == new
