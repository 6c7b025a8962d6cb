"""The demo company's own staff, teams, products and rates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from core.models import ExchangeRate, Organisation, Team, User
from crm.demo import names
from customers.models import Price, Product, Tag

#: The password of every demo login; the demo refuses to load in production.
PASSWORD = "perennial-demo"  # noqa: S105

RATES = {"USD": "7.12", "HKD": "0.911", "EUR": "7.78", "SGD": "5.31"}


def make_staff() -> dict[str, User]:
    """Make the organisation, its teams and one login per role; return users by login."""
    organisation = Organisation.load()
    organisation.name, organisation.is_demo = names.ORGANISATION, True
    organisation.save()
    teams: dict[str, Team] = {}
    for name, parent in names.TEAMS.items():
        teams[name] = Team.objects.create(name=name, parent=teams.get(parent or ""))
    # One hash for all: hashing is slow on purpose, and the demo password is no secret.
    hashed = make_password(PASSWORD)
    users = {}
    for login, name, role, team, title, language in names.USERS:
        user = User.objects.create(
            username=login,
            full_name=name,
            email=f"{login}@evergreen.example",
            team=teams[team],
            title=title,
            language=language,
            password=make_password(None) if role == "integration" else hashed,
            is_service=role == "integration",
        )
        user.groups.add(Group.objects.get(name=role))
        users[login] = user
    for team, lead in {
        "总部": "manager",
        "华东团队": "xu",
        "International": "tom",
        "大客户部": "lin",
    }.items():
        Team.objects.filter(pk=teams[team].pk).update(lead=users[lead])
    return users


def make_catalogue(since: date) -> list[Product]:
    """Make products with list prices, exchange rates and tags."""
    ExchangeRate.objects.bulk_create(
        ExchangeRate(currency=currency, valid_from=since, rate=Decimal(rate))
        for currency, rate in RATES.items()
    )
    Tag.objects.bulk_create(Tag(name=name) for name in names.TAGS)
    products = Product.objects.bulk_create(
        Product(code=code, name=name, kind=kind, unit=unit) for code, name, kind, unit, _ in names.PRODUCTS
    )
    prices = {code: price for code, _, _, _, price in names.PRODUCTS}
    Price.objects.bulk_create(
        Price(product=product, currency="CNY", amount=prices[product.code] * factor, valid_from=start)
        for product in products
        for factor, start in ((Decimal("0.94"), since), (Decimal(1), since.replace(year=since.year + 2)))
    )
    return list(products)
