"""Customer files: new customers, changes to known ones, and their main contacts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.choices import ImportOutcome
from core.domain.audit import as_json
from core.domain.sequence import note_changes
from core.imports.faults import Fault
from core.imports.groups import ImportGroup
from core.imports.parsing import Row
from core.imports.targets import BatchResult, ImportSession, ImportTarget, LineOutcome, UndoLine
from core.imports.undo import kept_values
from core.models import User
from customers.choices import Axis
from customers.domain.axes import move_axis
from customers.domain.bulk import CustomerDraft, changes_of, create_customers, tell_owners, update_customers
from customers.domain.bulk_bin import bring_back_customers
from customers.domain.customers import CUSTOMER_FIELDS, standardised
from customers.domain.tags import resolve_tags
from customers.imports.customer_fields import FIELDS
from customers.imports.finding import CustomerFinder, Match, Reference
from customers.imports.main_contacts import contact_changes, contact_of, write_contact
from customers.imports.options import CustomerOptionsForm, possible_owners
from customers.imports.parents import Parents
from customers.imports.people import People
from customers.imports.undo_customers import undo_customers
from customers.models import Customer

_KEYS = {"external_id": "external_id", "credit_code": "credit_code", "code": "code", "name": "name"}
_REFERENCES = frozenset(["owner", "team", "parent"])
_AXES = (Axis.STAGE.value, Axis.TIER.value)


@dataclass
class Plan:
    """What will be done with one row."""

    row: Row
    reference: Reference
    match: Match = field(default_factory=Match)
    values: dict[str, Any] = field(default_factory=dict)
    axes: dict[str, str] = field(default_factory=dict)
    contact: dict[str, Any] = field(default_factory=dict)
    outcome: str = ImportOutcome.DUPLICATE
    tags: list[str] = field(default_factory=list)
    undo: dict[str, Any] | None = None

    def result(self, object_id: int | None = None) -> LineOutcome:
        """Return the outcome of the row; faults win."""
        if self.row.faults:
            return LineOutcome.faulty(self.row)
        known = self.match.customer.pk if self.match.customer is not None else None
        return LineOutcome(self.row.line, self.outcome, object_id or known, undo=self.undo)


def reference_of(values: Mapping[str, Any]) -> Reference:
    """Return how a row of a customer file names its customer."""
    return Reference(
        external_id=values.get("external_id", ""),
        code=values.get("code", "").upper(),
        credit_code=values.get("credit_code", ""),
        name=values.get("name", ""),
    )


class CustomerSession(ImportSession):
    """One customer file."""

    def __init__(self, *, options: Mapping[str, Any], by: User, label: str = "") -> None:
        super().__init__(options=options, by=by, label=label)
        self.source_system = str(self.options.get("source_system") or "file")
        self.people = People(by)
        self.parents = Parents(by, self.source_system, self.seen)

    # ---- the file itself ----------------------------------------------------------------------------
    def remember(self, rows: Sequence[Row]) -> None:
        """Note the keys of each row; the same customer twice is a fault, unless only the contact differs."""
        for row in rows:
            if row.faults:
                continue
            reference = reference_of(row.values)
            if "parent" in self.mapped:
                self.parents.note(reference, row.line)
            own = {key: v for key, v in row.values.items() if not key.startswith("contact_")}
            digest = json.dumps(own, default=str, sort_keys=True, ensure_ascii=False)
            for key in self._keys_of(reference):
                times, first, other = self.seen.add(key, row.line, digest)
                if not times:
                    continue
                row.same_as = first
                if other != digest:
                    row.refuse("same_key_twice", self._field_of(key), line=first)
                break

    @staticmethod
    def _keys_of(reference: Reference) -> list[str]:
        keys = [
            f"{letter}:{value}"
            for letter, value in (
                ("x", reference.external_id), ("u", reference.credit_code), ("c", reference.code)
            )
            if value
        ]  # fmt: skip
        return keys or [f"n:{reference.name_key}"]

    @staticmethod
    def _field_of(key: str) -> str:
        return {"x": "external_id", "u": "credit_code", "c": "code", "n": "name"}[key[0]]

    # ---- the database -------------------------------------------------------------------------------
    def check_batch(self, rows: Sequence[Row]) -> BatchResult:
        """Say what would become of the rows; writes nothing."""
        plans = self._plan(rows)
        return BatchResult([plan.result() for plan in plans], likely=_likely(plans))

    def write_batch(self, rows: Sequence[Row]) -> BatchResult:
        """Make the new customers, change the known ones; rows that repeat a customer come last."""
        # Branches whose parent stands above them in this batch come after it, as do repeated customers.
        late = {row.line for row in rows if row.same_as} | self.parents.made_here(rows)
        plans = self._plan([row for row in rows if row.line not in late], lock=True)
        outcomes = self._write(plans)
        repeats = [row for row in rows if row.line in late]
        if repeats:
            outcomes += self._write(self._plan(repeats, lock=True))
        return BatchResult(outcomes)

    def _plan(self, rows: Sequence[Row], *, lock: bool = False) -> list[Plan]:
        plans = [Plan(row, reference_of(row.values)) for row in rows]
        finder = CustomerFinder(self.by, self.source_system)
        finder.load([plan.reference for plan in plans], lock=lock)
        self.parents.load(rows)
        for plan in plans:
            plan.match = finder.find(plan.reference, fields=_KEYS)
            self._decide(plan)
        return plans

    def _decide(self, plan: Plan) -> None:
        row, match = plan.row, plan.match
        if row.faults:
            return
        if match.fault:
            row.refuse(match.fault, match.field, codes=match.codes)
            return
        self._fill(plan)
        if match.is_undone and self.mode != "update":
            plan.outcome = ImportOutcome.CREATED
        elif match.customer is not None:
            changed = self.mode != "create" and self._differs(plan, match.customer)
            plan.outcome = ImportOutcome.UPDATED if changed else ImportOutcome.DUPLICATE
        elif self.mode == "update":
            row.refuse("not_found", "name")
        elif not plan.reference.name:
            row.refuse("required", "name")
        else:
            # In a dry run a repeated row finds nothing yet: it will add its contact to the row above.
            repeated = ImportOutcome.UPDATED if plan.contact else ImportOutcome.DUPLICATE
            plan.outcome = repeated if row.same_as else ImportOutcome.CREATED

    def _fill(self, plan: Plan) -> None:
        """Turn the row into values of the record; only filled cells say anything."""
        given = plan.row.values
        plan.values = standardised(
            {key: given[key] for key in CUSTOMER_FIELDS if key in given and key not in _REFERENCES}
        )
        plan.axes = {axis: given[axis] for axis in _AXES if axis in given}
        plan.contact = contact_of(given)
        self.people.fill(plan.row, plan.values)
        self.parents.fill(plan.row, plan.values, plan.match.customer)
        plan.tags = self.people.tags(plan.row)
        if plan.reference.external_id:
            plan.values["source_system"] = self.source_system
        if plan.match.customer is not None:
            self._spare(plan, plan.match.customer)

    def _spare(self, plan: Plan, customer: Customer) -> None:
        """Leave alone what a row does not decide about a known customer."""
        spared: tuple[str, ...] = ()
        if plan.match.is_merged:
            spared += ("external_id", "source_system", "credit_code")
        if plan.match.is_likely:
            spared += ("name", "name_key")
        if customer.external_id and customer.source_system != self.source_system:
            # Known to another system: its number stays.
            spared += ("external_id", "source_system")
        for key in spared:
            plan.values.pop(key, None)
        self.people.refuse_hand_over(plan.row, customer, plan.values)

    def _differs(self, plan: Plan, customer: Customer) -> bool:
        return bool(
            changes_of(customer, plan.values)
            or any(getattr(customer, axis) != value for axis, value in plan.axes.items())
            or (plan.tags and set(plan.tags) - {tag.name for tag in customer.tags.all()})
            or (plan.contact and contact_changes(customer, plan.contact))
        )

    # ---- writing ------------------------------------------------------------------------------------
    def _write(self, plans: Sequence[Plan]) -> list[LineOutcome]:
        now = timezone.now()
        sound = [plan for plan in plans if not plan.row.faults]
        new = [p for p in sound if p.outcome == ImportOutcome.CREATED and p.match.customer is None]
        back = [p for p in sound if p.outcome == ImportOutcome.CREATED and p.match.customer is not None]
        changed = [p for p in sound if p.outcome == ImportOutcome.UPDATED] + back
        made = create_customers([self._draft(plan) for plan in new], by=self.by, at=now)
        bring_back_customers([p.match.customer for p in back if p.match.customer], by=self.by, at=now)
        note = _("Import of %(file)s") % {"file": self.label}
        before = [(plan.match.customer, plan.values) for plan in changed if plan.match.customer is not None]
        for plan in changed:
            self._keep_old(plan)
        handed = [c for c, values in before if "owner" in values and values["owner"] != c.owner]
        update_customers(before, by=self.by, at=now, note=note)
        for plan in changed:
            self._write_rest(plan, note)
        tell_owners(
            [*made, *handed], by=self.by, url=reverse("customers:customer-list"),
            dedupe=f"import-{self.label}-{now:%Y%m%d}"[:200],
        )  # fmt: skip
        ids = {plan.row.line: customer.pk for plan, customer in zip(new, made, strict=True)}
        return [plan.result(ids.get(plan.row.line)) for plan in plans]

    def _keep_old(self, plan: Plan) -> None:
        """Note what undoing the row takes, before it is written."""
        customer = plan.match.customer
        if customer is None:
            return
        axes = {axis: getattr(customer, axis) for axis, new in plan.axes.items()}
        plan.undo = {
            "old": kept_values(customer, changes_of(customer, plan.values)),
            "axes": {axis: old for axis, old in axes.items() if old != plan.axes[axis]},
        }

    def _draft(self, plan: Plan) -> CustomerDraft:
        values = {"kind": self.options.get("customer_kind") or "organisation", "source": "import"}
        owner = self.people.default_owner(self.options)
        values |= {"owner": owner, "team": (owner or self.by).team}
        if plan.values.get("owner") is not None:
            values["team"] = plan.values["owner"].team
        values |= {key: value for key, value in {**plan.values, **plan.axes}.items() if value is not None}
        tags = resolve_tags(plan.tags, by=self.by) if plan.tags else []
        return CustomerDraft(values, tags, plan.contact)

    def _write_rest(self, plan: Plan, note: str) -> None:
        """What has verbs of its own: stage and tier with their history, tags, the main contact."""
        customer = plan.match.customer
        if customer is None or plan.undo is None:
            return
        for axis, value in plan.axes.items():
            if getattr(customer, axis) != value:
                move_axis(customer, axis, value, reason=note, by=self.by)
                customer.refresh_from_db(fields=["version", axis, f"{axis}_since"])
        if plan.tags:
            had = {tag.pk for tag in customer.tags.all()}
            added = [tag for tag in resolve_tags(plan.tags, by=self.by) if tag.pk not in had]
            customer.tags.add(*added)
            note_changes(Customer, [customer.pk] if added else [])
            plan.undo["tags"] = [tag.pk for tag in added]
        if plan.contact:
            with transaction.atomic():
                plan.undo["contact"] = write_contact(customer, plan.contact, by=self.by)
        plan.undo["version"] = customer.version


def _likely(plans: Sequence[Plan]) -> dict[int, Fault]:
    return {
        plan.row.line: Fault(
            "likely_duplicate",
            "name",
            plan.reference.name,
            {"name": as_json(plan.match.customer.name), "code": plan.match.customer.code},
        )
        for plan in plans
        if not plan.row.faults and plan.match.is_likely and plan.match.customer is not None
    }


class CustomerTarget(ImportTarget):
    """Customers from a file."""

    key = "customers.customer"
    title = gettext_lazy("Customers")
    group = ImportGroup.CUSTOMERS
    order = 10
    fields = FIELDS
    require_any = (("name", "external_id", "credit_code", "code"),)
    options_form = CustomerOptionsForm
    list_url_name = "customers:customer-list"
    detail_url_name = "customers:customer-detail"
    model = Customer

    def undo(self, lines: Sequence[UndoLine], *, by: User, at: datetime, note: str) -> dict[int, str]:
        """Put made customers into the recycle bin and give changed ones their old values."""
        return undo_customers(lines, by=by, at=at, note=note)

    def session(self, *, options: Mapping[str, Any], by: User, label: str = "") -> ImportSession:
        """Return what works through one customer file."""
        return CustomerSession(options=options, by=by, label=label)


__all__ = ["CustomerSession", "CustomerTarget", "possible_owners"]
