"""What the demo company's staff did: interactions, tasks, and moves of stage and tier."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from statistics import median

from django.utils import timezone

from core.models import User
from crm.demo import names
from crm.demo.customers import Profile
from customers.choices import Axis, EventKind, Stage, TaskState, Tier
from customers.models import AxisChange, Customer, Interaction, Person, Task, TimelineEvent


def make_interactions(
    profiles: list[Profile],
    people: dict[int, list[Person]],
    orders: dict[int, list[date]],
    *,
    today: date,
    rng: random.Random,
) -> int:
    """Write a call, visit or message every few weeks for each customer; return how many."""
    rows = [row for profile in profiles for row in _talks(profile, people, orders, today, rng)]
    Interaction.objects.bulk_create(rows, batch_size=500)
    TimelineEvent.objects.bulk_create((_event(row) for row in rows), batch_size=500)
    latest: dict[int, Interaction] = {}
    for row in rows:
        if row.customer_id not in latest or row.occurred_at > latest[row.customer_id].occurred_at:
            latest[row.customer_id] = row
    customers = [profile.customer for profile in profiles if profile.customer.pk in latest]
    for customer in customers:
        customer.last_contact_at = latest[customer.pk].occurred_at
    Customer.objects.bulk_update(customers, ["last_contact_at"], batch_size=300)
    return len(rows)


def _talks(
    profile: Profile,
    people: dict[int, list[Person]],
    orders: dict[int, list[date]],
    today: date,
    rng: random.Random,
) -> Iterator[Interaction]:
    english = profile.currency != "CNY"
    last_order = max(orders.get(profile.customer.pk, [profile.start]))
    day = profile.start
    while day <= today:
        # Where orders stop, contact thins out too: it is one of the reasons a warning names.
        quiet = (day - last_order).days > 2 * profile.gap
        channel, summary, body = rng.choice(names.TALK_EN if english else names.TALK)
        at = _clock(day, rng)
        if at <= timezone.now():
            yield Interaction(
                customer=profile.customer,
                person=rng.choice(people[profile.customer.pk]),
                channel=channel,
                direction=rng.choice(["outbound", "outbound", "inbound"]),
                summary=summary,
                body=body,
                occurred_at=at,
                minutes=rng.choice([5, 10, 15, 30, 60, 90]),
                by=profile.customer.owner,
                created_at=at,
                created_by=profile.customer.owner,
            )
        day += timedelta(days=round(rng.gammavariate(3, 45 if quiet else 22)) + 5)


def _event(row: Interaction) -> TimelineEvent:
    return TimelineEvent(
        customer=row.customer,
        kind=EventKind.INTERACTION,
        at=row.occurred_at,
        actor=row.by,
        data={"channel": row.channel, "summary": row.summary, "body": row.body, "person": str(row.person)},
        subject_id=row.pk,
        subject_label=row.summary,
    )


def _clock(day: date, rng: random.Random) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, rng.randint(8, 18), rng.randint(0, 59)))


def make_tasks(profiles: list[Profile], *, today: date, rng: random.Random) -> None:
    """Leave open tasks around today and closed ones before, for a third of the customers."""
    rows = []
    for profile in rng.sample(profiles, len(profiles) // 3):
        english = profile.currency != "CNY"
        due = today + timedelta(days=round(rng.gauss(4, 9)))
        done = due < today - timedelta(days=3) or rng.random() < 0.2
        rows.append(
            Task(
                customer=profile.customer,
                title=rng.choice(names.TASK_TITLES_EN if english else names.TASK_TITLES),
                owner=profile.customer.owner,
                team=profile.customer.team,
                due_on=due,
                priority=rng.choices(["high", "normal", "low"], [2, 6, 1])[0],
                state=TaskState.DONE if done else TaskState.OPEN,
                closed_at=_clock(min(due, today - timedelta(days=1)), rng) if done else None,
                created_by=profile.customer.owner,
            )
        )
    Task.objects.bulk_create(rows)


def make_own_tasks(
    users: dict[str, User], profiles: list[Profile], *, today: date, rng: random.Random
) -> None:
    """Give those who look after no customer themselves something for today, too."""
    rows = []
    for login, titles in names.OWN_TASKS.items():
        near = [one for one in profiles if one.customer.team_id == users[login].team_id] or profiles
        for days, title in enumerate(titles):
            customer = rng.choice(near).customer
            rows.append(
                Task(
                    customer=customer,
                    title=title,
                    owner=users[login],
                    team=users[login].team,
                    due_on=today + timedelta(days=days * 2 - 1),
                    created_by=users[login],
                )
            )
    Task.objects.bulk_create(rows)


def make_stages(profiles: list[Profile], orders: dict[int, list[date]], *, today: date, by: User) -> None:
    """Put each customer into the stage and tier that its orders show, with a history that says why."""
    changes: list[AxisChange] = []
    for profile in profiles:
        customer, days = profile.customer, sorted(orders.get(profile.customer.pk, []))
        for day, stage, reason in _stages(days, today):
            changes.append(_change(customer, Axis.STAGE, customer.stage, stage, reason, day, by))
            customer.stage, customer.stage_since = stage, day
        tier = _tier(profile, len(days))
        if tier != customer.tier:
            since = days[-1] if days else profile.start
            changes.append(_change(customer, Axis.TIER, customer.tier, tier, "年度评级", since, by))
            customer.tier, customer.tier_since = tier, since
        if tier == Tier.STRATEGIC:
            changes.append(
                _change(
                    customer,
                    Axis.RELATIONSHIP,
                    customer.relationship,
                    "partnership",
                    "年度框架协议",
                    days[-1],
                    by,
                )
            )
            customer.relationship, customer.relationship_since = "partnership", days[-1]
    AxisChange.objects.bulk_create(changes, batch_size=500)
    TimelineEvent.objects.bulk_create((_axis_event(change) for change in changes), batch_size=500)
    fields = ["stage", "stage_since", "tier", "tier_since", "relationship", "relationship_since"]
    Customer.objects.bulk_update([profile.customer for profile in profiles], fields, batch_size=300)


def _stages(days: list[date], today: date) -> Iterator[tuple[date, str, str]]:
    """Yield (day, stage, reason) of each move that the order days justify."""
    if not days:
        return
    yield days[0], Stage.INTRODUCTION, "首次下单"
    if len(days) >= 3:
        yield days[2], Stage.GROWTH, "第三次下单"
    if len(days) >= 6:
        yield days[5], Stage.MATURITY, "连续下单，采购稳定"
    gaps = [(after - before).days for before, after in itertools.pairwise(days)]
    usual = median(gaps) if gaps else 120.0
    silent = (today - days[-1]).days
    if silent > max(4 * usual, 300):
        yield days[-1] + timedelta(days=round(max(4 * usual, 300))), Stage.LOST, "超过四个采购周期没有订单"
    elif silent > max(2.5 * usual, 120):
        yield (
            days[-1] + timedelta(days=round(max(2.5 * usual, 120))),
            Stage.DECLINE,
            "静默超过平时间隔 2.5 倍",
        )
    elif gaps and len(gaps) > 3 and gaps[-1] > 4 * usual:
        yield days[-1], Stage.WONBACK, "长期静默后再次下单"


def _tier(profile: Profile, orders: int) -> str:
    worth = profile.spend * orders
    if worth > 600_000:
        return Tier.STRATEGIC
    if worth > 220_000:
        return Tier.CORE
    return Tier.GROWTH if orders >= 2 else Tier.POTENTIAL


def _change(
    customer: Customer, axis: str, old: str, new: str, reason: str, day: date, by: User
) -> AxisChange:
    at = timezone.make_aware(datetime(day.year, day.month, day.day, 9, 0))
    return AxisChange(customer=customer, axis=axis, old=old, new=new, reason=reason, by=by, at=at)


def _axis_event(change: AxisChange) -> TimelineEvent:
    return TimelineEvent(
        customer=change.customer,
        kind=EventKind.STAGE,
        at=change.at,
        actor=change.by,
        data={"axis": change.axis, "old": change.old, "new": change.new, "reason": change.reason},
    )
