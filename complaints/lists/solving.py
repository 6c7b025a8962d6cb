"""Lists of causes, compensations and call-backs: for the page, saved views and files."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from complaints.filters.solving import CallBackFilterSet, CauseFilterSet, CompensationFilterSet
from complaints.models import CallBack, Cause, Compensation
from complaints.sorting.solving import CALLBACK_SORTS, CAUSE_SORTS, COMPENSATION_SORTS
from core.lists import Column, ListDefinition, register_list

#: Of which case a row is, and whose.
_OF_THE_CASE = (
    Column("case", _("Case"), lambda row: row.complaint.number),
    Column(
        "customer", _("Customer"), lambda row: row.complaint.customer.name if row.complaint.customer else ""
    ),
)


def register_lists() -> None:
    """Offer them."""
    register_list(_causes())
    register_list(_compensations())
    register_list(_callbacks())


def _causes() -> ListDefinition:
    return ListDefinition(
        key="complaints.cause",
        title=_("Causes"),
        model=Cause,
        filterset_class=CauseFilterSet,
        columns=[
            Column("code", _("Code"), lambda row: row.code, sort="code"),
            Column("name", _("Name"), lambda row: row.name),
            Column("branch", _("Bone"), lambda row: row.get_branch_display()),
            Column("gap", _("Service gap"), lambda row: row.get_gap_display()),
            Column("state", _("State"), lambda row: row.get_state_display()),
            Column("n", _("Complaints"), lambda row: row.n),
            Column("n_before", _("Before the fix"), lambda row: row.n_before),
            Column("n_after", _("After the fix"), lambda row: row.n_after),
            Column("fixed_at", _("Fixed"), lambda row: row.fixed_at),
            Column("owner", _("Owner"), lambda row: row.owner.display_name if row.owner else ""),
        ],
        sort_keys=CAUSE_SORTS,
        default_sort="code",
        url_name="complaints:cause-list",
    )


def _compensations() -> ListDefinition:
    return ListDefinition(
        key="complaints.compensation",
        title=_("Compensation"),
        model=Compensation,
        filterset_class=CompensationFilterSet,
        columns=[
            *_OF_THE_CASE,
            Column("measure", _("Compensation"), lambda row: row.get_measure_display()),
            Column("kind", _("Kind"), lambda row: row.get_kind_display()),
            Column("amount", _("Cash value"), lambda row: row.amount),
            Column("currency", _("Currency"), lambda row: row.currency),
            Column("value", _("In the base currency"), lambda row: row.value),
            Column("team", _("Cost borne by"), lambda row: row.cost_team.name if row.cost_team else ""),
            Column("state", _("State"), lambda row: row.get_state_display()),
            Column("proposed_by", _("Proposed by"), lambda row: row.proposed_by.display_name),
            Column("proposed", _("Proposed"), lambda row: row.created_at, sort="made"),
            Column("note", _("Note"), lambda row: row.note),
        ],
        sort_keys=COMPENSATION_SORTS,
        default_sort="made",
        url_name="complaints:approval-list",
    )


def _callbacks() -> ListDefinition:
    return ListDefinition(
        key="complaints.callback",
        title=_("Call-backs"),
        model=CallBack,
        filterset_class=CallBackFilterSet,
        columns=[
            *_OF_THE_CASE,
            Column("state", _("State"), lambda row: row.get_state_display()),
            Column("due", _("Due"), lambda row: row.due_at, sort="due"),
            Column("attempts", _("Attempts"), lambda row: row.attempts_made),
            Column("result", _("Result"), lambda row: row.result_score),
            Column("handling", _("Handling"), lambda row: row.process_score),
            Column("accepted", _("Accepted"), lambda row: row.is_accepted),
            Column("wish", _("Wish"), lambda row: row.wish),
            Column("caller", _("Caller"), lambda row: row.owner.display_name if row.owner else ""),
        ],
        sort_keys=CALLBACK_SORTS,
        default_sort="due",
        url_name="complaints:callback-list",
    )
