"""The demo company's customers and the people in them."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from core.domain.numbers import take_numbers
from core.models import User
from crm.demo import names
from customers.choices import EventKind
from customers.models import Acquaintance, Contact, Customer, Metrics, OrderTotals, Person, Tag, TimelineEvent
from customers.standardise import name_key

SELLERS = {
    "华东团队": ["sales", "zhou"],
    "华南团队": ["ma", "wu"],
    "大客户部": ["lin"],
    "International": ["ana"],
}


@dataclass(frozen=True)
class Profile:
    """How one customer behaves: the truth that the figures later have to find."""

    customer: Customer
    start: date
    gap: float
    spend: float
    currency: str
    leaves_after: int | None
    quiet_since: date | None
    returns_on: date | None


def make_customers(count: int, *, today: date, users: dict[str, User], rng: random.Random) -> list[Profile]:
    """Make `count` customers with contacts, tags and their first timeline line; return their profiles."""
    taken: set[str] = set()
    profiles = [_draw(rng, today, users, taken) for _ in range(count)]
    numbers = take_numbers("customer", count)
    for number, customer in zip(numbers, (profile.customer for profile in profiles), strict=True):
        customer.code = f"C-{number:06d}"
        customer.name_key = name_key(customer.name)
        customer.external_id = f"K{40000 + number}"
        customer.source_system = "erp"
    saved = Customer.objects.bulk_create([profile.customer for profile in profiles])
    Metrics.objects.bulk_create(Metrics(customer=customer) for customer in saved)
    OrderTotals.objects.bulk_create(OrderTotals(customer=customer) for customer in saved)
    TimelineEvent.objects.bulk_create(
        TimelineEvent(customer=customer, kind=EventKind.CREATED, at=customer.created_at, actor=customer.owner)
        for customer in saved
    )
    _tag(saved, rng)
    _branches(saved, rng)
    return profiles


def _draw(rng: random.Random, today: date, users: dict[str, User], taken: set[str]) -> Profile:
    team = rng.choices(list(SELLERS), [42, 26, 14, 18])[0]
    owner = users[rng.choice(SELLERS[team])]
    individual = rng.random() < 0.1 and team not in {"大客户部", "International"}
    start = today - timedelta(days=int(rng.betavariate(1.5, 1.1) * 1080) + 8)
    name, industry, city, currency = _identity(rng, team, individual, taken)
    customer = Customer(
        kind="individual" if individual else "organisation",
        name=name,
        industry=industry,
        size="" if individual else rng.choice(["small", "medium", "large", "large", "huge"]),
        city=city,
        region=region if (region := names.REGIONS.get(city, "")) != city else "",
        source=rng.choice(["referral", "website", "event", "campaign", "partner", "cold", "tender"]),
        phone=f"0{rng.randint(21, 29)}-{rng.randint(50000000, 89999999)}",
        since=start,
        owner=owner,
        # Individuals come to open classes: those who teach them look after them together with the seller.
        team=users["trainer"].team if individual else owner.team,
        preferred_language="en" if team == "International" else "zh-hans",
        preferred_channel=rng.choice(["", "phone", "wechat", "email"]),
        created_at=_at(start, rng),
        created_by=owner,
    )
    big = team == "大客户部"
    gap = rng.gammavariate(1.9, 30 if big else 44) + 12
    spend = rng.lognormvariate(10.6 if big else 9.7, 0.75) * (0.12 if individual else 1)
    leaves_after = 1 + int(rng.expovariate(0.11)) if rng.random() < 0.5 else None
    quiet_since, returns_on = _silence(rng, today, gap)
    return Profile(
        customer, start, gap, spend, currency, None if quiet_since else leaves_after, quiet_since, returns_on
    )


def _silence(rng: random.Random, today: date, gap: float) -> tuple[date | None, date | None]:
    """One in six went quiet not long ago: a warning may still save them; a third of those came back."""
    if rng.random() > 0.17:
        return None, None
    silence = max(50.0, gap * rng.uniform(2.2, 5))
    if rng.random() < 0.35:
        back = today - timedelta(days=rng.randint(3, 70))
        return back - timedelta(days=round(silence)), back
    return today - timedelta(days=round(silence)), None


def _identity(rng: random.Random, team: str, individual: bool, taken: set[str]) -> tuple[str, str, str, str]:
    while True:
        currency = "CNY"
        industry = rng.choice(list(names.TRADES))
        if team == "International":
            city, currency = rng.choice(names.WORLD_CITIES)
            name = f"{rng.choice(names.ENGLISH_STEMS)} {rng.choice(names.TRADES[industry][1])}"
        else:
            city = rng.choice(names.CHINESE_CITIES[team])
            trade = rng.choice(names.TRADES[industry][0]).format(city=city)
            name = person_name(rng) if individual else f"{rng.choice(names.CHINESE_STEMS)}{trade}"
        if name in taken and not individual:
            name = f"{name} {city}"
        if name not in taken:
            taken.add(name)
            return name, "" if individual else industry, city, currency


def person_name(rng: random.Random, *, english: bool = False) -> str:
    """Draw a name, Chinese unless `english`."""
    if english:
        return f"{rng.choice(names.FIRST)} {rng.choice(names.LAST)}"
    return rng.choice(names.SURNAMES) + rng.choice(names.GIVEN)


def _at(day: date, rng: random.Random) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, rng.randint(8, 18), rng.randint(0, 59)))


def _tag(customers: list[Customer], rng: random.Random) -> None:
    tags = list(Tag.objects.all())
    through = Customer.tags.through
    through.objects.bulk_create(
        through(customer_id=customer.pk, tag_id=tag.pk)
        for customer in customers
        for tag in rng.sample(tags, rng.choices([0, 1, 2, 3], [3, 4, 2, 1])[0])
    )


def _branches(customers: list[Customer], rng: random.Random) -> None:
    parents = [customer for customer in customers if customer.size == "huge"][:12]
    free = [c for c in customers if c.kind == "organisation" and c not in parents]
    children = rng.sample(free, min(len(free), 30))
    for child in children:
        child.parent = rng.choice(parents) if parents else None
    Customer.objects.bulk_update(children, ["parent"])


def make_people(profiles: list[Profile], *, today: date, rng: random.Random) -> dict[int, list[Person]]:
    """Give each organisation one to four people; some moved on, some sit in two places."""
    places: list[Contact] = []
    people: dict[int, list[Person]] = {}
    drafts: list[tuple[Profile, Person, bool]] = []
    for profile in profiles:
        english = profile.currency != "CNY"
        count = 1 if profile.customer.kind == "individual" else rng.choices([1, 2, 3, 4], [3, 4, 2, 1])[0]
        for index in range(count):
            alone = profile.customer.kind == "individual"
            name = profile.customer.name if alone else person_name(rng, english=english)
            person = Person(name=name, mobile=f"1{rng.choice('3578')}{rng.randint(100000000, 999999999)}")
            drafts.append((profile, person, index == 0))
    Person.objects.bulk_create([person for _, person, _ in drafts])
    for profile, person, first in drafts:
        places.append(_place(profile, person, first, today, rng))
        people.setdefault(profile.customer.pk, []).append(person)
    places += _second_places(profiles, people, rng)
    Contact.objects.bulk_create(places)
    _acquaint(people, rng)
    return people


def _place(profile: Profile, person: Person, first: bool, today: date, rng: random.Random) -> Contact:
    english = profile.currency != "CNY"
    left = not first and rng.random() < 0.12
    return Contact(
        customer=profile.customer,
        person=person,
        title=rng.choice(names.JOB_TITLES_EN if english else names.JOB_TITLES),
        department=rng.choice(names.DEPARTMENTS_EN if english else names.DEPARTMENTS),
        role="decider" if first else rng.choice(["influencer", "user", "gatekeeper", "champion", "payer"]),
        influence=rng.choices(["high", "medium", "low"], [5, 3, 1] if first else [1, 3, 3])[0],
        attitude=rng.choices(["unknown", "supporter", "neutral", "critic"], [3, 4, 4, 1])[0],
        is_primary=first,
        started_on=profile.start,
        ended_on=min(today, profile.start + timedelta(days=rng.randint(90, 700))) if left else None,
        end_reason="离职" if left else "",
    )


def _second_places(
    profiles: list[Profile], people: dict[int, list[Person]], rng: random.Random
) -> list[Contact]:
    """Twenty people also sit at a parent or branch of their organisation."""
    wanted = [profile for profile in profiles if profile.customer.parent][:20]
    return [
        Contact(
            customer=profile.customer.parent,
            person=people[profile.customer.pk][0],
            title=rng.choice(names.JOB_TITLES),
            role="influencer",
            started_on=profile.start,
        )
        for profile in wanted
    ]


def _acquaint(people: dict[int, list[Person]], rng: random.Random) -> None:
    rows = []
    for group in people.values():
        for first, second in itertools.pairwise(group):
            if rng.random() < 0.6:
                low, high = sorted((first, second), key=lambda person: person.pk)
                rows.append(
                    Acquaintance(first=low, second=high, nature=rng.choice(["同部门", "上下级", "同学"]))
                )
    Acquaintance.objects.bulk_create(rows)
