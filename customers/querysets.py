"""Querysets of the customer package: the vocabulary in which other packages ask."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.db.models import Exists, F, OuterRef, Q, Sum
from django.db.models.functions import Round

from core.access import ScopedQuerySet
from core.search.matching import matching_rows
from customers.choices import TIMELINE_GROUPS, OrderKind, OrderState, TaskState

if TYPE_CHECKING:
    from core.models import User
    from customers.models import Product


class BelowCustomer(ScopedQuerySet):
    """Rows that belong to a customer are seen by who sees the customer."""

    owner_path = "customer__owner"
    team_path = "customer__team"
    live_paths: tuple[str, ...] = ("customer__deleted_at",)
    share_path = "customer"
    lent_when_absent = True
    reached_through = "customer"


class TagQuerySet(ScopedQuerySet):
    """Tags are everybody's."""

    owner_path = None
    team_path = None


class CustomerQuerySet(ScopedQuerySet):
    """Customers."""

    live_paths = ("deleted_at",)
    share_path = "pk"
    lent_when_absent = True

    def deleted(self) -> Self:
        """Customers in the recycle bin, merged ones left out."""
        return self.filter(deleted_at__isnull=False, merged_into__isnull=True)

    def for_list(self) -> Self:
        """What one row of a list or an export shows of the customer itself."""
        return self.select_related("owner", "team", "metrics", "totals")

    def matching(self, text: str, user: User | None) -> Self:
        """Customers whose name, code, external ID, credit code, phone or e-mail matches."""
        return matching_rows(self, text, user)


class AxisChangeQuerySet(BelowCustomer):
    """History of stage, tier and relationship."""


class PersonQuerySet(ScopedQuerySet):
    """Persons are seen by who sees one of the customers they belong to."""

    live_paths = ("deleted_at",)

    def _reached_by(self, user: User, reach: str, action: str, lent_for: str) -> Q:  # noqa: ARG002 (as above)
        """Persons with a place at a customer in reach; a person without any place is its maker's."""
        from customers.models import Contact

        # A customer that is shared for reading lets persons be read, not changed.
        places: ContactQuerySet = Contact.objects.all()
        parts = places.parts_in_reach(user, "view", lent_for=lent_for)
        reached = Q(~Exists(places.filter(person=OuterRef("pk"))), created_by=user)
        for part in [Q()] if parts is None else parts:
            # Asked of each person, and each part by its own index: few need not collect all in reach.
            reached |= Q(Exists(places.filter(part).live().filter(person=OuterRef("pk"))))
        return reached

    def matching(self, text: str, user: User | None) -> Self:
        """Persons whose name, mobile, e-mail or WeChat matches."""
        return matching_rows(self, text, user)


class ContactQuerySet(BelowCustomer):
    """Places of persons at customers."""

    live_paths = ("customer__deleted_at", "person__deleted_at")

    def current(self) -> Self:
        """Places that have not ended."""
        return self.filter(ended_on__isnull=True)

    def for_list(self) -> Self:
        """Everything one row shows."""
        return self.select_related("customer", "person")

    def matching(self, text: str, user: User | None) -> Self:
        """Places whose title or department, person or customer matches."""
        return matching_rows(self, text, user)


class ProductQuerySet(ScopedQuerySet):
    """Products are everybody's."""

    owner_path = None
    team_path = None

    def on_sale(self) -> Self:
        """Products that may be put into new orders."""
        return self.filter(is_active=True)

    def matching(self, text: str, user: User | None) -> Self:
        """Products whose name or code matches."""
        return matching_rows(self, text, user)


class PriceQuerySet(ScopedQuerySet):
    """List prices are everybody's."""

    owner_path = None
    team_path = None

    def in_force(self, product: Product, currency: str, on: date) -> Decimal | None:
        """Return the list price of `product` in `currency` on `on`, or None where there is none."""
        rows = self.filter(product=product, currency=currency, valid_from__lte=on).order_by("-valid_from")
        found: Decimal | None = rows.values_list("amount", flat=True).first()
        return found


class OrderQuerySet(BelowCustomer):
    """Orders and refunds."""

    live_paths = ("deleted_at", "customer__deleted_at")

    def counting(self) -> Self:
        """Rows that count in figures: confirmed and not deleted."""
        return self.filter(state=OrderState.CONFIRMED, deleted_at__isnull=True)

    def refunds(self) -> Self:
        """Refunds only."""
        return self.filter(kind=OrderKind.REFUND)

    def given_back_in_full(self) -> Self:
        """Counting orders whose whole amount was refunded; one that was free of charge is not among them."""
        counting = Q(refunds__state=OrderState.CONFIRMED, refunds__deleted_at__isnull=True)
        return (
            self.counting()
            .filter(counting, kind=OrderKind.ORDER, amount__gt=0)
            # Rounded because SQLite adds floating-point numbers.
            .annotate(given_back=Round(Sum("refunds__amount"), precision=2))
            .filter(given_back__lte=-F("amount"))
        )

    def for_list(self) -> Self:
        """Everything one row of the order list shows."""
        return self.select_related("customer", "owner", "refund_of")

    def matching(self, text: str, user: User | None) -> Self:
        """Orders whose number, external ID or note, or whose customer matches."""
        return matching_rows(self, text, user)


class OrderDayQuerySet(BelowCustomer):
    """Days of orders."""

    def purchases(self) -> Self:
        """Days with at least one order that was not given back in full."""
        return self.filter(orders__gt=0)

    def between(self, start: date, end: date) -> Self:
        """Days from `start` to `end`, both included."""
        return self.filter(day__gte=start, day__lte=end)


class OrderTotalsQuerySet(BelowCustomer):
    """Roll-up rows."""


class MetricsQuerySet(BelowCustomer):
    """Computed figures."""


class InteractionQuerySet(BelowCustomer):
    """Interactions."""

    live_paths = ("deleted_at", "customer__deleted_at")

    def for_list(self) -> Self:
        """Everything one row shows."""
        return self.select_related("customer", "person", "by")

    def matching(self, text: str, user: User | None) -> Self:
        """Interactions whose summary or next step, or whose customer matches; details are not searched."""
        return matching_rows(self, text, user)


class TaskQuerySet(ScopedQuerySet):
    """Tasks; their owner sees them even where the customer is out of reach."""

    share_path = "customer"
    lent_when_absent = True

    def live(self) -> Self:
        """Tasks without a customer, or of one that is not in the recycle bin."""
        return self.filter(Q(customer__isnull=True) | Q(customer__deleted_at__isnull=True))

    def open(self) -> Self:
        """Tasks still to do."""
        return self.filter(state=TaskState.OPEN)

    def overdue(self, on: date) -> Self:
        """Open tasks whose day has passed."""
        return self.open().filter(due_on__lt=on)

    def soonest_first(self) -> Self:
        """By due date, tasks without one last."""
        return self.order_by(F("due_on").asc(nulls_last=True), "id")

    def for_list(self) -> Self:
        """Everything one row shows."""
        return self.select_related("customer", "owner", "team")

    def matching(self, text: str, user: User | None) -> Self:
        """Tasks whose title, or whose customer matches; notes are not searched."""
        return matching_rows(self, text, user)


class TimelineQuerySet(BelowCustomer):
    """Timelines."""

    def in_group(self, group: str) -> Self:
        """Events of one filter chip; an unknown chip filters nothing."""
        kinds = TIMELINE_GROUPS.get(group)
        return self.filter(kind__in=kinds) if kinds else self

    def before(self, at: datetime, pk: int) -> Self:
        """Events older than the one at `at` with id `pk`: the next page."""
        return self.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk))

    def newest_first(self) -> Self:
        """The order of a timeline."""
        return self.select_related("actor").order_by("-at", "-id")
