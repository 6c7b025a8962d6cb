"""The card of the ladder: the rule behind it, who has seen a level, and like complaints of late."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from complaints.domain.escalation import fire_case
from complaints.models import Escalation, Queue, QuietHours
from complaints.tests.factories import CategoryFactory, ComplaintFactory, policy, registered
from complaints.views.ladder import alike_lately, clocks_of, ladder_of
from core.models import Notification
from core.tests.factories import TeamFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(user_in):
    return user_in("manager")


@pytest.fixture
def fired(manager):
    """A case of the manager's team whose first levels have fired."""
    manager.team.lead = manager
    manager.team.save()
    Queue.objects.update(team=manager.team)
    QuietHours.objects.update(quiet_from=None, quiet_to=None)  # whatever the hour of the test
    policy()
    case = registered(received_at=timezone.now() - timedelta(days=9))
    fire_case(case.pk, at=timezone.now())
    return case


def test_the_ladder_leads_to_its_rule(fired, manager, client_of):
    page = client_of(manager).get(fired.get_absolute_url()).content.decode()
    rule = fired.clocks.exclude(policy=None).first().policy
    assert f'href="{reverse("complaints:policy-detail", args=[rule.pk])}"' in page


def test_a_level_says_whether_somebody_has_seen_it(fired, manager, user_in, client_of):
    assert Escalation.objects.filter(state="fired", told=manager).exists()
    colleague = client_of(user_in("agent", username="colleague", team=manager.team))
    assert "nobody has seen it yet" in colleague.get(fired.get_absolute_url()).content.decode()
    page = client_of(manager).get(fired.get_absolute_url()).content.decode()
    assert "nobody has seen it yet" not in page
    messages = Notification.objects.filter(user=manager, dedupe__startswith="escalation-")
    assert messages.update(read_at=timezone.now())
    page = colleague.get(fired.get_absolute_url()).content.decode()
    assert f"seen by {manager.display_name}" in page
    assert "nobody has seen it yet" not in page


def test_the_ladder_asks_as_often_for_many_levels_as_for_one(fired, manager):
    clocks = clocks_of(fired)
    with CaptureQueriesContext(connection) as asked:
        assert len(ladder_of(clocks, manager)) > 1
    assert len(asked) == 3


def test_the_page_reads_the_clocks_once_for_strip_and_ladder(fired, manager, client_of):
    client = client_of(manager)
    client.get(fired.get_absolute_url())
    with CaptureQueriesContext(connection) as asked:
        client.get(fired.get_absolute_url())
    reads = [one["sql"] for one in asked if '"complaints_clock"' in one["sql"]]
    assert len(reads) == 1


def test_like_complaints_of_late_are_counted_within_reach_and_listed(manager, client_of):
    category = CategoryFactory(code="lecturer")
    case = ComplaintFactory(category=category, team=manager.team)
    today = timezone.localdate()
    assert alike_lately(case, manager, today=today) is None
    ComplaintFactory(category=category, team=manager.team)
    ComplaintFactory(category=category, team=TeamFactory())
    ComplaintFactory(category=category, team=manager.team, received_at=timezone.now() - timedelta(days=3))
    found = alike_lately(case, manager, today=today)
    assert found["n"] == 2
    listed = client_of(manager).get(found["url"]).content.decode()
    assert listed.count(f'"{case.get_absolute_url()}"') >= 1
    assert "2 complaints of this category since yesterday" in (
        client_of(manager).get(case.get_absolute_url()).content.decode()
    )


def test_like_complaints_are_those_that_the_list_behind_them_shows(manager, client_of):
    parent = CategoryFactory(code="tuition")
    child = CategoryFactory(code="tuition.late", parent_code="tuition")
    case = ComplaintFactory(category=parent, team=manager.team)
    other = ComplaintFactory(category=child, team=manager.team)
    found = alike_lately(case, manager, today=timezone.localdate())
    assert found["n"] == 2
    assert f'"{other.get_absolute_url()}"' in client_of(manager).get(found["url"]).content.decode()
    assert alike_lately(other, manager, today=timezone.localdate()) is None


def test_requests_and_cases_without_a_category_have_no_line(manager):
    today = timezone.localdate()
    assert alike_lately(ComplaintFactory(category=None), manager, today=today) is None
    request = ComplaintFactory(kind="request", grade="", category=CategoryFactory(kind="request"))
    assert alike_lately(request, manager, today=today) is None
