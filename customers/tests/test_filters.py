from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.http import QueryDict

from core.models import Team, User
from core.tests.factories import TeamFactory, UserFactory, searchable
from customers import segments
from customers.filters import (
    ContactFilterSet,
    CustomerFilterSet,
    InteractionFilterSet,
    OrderFilterSet,
    ProductFilterSet,
    TaskFilterSet,
)
from customers.models import Contact, Customer, Interaction, Metrics, Order, OrderTotals, Product, Tag, Task
from customers.tests.factories import ContactFactory, CustomerFactory, OrderFactory, ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(user_in: Callable[..., User]) -> User:
    return user_in("administrator")


def found(filterset: Any, rows: Any, query: str, user: User) -> set[Any]:
    bound = filterset(QueryDict(query), queryset=rows, user=user)
    assert bound.is_valid(), bound.form.errors
    return set(bound.qs)


def broken(filterset: Any, query: str, user: User) -> set[str]:
    bound = filterset(QueryDict(query), queryset=filterset._meta.model.objects.all(), user=user)
    assert not bound.is_valid()
    return set(bound.form.errors)


def test_customer_filters_over_own_fields(boss: User) -> None:
    bank = CustomerFactory(name="渤海银行", industry="banking", tier="core", stage="growth", city="Tianjin")
    port = CustomerFactory(name="Port", kind="individual", industry="ports", parent=bank)
    bank.tags.add(Tag.objects.create(name="VIP"))
    bank.tags.add(Tag.objects.create(name="A"))
    both = {bank, port}
    tags = Tag.objects.values_list("pk", flat=True)
    for query, expected in {
        "": both,
        "q=海银": {bank},
        f"q={port.code}": {port},
        "kind=individual": {port},
        "industry=banking&industry=ports": both,
        "tier=core": {bank},
        "stage=growth": {bank},
        "city=tianjin": {bank},
        f"owner={bank.owner_id}": {bank},
        f"parent={bank.pk}": {port},
        f"tag={tags[0]}&tag={tags[1]}": {bank},
        "created_since=2099-01-01": set(),
        "created_since=2020-01-01": both,
    }.items():
        assert found(CustomerFilterSet, Customer.objects.all(), query, boss) == expected, query
    assert (
        len(
            list(
                CustomerFilterSet(
                    QueryDict(f"tag={tags[0]}&tag={tags[1]}"), queryset=Customer.objects.all(), user=boss
                ).qs
            )
        )
        == 1
    )


def test_customer_filters_over_figures(boss: User) -> None:
    good, bad = CustomerFactory(), CustomerFactory()
    Metrics.objects.filter(pk=good.pk).update(
        r=5, f=4, m=5, segment="champions", risk_level="low", p_alive=0.9, value_at_stake=5, clv_12m=900
    )
    Metrics.objects.filter(pk=bad.pk).update(
        r=1, f=4, m=2, segment="lost", risk_level="high", p_alive=0.2, value_at_stake=800, clv_12m=100
    )
    OrderTotals.objects.filter(pk=good.pk).update(
        purchase_days=1, first_day=date(2026, 1, 1), last_day=date(2026, 2, 1)
    )
    for query, expected in {
        "rfm=54": {good},
        "rfm=142": {bad},
        "rfm=143": set(),
        "r=5&m=5": {good},
        "f=4": {good, bad},
        "segment=champions": {good},
        "segment=champions&segment=lost": {good, bad},
        "segment=unheard": set(),
        "risk=high": {bad},
        "p_alive_min=0.9": {good},
        "p_alive_max=0.9": {bad},
        "at_stake_min=100": {bad},
        "clv_min=101.5": {good},
        "has_orders=true": {good},
        "has_orders=false": {bad},
        "ordered_since=2026-02-01": {good},
        "ordered_before=2026-02-01": set(),
        "ordered_before=2026-02-02": {good},
    }.items():
        assert found(CustomerFilterSet, Customer.objects.all(), query, boss) == expected, query


def test_team_means_the_teams_below_too(boss: User) -> None:
    east = TeamFactory()
    shanghai = TeamFactory(parent=east)
    below = CustomerFactory(owner=UserFactory(team=TeamFactory(parent=shanghai)))
    CustomerFactory()
    assert found(CustomerFilterSet, Customer.objects.all(), f"team={east.pk}", boss) == {below}
    order = OrderFactory(customer=below)
    assert found(OrderFilterSet, Order.objects.all(), f"team={east.pk}", boss) == {order}


def test_who_may_not_see_figures_cannot_filter_by_them(user_in: Callable[..., User]) -> None:
    trainer = user_in("trainer")
    customer = CustomerFactory(owner=trainer)
    bound = CustomerFilterSet(QueryDict("risk=high"), queryset=Customer.objects.all(), user=trainer)
    assert not set(CustomerFilterSet.FIGURES) & set(bound.filters)
    assert set(bound.qs) == {customer}


def test_pickers_offer_only_what_the_person_may_see(seller: User, other_team: Team) -> None:
    hidden = CustomerFactory(owner=UserFactory(team=other_team))
    assert broken(OrderFilterSet, f"customer={hidden.pk}", seller) == {"customer"}
    assert broken(CustomerFilterSet, f"parent={hidden.pk}", seller) == {"parent"}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("segment=a\0b", "segment"),
        ("rfm=5", "rfm"),
        ("rfm=0a", "rfm"),
        ("r=x", "r"),
        ("at_stake_min=1e400", "at_stake_min"),
        ("clv_min=NaN", "clv_min"),
        ("p_alive_min=2", "p_alive_min"),
        ("kind=robot", "kind"),
        ("owner=x", "owner"),
        ("owner=99999999999999999999", "owner"),
        ("created_since=yesterday", "created_since"),
        ("ordered_since=9999-12-31", "ordered_since"),
        ("risk=huge", "risk"),
    ],
)
def test_what_is_not_understood_is_named(boss: User, query: str, field: str) -> None:
    assert broken(CustomerFilterSet, query, boss) == {field}


def test_order_filters(boss: User) -> None:
    product = ProductFactory()
    first = OrderFactory(ordered_on=date(2026, 1, 1), number="SO-A", note="autumn", currency="USD")
    second = OrderFactory(
        ordered_on=date(2026, 3, 1), state="draft", amount=Decimal(5), amount_base=Decimal(5)
    )
    refund = OrderFactory(
        ordered_on=date(2026, 4, 1), kind="refund", amount=Decimal(-5), amount_base=Decimal(-5)
    )
    second.lines.create(product=product, unit_price=5, amount=5)
    first.customer.tags.add(tag := Tag.objects.create(name="VIP"))
    for query, expected in {
        "q=so-a": {first},
        "q=autumn": {first},
        f"q={second.customer.name}": {second},
        f"customer={first.customer_id}": {first},
        f"tag={tag.pk}": {first},
        "kind=refund": {refund},
        "state=draft&state=cancelled": {second},
        "from=2026-03-01": {second, refund},
        "to=2026-03-01": {first, second},
        "from=2026-02-01&to=2026-03-31": {second},
        "currency=USD": {first},
        f"product={product.pk}": {second},
        "amount_min=5": {first, second},
        "amount_max=5": {second, refund},
    }.items():
        assert found(OrderFilterSet, Order.objects.all(), query, boss) == expected, query


def test_interaction_filters_read_days_in_the_zone_of_the_reader(boss: User) -> None:
    late = Interaction.objects.create(
        customer=CustomerFactory(), summary="Late call", occurred_at=datetime(2026, 3, 1, 15, 59, tzinfo=UTC)
    )
    searchable(late)
    for query, expected in {
        "from=2026-03-01&to=2026-03-01": {late},
        "from=2026-03-02": set(),
        "to=2026-02-28": set(),
        "q=late": {late},
        "channel=visit": set(),
        "direction=outbound": {late},
    }.items():
        assert found(InteractionFilterSet, Interaction.objects.all(), query, boss) == expected, query


def test_task_contact_and_product_filters(boss: User) -> None:
    late = Task.objects.create(title="Late", due_on=date(2020, 1, 1), owner=boss, priority="high")
    task = Task.objects.create(title="Some day")
    searchable(late, task)
    rows = Task.objects.all()
    assert found(TaskFilterSet, rows, "overdue=true", boss) == {late}
    assert found(TaskFilterSet, rows, "overdue=false", boss) == {late, task}
    assert found(
        TaskFilterSet, rows, f"owner={boss.pk}&state=open&priority=high&due_to=2020-01-01", boss
    ) == {late}
    assert found(TaskFilterSet, rows, "q=some", boss) == {task}

    contact = ContactFactory(is_primary=True, title="CEO")
    ended = ContactFactory(ended_on=date(2026, 1, 1))
    places = Contact.objects.all()
    assert found(ContactFilterSet, places, "current=true", boss) == {contact}
    assert found(ContactFilterSet, places, "current=false", boss) == {ended}
    assert found(ContactFilterSet, places, f"q=ceo&customer={contact.customer_id}&is_primary=true", boss) == {
        contact
    }

    product = ProductFactory(name="Sales basics", is_active=False)
    assert found(
        ProductFilterSet, Product.objects.all(), "q=basics&is_active=false&kind=open_course", boss
    ) == {product}


def test_segments_are_named_by_who_knows_them(boss: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "_sources", [])
    segments.register_names(lambda: [("champions", "Champions")])
    bound = CustomerFilterSet(QueryDict("segment=champions"), queryset=Customer.objects.all(), user=boss)
    assert bound.is_valid()
    assert bound.chips()[0][0] == "Segment: Champions"
