"""Real imports of orders through the pages: what is asked for, and what must be there in the end."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum
from django.utils import timezone

from core.choices import AuditAction, ImportState, JobState
from core.models import AuditEntry, ImportLine, ImportRun, Notification
from crm.chaos.person import Person
from customers.models import Customer, Order, OrderDay, OrderTotals

ORDERS_A_CUSTOMER = 30
SOURCE = "chaos"


#: How far an import is in each state.
SHARES = {ImportState.CHECKED: 0.5, ImportState.IMPORTING: 0.6, ImportState.DONE: 1.0}


@dataclass
class Imports:
    """So many files of orders, that share their customers, each uploaded, checked and imported once."""

    count: int
    rows: int
    person: Person
    rng: random.Random
    expected: dict[str, tuple[str, Decimal]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    accepted: set[str] = field(default_factory=set)

    def prepare(self) -> None:
        """Write the files."""
        history = self._histories()
        for number in range(self.count):
            self.files[f"orders-{number:03}.csv"] = self._file(number, history[number :: self.count])

    def push(self) -> float:
        """Press what is to be pressed next for every file; return the share that is done.

        A form that was not answered may have been taken all the same, so the person looks at the list
        of imports before sending it again.
        """
        share = 0.0
        runs = {run.filename: run for run in ImportRun.objects.all()}
        for name, text in self.files.items():
            run = runs.get(name)
            if run is None:
                self._upload(name, text)
            elif run.state == ImportState.UPLOADED:
                self.person.press(f"imports/{run.pk}/check/")
            elif run.state == ImportState.CHECKED:
                self.person.press(f"imports/{run.pk}/start/")
            share += SHARES.get(ImportState(run.state), 0.0) if run else 0.0
        return share / self.count

    def _upload(self, name: str, text: str) -> None:
        fields = {"source_system": SOURCE, "currency": "CNY", "mode": "upsert", "create_customers": "on"}
        fields["customer_kind"] = "organisation"
        if self.person.upload("imports/new/customers.order/", name=name, text=text, fields=fields):
            self.accepted.add(name)

    def _histories(self) -> list[tuple[str, date]]:
        """Return (customer, day) of all orders: regular buyers, of whom a part stopped long ago."""
        wanted, orders = self.count * self.rows, []
        today = timezone.localdate()
        for number in range(wanted // ORDERS_A_CUSTOMER + 1):
            gap = self.rng.randint(8, 25)
            silent = self.rng.choice((3, 10, 45, 60, 75, 200))
            for step in range(ORDERS_A_CUSTOMER):
                day = today - timedelta(days=silent + step * gap + self.rng.randint(0, gap // 3))
                orders.append((f"K{number:04}", day))
        self.rng.shuffle(orders)
        return orders[:wanted]

    def _file(self, number: int, orders: list[tuple[str, date]]) -> str:
        lines = ["Customer number,Customer name,Order number,Date,Amount"]
        for place, (customer, day) in enumerate(orders):
            key, amount = f"{number:03}-{place:04}", Decimal(self.rng.randint(5_000, 900_000)) / 100
            self.expected[key] = (customer, amount)
            lines.append(f"{customer},Company {customer},{key},{day:%Y-%m-%d},{amount}")
        return "\n".join(lines) + "\n"

    def verdict(self) -> dict[str, Any]:
        """Count what is missing and what is there more than once."""
        lost, doubled = self._orders()
        sums = self._sums()
        lost["sums"], doubled["sums"] = sum(gap < 0 for gap in sums), sum(gap > 0 for gap in sums)
        for name, gap in self._traces().items():
            lost[name], doubled[name] = max(0, -gap), max(0, gap)
        return {
            "files": self.count,
            "orders": len(self.expected),
            "lost": {name: n for name, n in lost.items() if n},
            "doubled": {name: n for name, n in doubled.items() if n},
        }

    def _orders(self) -> tuple[dict[str, int], dict[str, int]]:
        found: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
        rows = Order.objects.filter(source_system=SOURCE)
        for key, customer, amount in rows.values_list("external_id", "customer__external_id", "amount"):
            found[key].append((customer, amount))
        missing = sum(self.expected[key] not in found[key] for key in self.expected)
        extra = sum(len(rows) for rows in found.values()) - (len(self.expected) - missing)
        customers = Customer.objects.filter(source_system=SOURCE).count()
        wanted = len({customer for customer, _amount in self.expected.values()})
        runs = list(ImportRun.objects.values_list("filename", "state"))
        unfinished = sum(state != ImportState.DONE for _name, state in runs)
        forgotten = len((self.accepted | set(self.files)) - {name for name, _state in runs})
        return (
            {
                "orders": missing,
                "customers": max(0, wanted - customers),
                "imports": unfinished,
                "files": forgotten,
            },
            {
                "orders": extra,
                "customers": max(0, customers - wanted),
                "files": max(0, len(runs) - self.count),
            },
        )

    def _sums(self) -> list[Decimal]:
        """Return how far the roll-ups of each customer are from the orders that were sent."""
        wanted: dict[str, Decimal] = defaultdict(Decimal)
        for customer, amount in self.expected.values():
            wanted[customer] += amount
        totals = dict(OrderTotals.objects.values_list("customer__external_id", "amount"))
        days = dict(
            OrderDay.objects.values_list("customer__external_id")
            .annotate(sum=Sum("amount"))
            .values_list("customer__external_id", "sum")
        )
        zero = Decimal(0)
        gaps = [totals.get(key, zero) - amount for key, amount in wanted.items()]
        return gaps + [days.get(key, zero) - amount for key, amount in wanted.items()]

    def _traces(self) -> dict[str, int]:
        """Return, for what each import and row leaves behind once, how much too much there is of it."""
        lines = ImportLine.objects.count()
        told = AuditEntry.objects.filter(action=AuditAction.IMPORTED).count()
        ended = [
            run.job_id for run in ImportRun.objects.select_related("job") if run.job.state == JobState.DONE
        ]
        twice = (
            Notification.objects.filter(kind="core.job_done")
            .values("title")
            .annotate(n=Count("pk"))
            .filter(n__gt=1)
            .count()
        )
        return {
            "lines": lines - len(self.expected),
            "audit": told - self.count,
            "jobs": len(ended) - self.count,
            "messages": twice,
        }
