"""Customers that an order file names and nobody knows yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from core.access import can
from core.models import User
from customers import standardise
from customers.choices import Kind, Source
from customers.domain.bulk import CustomerDraft
from customers.imports.finding import Reference
from customers.imports.people import People
from customers.models import Customer


class MissingCustomers:
    """Makes drafts of new customers, as far as options and rights allow."""

    def __init__(self, options: Mapping[str, Any], by: User, source_system: str, people: People) -> None:
        self._options = options
        self._by = by
        self._source_system = source_system
        self._people = people
        self._allowed = can(by, "add", Customer) or can(by, "import", Customer)

    def may_make(self) -> bool:
        """Tell whether an unknown customer may be made, and is not a fault."""
        return self._allowed and bool(self._options.get("create_customers"))

    def draft(self, reference: Reference) -> CustomerDraft:
        """Return the customer to be; without a name it is called after its number."""
        name = reference.name or _("Customer %(number)s") % {
            "number": reference.external_id or reference.credit_code
        }
        name = standardise.half_width(name)[:200]
        owner = self._people.default_owner(self._options)
        values: dict[str, Any] = {
            "name": name,
            "name_key": standardise.name_key(name),
            "kind": self._options.get("customer_kind") or Kind.ORGANISATION.value,
            "source": Source.IMPORT.value,
            "credit_code": reference.credit_code,
            "owner": owner,
            "team": (owner or self._by).team,
        }
        if reference.external_id:
            values |= {"external_id": reference.external_id, "source_system": self._source_system}
        return CustomerDraft(values)
