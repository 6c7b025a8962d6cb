"""Somebody is away: the deputy does the work, within the own rights, and only while it lasts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from core.choices import AuditAction
from core.domain.absences import Period, arrange_absence, end_absence, may_arrange
from core.domain.audit import record
from core.domain.notifications import notify
from core.errors import DomainError
from core.models import Absence, AuditEntry, Notification, User
from core.tests.factories import TeamFactory, UserFactory
from crm.tests.crawl import get
from customers.domain.contacts import add_contact, change_job
from customers.domain.customers import update_customer
from customers.domain.interactions import record_interaction
from customers.domain.orders import create_order, update_order
from customers.domain.tasks import create_task
from customers.models import Customer, Interaction, Task
from customers.tests.factories import CustomerFactory
from customers.views.base import within_reach

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 25)
WEEK = Period(TODAY - timedelta(days=1), TODAY + timedelta(days=6))


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """Let it be noon of that day: tests that began before midnight may end after it."""
    with time_machine.travel(timezone.make_aware(datetime.combine(TODAY, time(12)))):
        yield


@pytest.fixture
def away(user_in: Callable[..., User]) -> User:
    return user_in("sales", full_name="Li Wei", team=TeamFactory(name="South China"))


@pytest.fixture
def deputy(user_in: Callable[..., User]) -> User:
    return user_in("sales", full_name="Wang Fang")


@pytest.fixture
def customer(away: User) -> Customer:
    row: Customer = CustomerFactory(name="Bohai Bank", owner=away)
    return row


def stand_in(away: User, deputy: User, period: Period = WEEK, **more: Any) -> Absence:
    by = more.pop("by", away)
    return arrange_absence(away, period, deputy=deputy, by=again(by), today=TODAY, **more)


def again(user: User) -> User:
    """The user as the next request reads it."""
    return User.objects.get(pk=user.pk)


def sees(user: User, model: Any, action: str = "view") -> set[int]:
    return set(model.objects.visible_to(again(user), action).values_list("pk", flat=True))


# ---- what the deputy may do -------------------------------------------------------------------------
def test_the_deputy_works_with_what_the_absent_person_owns(
    away: User, deputy: User, customer: Customer
) -> None:
    beside = CustomerFactory(owner=UserFactory(team=away.team))
    task = create_task("Call back", customer=customer, owner=away, by=away)
    assert not sees(deputy, Customer)
    stand_in(away, deputy)
    assert sees(deputy, Customer) == {customer.pk}
    assert sees(deputy, Customer, "change") == {customer.pk}
    assert sees(deputy, Task, "change") == {task.pk}
    assert beside.pk not in sees(deputy, Customer)
    assert within_reach(again(deputy), "add", Interaction, customer)
    assert not within_reach(again(deputy), "add", Interaction, beside)


def test_nothing_is_carried_away(away: User, user_in: Callable[..., User], customer: Customer) -> None:
    manager = user_in("manager")
    stand_in(away, manager)
    for action in "delete restore export import assign share".split():
        rows = Customer.objects.in_reach(again(manager), action)
        assert not rows.filter(pk=customer.pk).exists(), action
    with pytest.raises(DomainError) as refused:
        update_customer(customer, {"owner": manager}, by=again(manager))
    assert refused.value.code == "only_lent"


def test_the_deputy_adds_to_it_but_takes_nothing_along(away: User, deputy: User, customer: Customer) -> None:
    second, own = CustomerFactory(owner=away), CustomerFactory(owner=deputy)
    stand_in(away, deputy)
    acting = again(deputy)
    order = create_order(customer, {"amount": Decimal(10), "ordered_on": date(2026, 3, 1)}, by=acting)
    contact = add_contact(customer, {"name": "Chen"}, {}, by=acting)
    order = update_order(order, {"customer": second}, by=acting)
    assert order.customer == second
    with pytest.raises(DomainError) as refused:
        update_order(order, {"customer": own}, by=acting)
    assert refused.value.code == "only_lent"
    with pytest.raises(DomainError) as refused:
        change_job(contact, to_customer=own, by=acting)
    assert refused.value.code == "only_lent"
    assert change_job(contact, to_customer=second, by=acting).customer == second


def test_the_deputys_own_roles_bound_it(away: User, user_in: Callable[..., User], customer: Customer) -> None:
    trainer = user_in("trainer")
    stand_in(away, trainer)
    assert sees(trainer, Customer) == {customer.pk}
    assert not sees(trainer, Customer, "change")


def test_personal_things_stay_personal(away: User, deputy: User) -> None:
    notify([away], kind="core.job_done", title=gettext_lazy("Done"))
    stand_in(away, deputy)
    assert not set(Notification.objects.visible_to(again(deputy))) & set(
        Notification.objects.filter(user=away)
    )
    assert not Absence.objects.visible_to(again(deputy)).exists()


def test_a_deputy_of_a_deputy_gets_nothing(
    away: User, deputy: User, customer: Customer, user_in: Callable[..., User]
) -> None:
    third = user_in("sales", team=TeamFactory())
    mine = CustomerFactory(owner=deputy)
    stand_in(away, deputy)
    stand_in(deputy, third)
    assert sees(third, Customer) == {mine.pk}


def test_it_lasts_from_the_first_day_to_the_last(away: User, deputy: User, customer: Customer) -> None:
    absence = stand_in(away, deputy)
    days = {"starts_on": TODAY, "ends_on": TODAY}
    for change, expected in (
        (days, {customer.pk}),
        ({"starts_on": TODAY + timedelta(days=1), "ends_on": TODAY + timedelta(days=1)}, set()),
        ({"starts_on": TODAY - timedelta(days=2), "ends_on": TODAY - timedelta(days=1)}, set()),
    ):
        Absence.objects.filter(pk=absence.pk).update(**change)
        assert sees(deputy, Customer) == expected


def test_coming_back_ends_it_at_once(away: User, deputy: User, customer: Customer) -> None:
    absence = stand_in(away, deputy)
    end_absence(absence, by=again(away), today=TODAY)
    assert not sees(deputy, Customer)
    absence.refresh_from_db()
    assert absence.ends_on == TODAY - timedelta(days=1)
    with pytest.raises(DomainError):
        end_absence(absence, by=again(away), today=TODAY)
    later = stand_in(away, deputy, Period(TODAY, TODAY))
    end_absence(later, by=again(away), today=TODAY)
    assert not Absence.objects.filter(pk=later.pk).exists()
    assert [line.action for line in AuditEntry.objects.about(absence)] == ["changed", "created"]


# ---- who arranges what ------------------------------------------------------------------------------
def test_oneself_the_manager_and_administrators_arrange_it(
    away: User, deputy: User, user_in: Callable[..., User], administrator: User
) -> None:
    manager = user_in("manager", team=away.team)
    colleague = user_in("sales", team=away.team)
    other = user_in("manager")
    assert [may_arrange(again(by), away) for by in (away, manager, administrator)] == [True] * 3
    assert [may_arrange(again(by), away) for by in (colleague, other, deputy)] == [False] * 3
    with pytest.raises(DomainError) as refused:
        stand_in(away, deputy, by=colleague)
    assert refused.value.code == "not_yours_to_arrange"
    absence = stand_in(away, deputy, by=manager)
    with pytest.raises(DomainError) as refused:
        end_absence(absence, by=again(deputy), today=TODAY)
    assert refused.value.code == "not_your_absence"


@pytest.mark.parametrize(
    ("starts", "ends", "code"),
    [
        (1, 0, "ends_before_it_starts"),
        (-3, -2, "absence_is_over"),
        (0, 400, "absence_too_long"),
        (6, 9, "absence_overlaps"),
        (-5, -1, "absence_is_over"),
        (-5, 0, "absence_overlaps"),
    ],
)
def test_days_that_mean_nothing_are_refused(
    away: User, deputy: User, starts: int, ends: int, code: str
) -> None:
    stand_in(away, deputy)
    with pytest.raises(DomainError) as refused:
        stand_in(away, deputy, Period(TODAY + timedelta(days=starts), TODAY + timedelta(days=ends)))
    assert refused.value.code == code
    stand_in(away, deputy, Period(TODAY + timedelta(days=7), TODAY + timedelta(days=8)))


def test_deputies_that_mean_nothing_are_refused(away: User, deputy: User) -> None:
    stand_in(deputy, UserFactory(), Period(TODAY, TODAY))
    for other, code in (
        (away, "no_deputy"),
        (UserFactory(is_active=False), "no_deputy"),
        (UserFactory(is_service=True), "no_deputy"),
        (deputy, "deputy_is_away"),
    ):
        with pytest.raises(DomainError) as refused:
            stand_in(away, other)
        assert refused.value.code == code


# ---- what is told and written -----------------------------------------------------------------------
def test_the_deputy_is_told_what_the_absent_person_is_told(
    away: User, deputy: User, customer: Customer
) -> None:
    stand_in(away, deputy)
    assert Notification.objects.get(user=deputy).kind == "core.deputy"
    create_task("Call back", customer=customer, owner=away, by=UserFactory())
    copy = Notification.objects.get(user=deputy, kind="task_assigned")
    assert copy.title == "For Li Wei: Task for you: Call back"
    assert Notification.objects.filter(user=away, kind="task_assigned").count() == 1
    notify([away], kind="core.job_done", title=gettext_lazy("Done"))
    assert not Notification.objects.filter(user=deputy, kind="core.job_done").exists()


def test_the_same_message_is_copied_once(away: User, deputy: User) -> None:
    stand_in(away, deputy)
    for _turn in range(2):
        notify([away, deputy], kind="task_due", title=gettext_lazy("Both"), dedupe="both")
        notify([away], kind="task_due", title=gettext_lazy("One, %(n)s %%"), params={"n": 1}, dedupe="one")
    titles = Notification.objects.filter(user=deputy, kind="task_due").values_list("title", flat=True)
    assert sorted(titles) == ["Both", "For Li Wei: One, 1 %"]


def test_audit_lines_of_the_deputy_say_for_whom(away: User, deputy: User, customer: Customer) -> None:
    stand_in(away, deputy)
    acting = again(deputy)
    found = Customer.objects.visible_to(acting, "change").get()
    update_customer(found, {"city": "Ningbo"}, by=acting)
    assert AuditEntry.objects.about(customer)[0].note == "for Li Wei"
    data = {
        "channel": "phone",
        "direction": "outbound",
        "summary": "Called",
        "occurred_at": timezone.now(),
    }
    interaction = record_interaction(customer, data, by=acting)
    assert AuditEntry.objects.about(interaction)[0].note == "for Li Wei"
    own = CustomerFactory(owner=deputy)
    record(AuditAction.CHANGED, by=acting, subject=own)
    assert AuditEntry.objects.about(own)[0].note == ""


# ---- pages ------------------------------------------------------------------------------------------
def test_one_arranges_ones_own_absence_on_the_profile(
    away: User, deputy: User, customer: Customer, client_of: Callable[[User], Client]
) -> None:
    client = client_of(away)
    url = reverse("core:absence-create")
    assert url in get(client, reverse("core:profile")).text
    body = {"starts_on": TODAY, "ends_on": TODAY + timedelta(days=3), "deputy": deputy.pk, "note": "Keys"}
    assert client.post(url, body).status_code == 302
    assert client.post(url, body).status_code == 422
    absence = Absence.objects.get()
    end = reverse("core:absence-end", args=[absence.pk])
    assert end in get(client, reverse("core:profile")).text
    other = client_of(deputy)
    assert "You stand in for Li Wei" in get(other, reverse("core:profile")).text
    tasks = get(other, reverse("customers:task-list"), owner=deputy.pk)
    assert f"?owner={away.pk}&amp;state=open" in tasks.text
    assert get(other, end).status == 404
    assert client.post(end).status_code == 302
    assert not Absence.objects.exists()


def test_a_manager_arranges_it_on_the_page_of_the_user(
    away: User, deputy: User, user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    url = reverse("core:user-absence", args=[away.pk])
    page = reverse("core:user-detail", args=[away.pk])
    assert get(client_of(user_in("manager")), url).status == 404
    client = client_of(user_in("manager", team=away.team))
    assert url in get(client, page).text
    body = {"starts_on": TODAY, "ends_on": TODAY, "deputy": deputy.pk}
    assert client.post(url, body)["Location"] == page
    assert "Deputy: Wang Fang" in get(client, page).text


def test_pickers_say_who_is_away(
    away: User, deputy: User, user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    stand_in(away, deputy)
    page = get(client_of(user_in("manager")), reverse("customers:task-create")).text
    assert "Li Wei (away until" in page
    assert "deputy Wang Fang)" in page


def test_without_an_absence_the_rows_are_asked_for_as_ever(deputy: User, away: User) -> None:
    def asked() -> str:
        with CaptureQueriesContext(connection) as found:
            list(Customer.objects.visible_to(again(deputy)))
        return found[-1]["sql"]

    before = asked()
    assert "core_absence" not in before
    absence = stand_in(away, deputy, Period(date(TODAY.year, 1, 1), TODAY))
    assert asked() != before
    Absence.objects.filter(pk=absence.pk).delete()
    assert asked() == before
