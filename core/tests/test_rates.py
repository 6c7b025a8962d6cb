"""Exchange rates and the base currency."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from core.choices import AuditAction
from core.domain import rates
from core.domain.rates import RateTable, delete_rate, set_rate, to_base, update_organisation, update_rate
from core.errors import Conflict, DomainError
from core.models import AuditEntry, ExchangeRate, Organisation, User

pytestmark = pytest.mark.django_db
MAY = date(2026, 5, 1)
JUNE = date(2026, 6, 1)


@pytest.fixture
def admin(user_in: Callable[..., User]) -> User:
    return user_in("administrator")


@pytest.fixture(autouse=True)
def no_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "base_currency_locks", [])


@pytest.mark.parametrize("bulk", [False, True])
def test_an_amount_is_brought_into_the_base_currency_at_the_rate_of_its_day(bulk: bool, admin: User) -> None:
    set_rate("USD", MAY, Decimal("7.1"), by=admin)
    set_rate("USD", JUNE, Decimal("7.25"), by=admin)
    convert: Any = RateTable.load().to_base if bulk else to_base
    assert convert(Decimal("10"), "CNY", MAY) == (Decimal("10.00"), Decimal(1))
    assert convert(Decimal("10"), "USD", date(2026, 5, 31)) == (Decimal("71.00"), Decimal("7.1"))
    assert convert(Decimal("0.10"), "USD", JUNE) == (Decimal("0.73"), Decimal("7.25"))
    assert convert(Decimal("-0.10"), "USD", JUNE) == (Decimal("-0.73"), Decimal("7.25"))
    for currency, day in (("USD", date(2026, 4, 30)), ("EUR", JUNE)):
        with pytest.raises(DomainError) as refused:
            convert(Decimal("10"), currency, day)
        assert (refused.value.code, list(refused.value.fields)) == ("no_rate", ["currency"])


def test_many_amounts_cost_two_queries(admin: User, django_assert_num_queries: Any) -> None:
    set_rate("USD", MAY, Decimal("7.1"), by=admin)
    with django_assert_num_queries(2):
        table = RateTable.load()
        for _ in range(100):
            table.to_base(Decimal(1), "USD", JUNE)


def test_a_rate_of_the_same_day_is_replaced(admin: User) -> None:
    first = set_rate("USD", MAY, Decimal("7.1"), by=admin)
    second = set_rate("USD", MAY, Decimal("7.2"), by=admin)
    assert (second.pk, ExchangeRate.objects.get().rate) == (first.pk, Decimal("7.2"))
    lines = AuditEntry.objects.about(first)
    assert [line.action for line in lines] == [AuditAction.CHANGED, AuditAction.CREATED]
    assert lines[0].changes == {"rate": ["7.1", "7.2"]}


@pytest.mark.parametrize("rate", [Decimal(0), Decimal(-1), Decimal("1e20"), Decimal("NaN")])
def test_a_rate_that_is_no_rate_is_refused(rate: Decimal, admin: User) -> None:
    with pytest.raises(DomainError):
        set_rate("USD", MAY, rate, by=admin)
    assert ExchangeRate.objects.count() == 0


def test_the_base_currency_and_unknown_ones_have_no_rate(admin: User) -> None:
    for currency in ("CNY", "XXX"):
        with pytest.raises(DomainError) as refused:
            set_rate(currency, MAY, Decimal(1), by=admin)
        assert list(refused.value.fields) == ["currency"]


def test_only_administrators_enter_change_and_delete(admin: User, user_in: Callable[..., User]) -> None:
    rate = set_rate("USD", MAY, Decimal("7.1"), by=admin)
    manager = user_in("manager")
    for refused in (
        lambda: set_rate("EUR", MAY, Decimal("7.8"), by=manager),
        lambda: update_rate(rate, {"rate": Decimal(8)}, by=manager),
        lambda: delete_rate(rate, by=manager),
        lambda: update_organisation({"name": "x"}, by=manager),
    ):
        with pytest.raises(PermissionDenied):
            refused()


def test_delete_is_done_once(admin: User) -> None:
    rate = set_rate("USD", MAY, Decimal("7.1"), by=admin)
    delete_rate(rate, by=admin)
    with pytest.raises(Conflict):
        delete_rate(rate, by=admin)
    assert AuditEntry.objects.about(rate).filter(action=AuditAction.DELETED).count() == 1


def test_the_base_currency_changes_only_while_nothing_is_in_it(
    admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    update_organisation({"base_currency": "EUR"}, by=admin)
    assert Organisation.load().base_currency == "EUR"
    rate = set_rate("USD", MAY, Decimal("0.9"), by=admin)
    with pytest.raises(DomainError) as kept:
        update_organisation({"base_currency": "CNY"}, by=admin)
    assert kept.value.code == "rates_exist"
    delete_rate(rate, by=admin)
    monkeypatch.setattr(rates, "base_currency_locks", [lambda: True])
    with pytest.raises(DomainError) as locked:
        update_organisation({"base_currency": "CNY"}, by=admin)
    assert (locked.value.code, list(locked.value.fields)) == ("base_currency_in_use", ["base_currency"])
    update_organisation({"name": "远航企业大学", "base_currency": "EUR"}, by=admin)


def test_the_organisation_keeps_a_zone_that_exists(admin: User) -> None:
    with pytest.raises(DomainError) as refused:
        update_organisation({"time_zone": "Mars/Olympus"}, by=admin)
    assert refused.value.code == "unknown_time_zone"
    update_organisation({"time_zone": "Europe/Berlin"}, by=admin)
    assert AuditEntry.objects.about(Organisation.load()).get().changes == {
        "time_zone": ["Asia/Shanghai", "Europe/Berlin"]
    }
