"""Which stored customer a row means: by its keys, else by its name; a whole batch in a handful of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from core.access import reach_of, teams_in_reach
from core.domain.imports.undoing import undone_records
from core.models import User
from core.roles import Reach
from customers import standardise
from customers.imports.undo_orders import made_with_orders
from customers.models import Customer


@dataclass(frozen=True)
class Reference:
    """How a row names a customer."""

    external_id: str = ""
    code: str = ""
    credit_code: str = ""
    name: str = ""

    @property
    def name_key(self) -> str:
        """The name as comparison sees it."""
        return standardise.name_key(self.name) if self.name else ""

    @property
    def identity(self) -> str:
        """The strongest key, as text: two references with the same identity are one new customer."""
        if self.external_id:
            return f"x:{self.external_id}"
        if self.credit_code:
            return f"u:{self.credit_code}"
        return f"c:{self.code}" if self.code else f"n:{self.name_key}"


@dataclass(frozen=True)
class Match:
    """What was found: a customer, a fault with its field, or neither. `is_likely`: the name is spelt"
    " differently."""

    customer: Customer | None = None
    fault: str = ""
    field: str = ""
    codes: str = ""
    is_likely: bool = False
    #: The key is that of a customer who was merged into this one; it stays there.
    is_merged: bool = False
    #: The customer lies in the recycle bin because the import that made it was undone: it comes back.
    is_undone: bool = False


class CustomerFinder:
    """Finds the customers of one batch for one person; keys are looked up everywhere, names only in reach.

    `within` is the model whose rows a file brings below customers: a customer out of reach is then as good
    as unknown.
    """

    def __init__(self, by: User, source_system: str, *, within: type[Model] | None = None) -> None:
        self.by = by
        self.source_system = source_system
        self._within = within
        self._external: dict[str, Customer] = {}
        self._codes: dict[str, Customer] = {}
        self._credit: dict[str, Customer] = {}
        self._names: dict[str, list[Customer]] = {}
        self._visible: set[int] = set()
        self._undone: set[int] = set()

    def load(self, references: Iterable[Reference], *, lock: bool = False) -> None:
        """Fetch everything these references could mean; `lock` keeps the rows until the transaction ends."""
        references = list(references)
        rows = Customer.objects.order_by("pk")
        if self._within is None:
            rows = rows.select_related("owner", "team")
        if lock:
            rows = rows.select_for_update(no_key=True, of=("self",))
        self._external = {
            customer.external_id: customer
            for customer in self._fetch(
                rows.filter(source_system=self.source_system),
                "external_id",
                {r.external_id for r in references},
            )
        }
        self._codes = {c.code: c for c in self._fetch(rows, "code", {r.code for r in references})}
        # Live ones come last and so win over deleted ones with the same code.
        by_credit = self._fetch(rows, "credit_code", {r.credit_code for r in references})
        self._credit = {c.credit_code: c for c in sorted(by_credit, key=lambda c: c.deleted_at is None)}
        names: dict[str, list[Customer]] = defaultdict(list)
        keys = {r.name_key for r in references if not (r.external_id in self._external or r.code)}
        for customer in self._fetch(self._reachable(rows), "name_key", keys):
            names[customer.name_key].append(customer)
        self._names = dict(names)
        self._follow_merges()
        self._look_around()

    @staticmethod
    def _fetch(rows: Any, column: str, values: set[str]) -> list[Customer]:
        wanted = sorted(values - {""})
        return list(rows.filter(**{f"{column}__in": wanted})) if wanted else []

    def _reachable(self, rows: Any) -> Any:
        """Customers that the person may see and, for what lies below one, below whom the person may import."""
        if self._within is None:
            return rows.visible_to(self.by, "import")
        seen = rows.visible_to(self.by, "view")
        reach = reach_of(self.by, self._within, "import")
        if reach == Reach.OWN:
            return seen.filter(owner=self.by)
        if reach == Reach.TEAM:
            return seen.filter(team__in=teams_in_reach(self.by)) | seen.filter(owner=self.by)
        return seen

    def _follow_merges(self) -> None:
        """A number of a customer that was merged means the customer it went to."""
        for found in (self._external, self._codes, self._credit):
            for key, customer in found.items():
                while customer.merged_into is not None:
                    customer = customer.merged_into
                found[key] = customer

    def _look_around(self) -> None:
        ids = {c.pk for found in (self._external, self._codes, self._credit) for c in found.values()}
        self._visible = set(
            self._reachable(Customer.objects.all()).filter(pk__in=sorted(ids)).values_list("pk", flat=True)
        )
        found = (self._external, self._codes, self._credit)
        binned = {c.pk for known in found for c in known.values() if c.deleted_at is not None}
        self._undone = undone_records(Customer, binned) | made_with_orders(binned) if binned else set()

    def find(self, reference: Reference, *, fields: dict[str, str]) -> Match:
        """Return the customer that the reference means. `fields` names the column of each kind of key."""
        found = self._by_keys(reference)
        customers = {customer.pk: customer for _kind, customer in found}
        if len(customers) > 1:
            codes = ", ".join(sorted(c.code for c in customers.values() if c.pk in self._visible)) or "?"
            return Match(fault="keys_disagree", field=fields[found[0][0]], codes=codes)
        if found:
            kind, customer = found[0]
            if customer.deleted_at is not None and self._may_know(customer):
                if customer.pk in self._undone:
                    return Match(customer, is_undone=True)
                return Match(fault="in_recycle_bin", field=fields[kind])
            if customer.pk not in self._visible:
                return Match(fault="unknown_customer" if self._within else "out_of_reach", field=fields[kind])
            return Match(customer, is_merged=getattr(customer, kind) != getattr(reference, kind))
        if reference.code:
            return Match(fault="unknown_code", field=fields["code"])
        return self._by_name(reference, fields)

    def _may_know(self, customer: Customer) -> bool:
        """A recycled customer is invisible to everybody; whose it was decides what may be said."""
        reach = reach_of(self.by, Customer, "view")
        return (
            reach == Reach.ALL
            or customer.owner_id == self.by.pk
            or customer.team_id in teams_in_reach(self.by)
        )

    def _by_keys(self, reference: Reference) -> list[tuple[str, Customer]]:
        found = []
        for kind, known, key in (
            ("external_id", self._external, reference.external_id),
            ("credit_code", self._credit, reference.credit_code),
            ("code", self._codes, reference.code),
        ):
            if key and key in known:
                found.append((kind, known[key]))
        return found

    def _by_name(self, reference: Reference, fields: dict[str, str]) -> Match:
        if not reference.name:
            return Match()
        fitting = [c for c in self._names.get(reference.name_key, []) if not self._contradicts(c, reference)]
        plain = standardise.half_width(reference.name).casefold()
        exact = [c for c in fitting if standardise.half_width(c.name).casefold() == plain]
        if len(exact) == 1:
            return Match(exact[0])
        if len(fitting) == 1:
            return Match(fitting[0], is_likely=True)
        if len(fitting) > 1 and not (reference.external_id or reference.credit_code):
            return Match(fault="ambiguous_name", field=fields["name"], codes=_codes(fitting))
        return Match()

    def _contradicts(self, customer: Customer, reference: Reference) -> bool:
        """The same name with another number is another customer."""
        other_credit = bool(reference.credit_code and customer.credit_code)
        other_number = bool(
            reference.external_id and customer.external_id and customer.source_system == self.source_system
        )
        return other_credit or other_number


def _codes(customers: Sequence[Customer]) -> str:
    return ", ".join(sorted(customer.code for customer in customers)[:5])
