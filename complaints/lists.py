"""The lists of the package: columns, built-in views, what may be done to many rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from complaints import filters, sorting
from complaints.bulk import CASE_ACTIONS
from complaints.models import Complaint, WorkOrder
from core.lists import Column, ListDefinition, Preset, register_list


def _of(*path: str) -> Callable[[Any], Any]:
    """Return a reader of attributes that stops at what is not there."""

    def read(row: Any) -> Any:
        for name in path:
            row = getattr(row, name, None)
        return row

    return read


def _label(field: str) -> Callable[[Any], Any]:
    """Return a reader of a choice's label."""
    return lambda row: getattr(row, f"get_{field}_display")()


def _has_team(user: Any) -> bool:
    return bool(user.team_id)


CASES = ListDefinition(
    key="complaints.complaint",
    title=_("Complaints and service requests"),
    model=Complaint,
    filterset_class=filters.ComplaintFilterSet,
    columns=[
        Column("number", _("Number"), _of("number"), sort="number"),
        Column("title", _("In one sentence"), _of("title")),
        Column("kind", _("Kind"), _label("kind")),
        Column("customer_code", _("Customer code"), _of("customer", "code"), on_page=False),
        Column("customer", _("Customer"), _of("customer", "name")),
        Column("grade", _("Grade"), _label("grade")),
        Column("priority", _("Priority"), _label("priority")),
        Column("state", _("State"), _label("state")),
        Column("category", _("Category"), _of("category", "name")),
        Column("queue", _("Queue"), _of("queue", "name")),
        Column("intake", _("Received by"), _label("intake")),
        Column("owner", _("Handler"), _of("owner", "full_name")),
        Column("team", _("Team"), _of("team", "name")),
        Column("received_at", _("Received"), _of("received_at"), sort="received"),
        Column("next_due_at", _("Next due"), _of("next_due_at"), sort="due"),
        Column("level", _("Level of escalation"), _of("level"), is_number=True),
        Column("decision", _("Decision"), _label("decision")),
        Column("acknowledged_at", _("Acknowledged"), _of("acknowledged_at")),
        Column("responded_at", _("First response"), _of("responded_at")),
        Column("solved_at", _("Solution given"), _of("solved_at")),
        Column("ended_at", _("Ended"), _of("ended_at")),
        Column("remedy_sought", _("What the customer asks for"), _of("remedy_sought")),
        Column("source_system", _("Source system"), _of("source_system")),
        Column("external_id", _("External ID"), _of("external_id")),
    ],
    sort_keys=sorting.CASE_SORTS,
    default_sort="-received",
    url_name="complaints:complaint-list",
    default_columns=("title", "customer", "grade", "state", "category", "next_due_at", "owner"),
    presets=(
        Preset("mine", _("Mine"), {"owner": ["@me"], "open": ["true"]}, sort="due"),
        Preset("team", _("My team"), {"team": ["@my-team"], "open": ["true"]}, sort="due", when=_has_team),
        Preset("nobody", _("Nobody's"), {"unassigned": ["true"]}),
        Preset("late", _("Overdue"), {"overdue": ["true"]}, sort="due"),
        Preset("severe", _("Severe"), {"grade": ["severe"], "open": ["true"]}),
        Preset("requests", _("Service requests"), {"kind": ["request"], "open": ["true"]}),
        Preset("all", _("All")),
    ),
    actions=CASE_ACTIONS,
)

WORK_ORDERS = ListDefinition(
    key="complaints.workorder",
    title=_("Work orders"),
    model=WorkOrder,
    filterset_class=filters.WorkOrderFilterSet,
    columns=[
        Column("number", _("Number"), _of("number"), sort="number"),
        Column("title", _("What is to be done"), _of("title")),
        Column("complaint", _("Case"), _of("complaint", "number")),
        Column("team", _("Team"), _of("team", "name")),
        Column("owner", _("Done by"), _of("owner", "full_name")),
        Column("due_at", _("Due"), _of("due_at"), sort="due"),
        Column("state", _("State"), _label("state")),
    ],
    sort_keys=sorting.WORK_SORTS,
    default_sort="due",
    url_name="complaints:work-order-list",
    default_columns=("title", "complaint", "team", "owner", "due_at", "state"),
    presets=(
        Preset("team", _("My team"), {"team": ["@my-team"], "state": ["open", "accepted"]}, when=_has_team),
        Preset("mine", _("Mine"), {"owner": ["@me"], "state": ["open", "accepted"]}),
        Preset("late", _("Overdue"), {"overdue": ["true"]}),
        Preset("all", _("All")),
    ),
)


def register_lists() -> None:
    """Offer the lists; called when the app is ready."""
    register_list(CASES)
    register_list(WORK_ORDERS)
