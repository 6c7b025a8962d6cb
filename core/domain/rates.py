"""Exchange rates, and amounts in the base currency of the organisation."""

from __future__ import annotations

import zoneinfo
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.access import require
from core.choices import AuditAction
from core.domain.audit import differences, record
from core.domain.checks import check_record, unique_or_conflict
from core.errors import Conflict, DomainError
from core.models import ExchangeRate, Organisation, User

_CENT = Decimal("0.01")

#: Each returns True while amounts in the base currency are stored, so that it may not change any more.
base_currency_locks: list[Callable[[], bool]] = []


@dataclass(frozen=True)
class RateTable:
    """All rates in memory, for work on many amounts."""

    base_currency: str
    #: Currency → (days from which a rate holds, the rates), both in order.
    rates: Mapping[str, tuple[list[date], list[Decimal]]]

    @classmethod
    def load(cls) -> RateTable:
        """Read the rates, in two queries."""
        rates: dict[str, tuple[list[date], list[Decimal]]] = {}
        rows = ExchangeRate.objects.order_by("currency", "valid_from")
        for currency, day, rate in rows.values_list("currency", "valid_from", "rate"):
            days, values = rates.setdefault(currency, ([], []))
            days.append(day)
            values.append(rate)
        return cls(Organisation.load().base_currency, rates)

    def rate_on(self, currency: str, day: date) -> Decimal:
        """Return what one unit is worth on `day`; refuses with `no_rate` where none is known."""
        if currency == self.base_currency:
            return Decimal(1)
        days, values = self.rates.get(currency, ([], []))
        place = bisect_right(days, day)
        if not place:
            raise no_rate(currency, day, self.base_currency)
        return values[place - 1]

    def to_base(self, amount: Decimal, currency: str, day: date) -> tuple[Decimal, Decimal]:
        """Return (amount in the base currency to the cent, rate of that day)."""
        rate = self.rate_on(currency, day)
        return (amount * rate).quantize(_CENT, rounding=ROUND_HALF_UP), rate


def to_base(amount: Decimal, currency: str, day: date) -> tuple[Decimal, Decimal]:
    """Return (amount in the base currency to the cent, rate of that day); for many use `RateTable`."""
    base = Organisation.load().base_currency
    rate = Decimal(1) if currency == base else ExchangeRate.objects.rate_on(currency, day)
    if rate is None:
        raise no_rate(currency, day, base)
    return (amount * rate).quantize(_CENT, rounding=ROUND_HALF_UP), rate


def no_rate(currency: str, day: date, base: str) -> DomainError:
    """Return the refusal of an amount that cannot be brought into the base currency."""
    text = _("No rate from %(currency)s to %(base)s is known for %(day)s. Enter one under Exchange rates.")
    message = text % {"currency": currency, "base": base, "day": day.isoformat()}
    return DomainError("no_rate", message, fields={"currency": message})


@transaction.atomic
def set_rate(currency: str, valid_from: date, rate: Decimal, *, by: User) -> ExchangeRate:
    """Store what one unit of `currency` is worth from that day on; a rate of the same day is replaced.

    Amounts already stored keep the rate they were stored with. Refused: the base currency itself.
    """
    found = ExchangeRate.objects.filter(currency=currency, valid_from=valid_from).first()
    if found is not None:
        return update_rate(found, {"rate": rate}, by=by)
    require(by, "add", ExchangeRate)
    new = ExchangeRate(currency=currency, valid_from=valid_from, rate=rate)
    _check_rate(new)
    with unique_or_conflict():
        new.save()
    changes = {name: (None, getattr(new, name)) for name in ("currency", "valid_from", "rate")}
    record(AuditAction.CREATED, by=by, subject=new, changes=changes)
    return new


@transaction.atomic
def update_rate(rate: ExchangeRate, data: Mapping[str, Any], *, by: User) -> ExchangeRate:
    """Change a rate; amounts already stored keep theirs."""
    require(by, "change", ExchangeRate)
    changes = differences(rate, data)
    if not changes:
        return rate
    for name, (_old, new) in changes.items():
        setattr(rate, name, new)
    _check_rate(rate)
    with unique_or_conflict():
        rate.save(update_fields=list(changes))
    record(AuditAction.CHANGED, by=by, subject=rate, changes=changes)
    return rate


@transaction.atomic
def delete_rate(rate: ExchangeRate, *, by: User) -> None:
    """Delete a rate; amounts already stored keep theirs."""
    require(by, "delete", ExchangeRate)
    deleted, _rows = ExchangeRate.objects.filter(pk=rate.pk).delete()
    if not deleted:
        raise Conflict("already_deleted", _("This rate is deleted already."))
    record(AuditAction.DELETED, by=by, subject=rate)


def _check_rate(rate: ExchangeRate) -> None:
    if rate.currency == Organisation.load().base_currency:
        text = _("This is the base currency; its rate is always 1.")
        raise DomainError("rate_of_base_currency", text, fields={"currency": text})
    check_record(rate)


@transaction.atomic
def update_organisation(data: Mapping[str, Any], *, by: User) -> Organisation:
    """Change the settings that hold for everybody.

    Refused: another base currency once amounts are stored in the present one, or while exchange rates
    into it are kept; a time zone that nobody knows.
    """
    organisation = Organisation.load()
    require(by, "change", organisation)
    changes = differences(organisation, data)
    if not changes:
        return organisation
    if "base_currency" in changes:
        _check_base_currency()
    for name, (_old, new) in changes.items():
        setattr(organisation, name, new)
    _check_zone(organisation.time_zone)
    check_record(organisation)
    organisation.save(update_fields=list(changes))
    record(AuditAction.CHANGED, by=by, subject=organisation, changes=changes)
    return organisation


def base_currency_is_locked() -> bool:
    """Tell whether amounts are stored in the base currency."""
    return any(locked() for locked in base_currency_locks)


def _check_base_currency() -> None:
    if base_currency_is_locked():
        text = _("Orders are already kept in the present base currency, so it can no longer change.")
        raise DomainError("base_currency_in_use", text, fields={"base_currency": text})
    if ExchangeRate.objects.exists():
        text = _("The exchange rates lead into the present base currency. Delete them first.")
        raise DomainError("rates_exist", text, fields={"base_currency": text})


def _check_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        text = _("No time zone has this name. Use one like Asia/Shanghai.")
        raise DomainError("unknown_time_zone", text, fields={"time_zone": text})
