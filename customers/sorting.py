"""What the lists may be sorted by: the same on pages, in the API and in exports. Each key has its index."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.access import can
from core.keyset import SortKey
from customers.models import Metrics

#: Whoever may not see figures may not sort by them either: an order tells who is above whom.
FIGURE_SORTS = {
    "stake": SortKey("metrics__value_at_stake", _("Value at stake"), nullable=True),
    "risk": SortKey("metrics__churn_risk", _("Churn risk"), nullable=True),
    "amount": SortKey("metrics__amount_12m", _("Turnover, 12 months"), nullable=True),
    "clv": SortKey("metrics__clv_12m", _("CLV, 12 months"), nullable=True),
}
PLAIN_SORTS = {
    "name": SortKey("name", _("Name")),
    "last_order": SortKey("totals__last_day", _("Last order"), nullable=True),
    "contact": SortKey("last_contact_at", _("Last contact"), nullable=True),
    "created": SortKey("created_at", _("Created")),
}
CUSTOMER_SORTS = {**FIGURE_SORTS, **PLAIN_SORTS}
ORDER_SORTS = {
    "date": SortKey("ordered_on", _("Date")),
    "amount": SortKey("amount_base", _("Amount")),
    "number": SortKey("number", _("Number")),
}
INTERACTION_SORTS = {"when": SortKey("occurred_at", _("When"))}
TASK_SORTS = {
    "due": SortKey("due_on", _("Due"), nullable=True),
    "created": SortKey("created_at", _("Created")),
}
CONTACT_SORTS = {"name": SortKey("person__name", _("Name")), "created": SortKey("created_at", _("Created"))}
PERSON_SORTS = {"name": SortKey("name", _("Name")), "created": SortKey("created_at", _("Created"))}
PRODUCT_SORTS = {"name": SortKey("name", _("Name")), "code": SortKey("code", _("Code"))}
TAG_SORTS = {"name": SortKey("name", _("Name"))}


def customer_sorts(user: Any) -> tuple[dict[str, SortKey], str]:
    """Return the sort keys of the customer list for this person, and the usual one."""
    if can(user, "view", Metrics):
        return CUSTOMER_SORTS, "-stake"
    return PLAIN_SORTS, "name"
