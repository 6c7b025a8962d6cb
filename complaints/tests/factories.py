"""Real cases for tests, written straight to the tables; `case_with` goes through the domain."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import factory
from django.utils import timezone

from complaints.choices.cases import CaseKind, ClockKind, Grade, Recipient, State, Unit
from complaints.domain.registering import register_case
from complaints.models import (
    BusinessCalendar,
    CalendarHours,
    Category,
    Complaint,
    Level,
    Policy,
    Queue,
    Target,
)
from core.models import User
from core.tests.factories import SearchableFactory, TeamFactory, UserFactory
from customers.tests.factories import CustomerFactory


class CalendarFactory(factory.django.DjangoModelFactory):
    """Monday to Friday, nine to noon and one to six, in Shanghai."""

    class Meta:
        model = BusinessCalendar
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Calendar {n}")
    time_zone = "Asia/Shanghai"
    follows_china = False

    @factory.post_generation
    def hours(self, create: bool, extracted: object, **kwargs: object) -> None:
        if create:
            CalendarHours.objects.bulk_create(
                CalendarHours(
                    calendar=self, weekday=day, opens=opens, closes=closes, valid_from=date(2020, 1, 1)
                )
                for day in range(5)
                for opens, closes in ((time(9), time(12)), (time(13), time(18)))
            )


class QueueFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Queue

    name_en = factory.Sequence(lambda n: f"Queue {n}")
    kind = CaseKind.COMPLAINT
    team = factory.SubFactory(TeamFactory)
    is_automatic = False


class CategoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Category

    code = factory.Sequence(lambda n: f"category-{n}")
    name_en = factory.Sequence(lambda n: f"Category {n}")


class ComplaintFactory(SearchableFactory):
    """A complaint in progress, without clocks."""

    class Meta:
        model = Complaint

    number = factory.Sequence(lambda n: f"TS-20260101-{n:04d}")
    title = factory.Sequence(lambda n: f"Complaint {n}")
    customer = factory.SubFactory(CustomerFactory)
    grade = Grade.GENERAL
    was_severe = factory.LazyAttribute(lambda case: case.grade == Grade.SEVERE)
    state = State.WORKING
    owner = factory.SubFactory(UserFactory)
    team = factory.SelfAttribute("owner.team")
    received_at = factory.LazyFunction(timezone.now)


def policy(**values: Any) -> Policy:
    """Return a policy: acknowledged in 30 working minutes, answered in 4 working hours, solved in 2 days.

    Its ladder: level 1 an hour before the response is due, level 2 when it is due, level 3 two hours after.
    """
    made = Policy.objects.create(**{"name": f"Policy {Policy.objects.count()}", **values})
    Target.objects.bulk_create(
        [
            Target(policy=made, clock=ClockKind.ACKNOWLEDGE, amount=30, unit=Unit.WORKING_MINUTES),
            Target(policy=made, clock=ClockKind.RESPOND, amount=4, unit=Unit.WORKING_HOURS),
            Target(policy=made, clock=ClockKind.UPDATE, amount=1, unit=Unit.WORKING_DAYS),
            Target(policy=made, clock=ClockKind.SOLVE, amount=2, unit=Unit.WORKING_DAYS),
            Target(policy=made, clock=ClockKind.STATUTORY, amount=8, unit=Unit.WEEKS, name="DISP 1.6.2R"),
        ]
    )
    Level.objects.bulk_create(
        [
            Level(policy=made, clock=ClockKind.RESPOND, number=1, offset=-60, recipient=Recipient.OWNER),
            Level(policy=made, clock=ClockKind.RESPOND, number=2, offset=0, recipient=Recipient.TEAM_LEAD),
            Level(policy=made, clock=ClockKind.RESPOND, number=3, offset=120, recipient=Recipient.LEAD_ABOVE),
        ]
    )
    return made


def registered(by: User | None = None, **values: Any) -> Complaint:
    """Return a case that came in through the domain."""
    return register_case({"title": "The lecturer was changed", **values}, by=by)
