"""Order files: orders and refunds, with or without numbers, and the customers they name."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy

from core.choices import ImportOutcome
from core.domain.rates import RateTable
from core.errors import DomainError
from core.imports.faults import Fault
from core.imports.groups import ImportGroup
from core.imports.parsing import Row
from core.imports.targets import BatchResult, ImportSession, ImportTarget, UndoLine
from core.models import User
from customers.choices import OrderKind, OrderState
from customers.domain.bulk import create_customers
from customers.domain.bulk_bin import bring_back_customers, bring_back_orders
from customers.domain.bulk_orders import OrderDraft, create_orders
from customers.domain.order_states import restore_order
from customers.imports.finding import CustomerFinder, Match
from customers.imports.known_orders import KnownOrders, changes_to_order, write_order_changes
from customers.imports.missing_customers import MissingCustomers
from customers.imports.options import OrderOptionsForm
from customers.imports.order_fields import FIELDS
from customers.imports.order_plans import Plan, reference_of
from customers.imports.people import People
from customers.imports.references import known_products, refuse_product
from customers.imports.refund_rules import RefundRules
from customers.imports.undo_orders import undo_orders
from customers.models import Order, Product

_KEYS = {
    "external_id": "customer_external_id",
    "code": "customer_code",
    "credit_code": "customer_credit_code",
    "name": "customer_name",
}


class OrderSession(ImportSession):
    """One order file."""

    def __init__(self, *, options: Mapping[str, Any], by: User, label: str = "") -> None:
        super().__init__(options=options, by=by, label=label)
        self.source_system = str(self.options.get("source_system") or "file")
        self.refunds = RefundRules(self.seen)
        self.missing = MissingCustomers(self.options, by, self.source_system, People(by))

    @cached_property
    def rates(self) -> RateTable:
        """Every exchange rate, read once."""
        return RateTable.load()

    @cached_property
    def _product_names(self) -> list[str]:
        return list(Product.objects.values_list("name", flat=True)[:2_000])

    # ---- the file itself ----------------------------------------------------------------------------
    def remember(self, rows: Sequence[Row]) -> None:
        """Give each row its identity: its number, or what it says and how often that was said before.

        So rows that are alike are all kept, and a second import of the file finds each of them again.
        """
        for row in rows:
            if row.faults:
                continue
            owner = reference_of(row.values).identity
            row.first_of = self.seen.add(f"c:{owner}", row.line)[1]
            digest = self._digest(owner, row)
            if number := row.values.get("number"):
                row.identity = number
                times, first, other = self.seen.add(f"o:{number}", row.line, self._note(digest, owner, row))
                if times:
                    row.same_as = first
                    if other.split(" ", 1)[0] != digest:
                        row.refuse("same_key_twice", "number", line=first)
            else:
                times = self.seen.add(f"h:{digest}", row.line)[0]
                row.identity = f"row-{digest}-{times}"

    def _digest(self, owner: str, row: Row) -> str:
        said = row.values
        parts = [
            owner,
            *(
                str(said.get(key, ""))
                for key in (
                    "ordered_on",
                    "amount",
                    "currency",
                    "seats",
                    "is_refund",
                    "refund_of",
                    "product",
                    "state",
                )
            ),
        ]
        return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=12).hexdigest()

    def _note(self, digest: str, owner: str, row: Row) -> str:
        """What a refund further down needs to know of its order."""
        said = row.values
        is_order = not (
            said.get("is_refund") or said.get("refund_of") or said.get("state", "confirmed") != "confirmed"
        )
        cents = int(said["amount"] * 100) if is_order else 0
        return f"{digest} {cents} {said.get('currency') or self.options['currency']} {owner}"

    # ---- the database -------------------------------------------------------------------------------
    def check_batch(self, rows: Sequence[Row]) -> BatchResult:
        """Say what would become of the rows; writes nothing."""
        plans = self._plan(rows)
        self.refunds.check(plans, KnownOrders.of_refunds(plans, self.source_system))
        new = sum(
            1
            for plan in plans
            if not plan.row.faults
            and plan.match.customer is None
            and plan.outcome == ImportOutcome.CREATED
            and plan.row.first_of == plan.row.line
        )
        return BatchResult(
            [plan.result() for plan in plans], {"new_customers": new} if new else {}, likely=_likely(plans)
        )

    def write_batch(self, rows: Sequence[Row]) -> BatchResult:
        """Make missing customers, then the orders, then their refunds; change what is known already."""
        plans = self._plan(rows, lock=True)
        made = self._make_customers(plans)
        now = timezone.now()
        self._bring_back(plans, now)
        sound = [plan for plan in plans if not plan.row.faults]
        new = [p for p in sound if p.outcome == ImportOutcome.CREATED and p.order is None]
        stored = self._create([plan for plan in new if not plan.row.values.get("refund_of")], now)
        stored |= self._create_refunds(new, now)
        for plan in plans:
            if not plan.row.faults and plan.outcome == ImportOutcome.UPDATED and plan.order is not None:
                plan.undo = write_order_changes(plan, by=self.by)
        extra = {"new_customers": made} if made else {}
        return BatchResult([plan.result(stored.get(plan.row.line)) for plan in plans], extra)

    def _plan(self, rows: Sequence[Row], *, lock: bool = False) -> list[Plan]:
        plans = [Plan(row, reference_of(row.values)) for row in rows]
        finder = CustomerFinder(self.by, self.source_system, within=Order)
        finder.load([plan.reference for plan in plans], lock=lock)
        known = KnownOrders.load(plans, self.source_system)
        products = known_products([plan.row for plan in plans])
        for plan in plans:
            if not plan.row.faults:
                self._decide(plan, finder, known, products)
        return plans

    def _decide(
        self, plan: Plan, finder: CustomerFinder, known: KnownOrders, products: Mapping[str, list[Product]]
    ) -> None:
        row, said = plan.row, plan.row.values
        self._settle_amount(plan)
        plan.currency = said.get("currency") or str(self.options["currency"])
        if "product" in said:
            found = products.get(said["product"].lower(), [])
            if len(found) == 1:
                plan.product = found[0]
            else:
                refuse_product(row, found, self._product_names)
        try:
            self.rates.rate_on(plan.currency, said["ordered_on"])
        except DomainError:
            day = said["ordered_on"].isoformat()
            row.refuse(
                "no_rate", "currency" if "currency" in said else "amount",
                currency=plan.currency, day=day, base=self.rates.base_currency,
            )  # fmt: skip
        self._settle_customer(plan, finder)
        if not row.faults:
            self._settle_outcome(plan, known)

    def _settle_amount(self, plan: Plan) -> None:
        said = plan.row.values
        amount: Decimal = said["amount"]
        flag = said.get("is_refund")
        if flag is False and said.get("refund_of"):
            plan.row.refuse("not_a_refund", "refund_of")
        if flag or (flag is None and said.get("refund_of")):
            plan.kind, plan.amount = OrderKind.REFUND, -abs(amount)
        elif amount < 0:
            plan.row.refuse("negative_amount", "amount")
        else:
            plan.amount = amount

    def _settle_customer(self, plan: Plan, finder: CustomerFinder) -> None:
        plan.match = finder.find(plan.reference, fields=_KEYS)
        if plan.match.fault:
            fault = "unknown_customer" if plan.match.fault == "unknown_code" else plan.match.fault
            plan.row.refuse(fault, plan.match.field, codes=plan.match.codes)
        elif plan.match.customer is None and not self.missing.may_make():
            strongest = plan.reference.identity[0]
            named = {"x": "customer_external_id", "u": "customer_credit_code", "n": "customer_name"}
            plan.row.refuse("unknown_customer", named.get(strongest, ""))

    def _settle_outcome(self, plan: Plan, known: KnownOrders) -> None:
        plan.order = known.find(plan.identity, plan.match.customer)
        if plan.order is None:
            if plan.row.same_as:
                plan.outcome = ImportOutcome.DUPLICATE
            elif self.mode == "update":
                plan.row.refuse("not_found", "number")
            return
        plan.outcome = ImportOutcome.DUPLICATE
        if plan.order.deleted_at is None:
            self._compare(plan, plan.order, known)
        elif known.is_undone(plan.order) and self.mode != "update":
            plan.outcome = ImportOutcome.CREATED
        else:
            plan.row.refuse("in_recycle_bin", "number")

    def _compare(self, plan: Plan, order: Order, known: KnownOrders) -> None:
        """Judge a row whose order is stored."""
        if not known.is_visible(order, self.by):
            plan.row.refuse("out_of_reach", "number")
        elif order.kind != plan.kind:
            plan.row.refuse("kind_differs", "is_refund")
        elif self.mode != "create" and changes_to_order(plan):
            plan.outcome = ImportOutcome.UPDATED

    # ---- writing ------------------------------------------------------------------------------------
    def _bring_back(self, plans: Sequence[Plan], now: datetime) -> None:
        """Take orders out of the recycle bin that are there because an import was undone; refunds last."""
        back = [p for p in plans if not p.row.faults and p.outcome == ImportOutcome.CREATED and p.order]
        orders = [p.order for p in back if p.order is not None and p.order.refund_of_id is None]
        bring_back_orders(orders, by=self.by, at=now)
        for plan in back:
            if plan.order is not None and plan.order.refund_of_id is not None:
                plan.order = restore_order(plan.order, by=self.by)
            write_order_changes(plan, by=self.by)
            if plan.order is not None:
                plan.order.refresh_from_db(fields=["version"])
                plan.undo = {"version": plan.order.version}

    def _bring_back_customers(self, plans: Sequence[Plan], now: datetime) -> None:
        """Customers that an undone import made come back with the orders that name them again."""
        found = [p.match.customer for p in plans if p.match.is_undone and not p.row.faults]
        customers = {customer.pk: customer for customer in found if customer is not None}
        bring_back_customers(list(customers.values()), by=self.by, at=now)

    def _make_customers(self, plans: Sequence[Plan]) -> int:
        """Make each missing customer of the batch once, and let its rows point to it."""
        lacking: dict[str, list[Plan]] = {}
        for plan in plans:
            if not plan.row.faults and plan.match.customer is None and plan.outcome == ImportOutcome.CREATED:
                lacking.setdefault(plan.reference.identity, []).append(plan)
        drafts = [self.missing.draft(group[0].reference) for group in lacking.values()]
        now = timezone.now()
        self._bring_back_customers(plans, now)
        made = create_customers(drafts, by=self.by, at=now)
        for group, customer in zip(lacking.values(), made, strict=True):
            group[0].made_customer = customer.pk
            for plan in group:
                plan.match = Match(customer)
        return len(made)

    def _create(
        self, plans: Sequence[Plan], now: datetime, of: Mapping[int, Order] | None = None
    ) -> dict[int, int]:
        drafts = [self._draft(plan, (of or {}).get(plan.row.line)) for plan in plans]
        orders = create_orders(drafts, rates=self.rates, by=self.by, at=now)
        return {plan.row.line: order.pk for plan, order in zip(plans, orders, strict=True)}

    def _create_refunds(self, new: Sequence[Plan], now: datetime) -> dict[int, int]:
        """Refunds of orders, which may stand in the same batch: they are looked up once those are stored."""
        refunds = [plan for plan in new if plan.row.values.get("refund_of")]
        if not refunds:
            return {}
        known = KnownOrders.of_refunds(refunds, self.source_system)
        of = self.refunds.settle(refunds, known)
        return self._create([plan for plan in refunds if not plan.row.faults], now, of)

    def _draft(self, plan: Plan, refund_of: Order | None) -> OrderDraft:
        said = plan.row.values
        if plan.match.customer is None:
            raise RuntimeError("an order is written after its customer")
        return OrderDraft(
            customer=plan.match.customer, ordered_on=said["ordered_on"], amount=plan.amount,
            currency=plan.currency, source_system=self.source_system, external_id=plan.identity,
            kind=plan.kind,
            state=said.get("state", OrderState.CONFIRMED), seats=said.get("seats"), note=said.get("note", ""),
            product=plan.product, refund_of=refund_of,
        )  # fmt: skip


def _likely(plans: Sequence[Plan]) -> dict[int, Fault]:
    """An order goes to the customer of a like name; that deserves a look once, not in each of its rows."""
    return {
        plan.row.line: Fault(
            "likely_duplicate", "customer_name", plan.reference.name,
            {"name": plan.match.customer.name, "code": plan.match.customer.code},
        )
        for plan in plans
        if not plan.row.faults
        and plan.match.is_likely
        and plan.match.customer is not None
        and plan.row.first_of == plan.row.line
    }  # fmt: skip


class OrderTarget(ImportTarget):
    """Orders from a file."""

    key = "customers.order"
    title = gettext_lazy("Orders")
    group = ImportGroup.CUSTOMERS
    order = 30
    fields = FIELDS
    require_any = (("customer_external_id", "customer_code", "customer_credit_code", "customer_name"),)
    options_form = OrderOptionsForm
    list_url_name = "customers:order-list"
    detail_url_name = "customers:order-detail"
    model = Order

    def undo(self, lines: Sequence[UndoLine], *, by: User, at: datetime, note: str) -> dict[int, str]:
        """Put made orders into the recycle bin and give changed ones their old values."""
        return undo_orders(lines, by=by, at=at, note=note)

    def session(self, *, options: Mapping[str, Any], by: User, label: str = "") -> ImportSession:
        """Return what works through one order file."""
        return OrderSession(options=options, by=by, label=label)
