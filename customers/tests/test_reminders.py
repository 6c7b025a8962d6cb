"""Reminders of tasks, on the clock of their owners."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from core.models import Notification, OutgoingMail
from customers.domain.reminders import remind_of_tasks
from customers.domain.tasks import cancel_task, complete_task, create_task, reassign_task, reschedule_task
from customers.tasks import remind_of_tasks as job

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 25)
#: Ten in the morning in Shanghai.
MORNING = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)


@pytest.fixture
def seller(user_in):
    return user_in("sales", full_name="Li Wei", time_zone="Asia/Shanghai")


def give(seller, due_on=DAY, title="Call them", **more):
    return create_task(title, owner=seller, due_on=due_on, by=seller, **more)


def told():
    return list(Notification.objects.order_by("pk").values_list("kind", "title"))


def test_a_task_is_told_of_on_its_day_and_once_more_when_it_is_late(seller, customer):
    give(seller, customer=customer)
    for _ in range(3):
        remind_of_tasks(at=MORNING)
    assert told() == [("task_due", "Due today: Call them")]
    message = Notification.objects.get()
    assert (message.body, message.url) == ("Bohai Bank", customer.get_absolute_url())

    for day in range(1, 5):
        remind_of_tasks(at=MORNING + timedelta(days=day))
    assert told() == [("task_due", "Due today: Call them"), ("task_overdue", "Overdue: Call them")]


def test_reminders_of_a_day_are_in_one_summary(seller):
    give(seller)
    give(seller, DAY - timedelta(days=1), "Write")
    assert remind_of_tasks(at=MORNING) == 2
    assert OutgoingMail.objects.get().notifications.count() == 2


def test_today_is_the_owners_and_begins_in_the_morning(user_in):
    west = user_in("sales", time_zone="America/Los_Angeles")
    east = user_in("sales", time_zone="Pacific/Auckland")
    for owner in (west, east):
        give(owner)

    # 24 November, 16:00 UTC: in Auckland it is five in the morning of the 25th.
    assert remind_of_tasks(at=datetime(2026, 11, 24, 16, 0, tzinfo=UTC)) == 1
    assert Notification.objects.get().user == east
    # 25 November, 11:00 UTC: three at night in Los Angeles; an hour later the day has begun.
    assert remind_of_tasks(at=datetime(2026, 11, 25, 11, 0, tzinfo=UTC)) == 0
    assert remind_of_tasks(at=datetime(2026, 11, 25, 12, 0, tzinfo=UTC)) == 1
    assert told() == [("task_due", "Due today: Call them")] * 2


@pytest.mark.parametrize("owner", [{"is_active": False}, {"is_service": True}])
def test_only_people_who_may_sign_in_are_reminded(seller, user_in, owner):
    task = give(seller)
    task.owner = user_in("sales", **owner)
    task.save()
    assert remind_of_tasks(at=MORNING) == 0


def test_what_is_closed_far_away_or_long_ago_is_not_told(seller, customer):
    complete_task(give(seller), by=seller)
    cancel_task(give(seller), by=seller)
    give(seller, DAY + timedelta(days=1))
    give(seller, DAY - timedelta(days=20))
    give(seller, None)
    assert remind_of_tasks(at=MORNING) == 0


def test_another_day_and_another_owner_are_told_anew(seller, user_in):
    task = give(seller)
    remind_of_tasks(at=MORNING)
    task = reschedule_task(task, DAY + timedelta(days=2), by=seller)
    assert remind_of_tasks(at=MORNING + timedelta(days=2)) == 1

    other = user_in("sales", time_zone="Asia/Shanghai")
    reassign_task(task, other, by=seller)
    assert remind_of_tasks(at=MORNING + timedelta(days=2)) == 1
    assert Notification.objects.filter(user=other, kind="task_due").count() == 1


def test_a_task_that_is_done_is_no_news_any_more(seller, manager):
    task = create_task("Call", owner=seller, due_on=DAY, by=manager)
    remind_of_tasks(at=MORNING)
    assert Notification.objects.unread().count() == 2
    complete_task(task, by=seller)
    assert Notification.objects.unread().count() == 0


def test_the_job_says_how_many_were_told(seller):
    now = timezone.now()
    seller.time_zone = "UTC" if now.hour >= 4 else "Asia/Tokyo"  # where it is morning already
    seller.save()
    give(seller, now.date() - timedelta(days=1))
    assert job() == {"told": 1}
