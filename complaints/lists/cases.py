"""The lists of the package: columns, built-in views, what may be done to many rows."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from complaints.bulk import CASE_ACTIONS
from complaints.filters import cases as filters
from complaints.models import Complaint, WorkOrder
from complaints.sorting import cases as sorting
from core.lists import Column, ListDefinition, Preset, has_team, label, of, register_list

CASES = ListDefinition(
    key="complaints.complaint",
    title=_("Complaints and service requests"),
    model=Complaint,
    filterset_class=filters.ComplaintFilterSet,
    columns=[
        Column("number", _("Number"), of("number"), sort="number"),
        Column("former_number", _("Former number"), of("former_number")),
        Column("title", _("In one sentence"), of("title")),
        Column("kind", _("Kind"), label("kind")),
        Column("customer_code", _("Customer code"), of("customer", "code"), on_page=False),
        Column("customer", _("Customer"), of("customer", "name")),
        Column("grade", _("Grade"), label("grade")),
        Column("priority", _("Priority"), label("priority")),
        Column("state", _("State"), label("state")),
        Column("category", _("Category"), of("category", "name")),
        Column("subject", _("About"), of("subject_label")),
        Column("queue", _("Queue"), of("queue", "name")),
        Column("intake", _("Received by"), label("intake")),
        Column("owner", _("Handler"), of("owner", "full_name")),
        Column("team", _("Team"), of("team", "name")),
        Column("received_at", _("Received"), of("received_at"), sort="received"),
        Column("next_due_at", _("Next due"), of("next_due_at"), sort="due"),
        Column("level", _("Level of escalation"), of("level"), is_number=True),
        Column("decision", _("Decision"), label("decision")),
        Column("acknowledged_at", _("Acknowledged"), of("acknowledged_at")),
        Column("responded_at", _("First response"), of("responded_at")),
        Column("solved_at", _("Solution given"), of("solved_at")),
        Column("ended_at", _("Ended"), of("ended_at")),
        Column("amount_at_stake", _("Amount at stake"), of("amount_at_stake"), is_number=True),
        Column("remedy_sought", _("What the customer asks for"), of("remedy_sought")),
        Column("source_system", _("Source system"), of("source_system")),
        Column("external_id", _("External ID"), of("external_id")),
    ],
    sort_keys=sorting.CASE_SORTS,
    default_sort="-received",
    url_name="complaints:complaint-list",
    default_columns=("title", "customer", "grade", "state", "category", "next_due_at", "owner"),
    presets=(
        Preset("mine", _("Mine"), {"owner": ["@me"], "open": ["true"]}, sort="due"),
        Preset("team", _("My team"), {"team": ["@my-team"], "open": ["true"]}, sort="due", when=has_team),
        Preset("nobody", _("Nobody's"), {"unassigned": ["true"]}),
        Preset("late", _("Overdue"), {"overdue": ["true"]}, sort="due"),
        Preset(
            "unanswered", _("Customers who wait for an answer"), {"unanswered": ["true"]}, sort="received"
        ),
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
        Column("number", _("Number"), of("number"), sort="number"),
        Column("title", _("What is to be done"), of("title")),
        Column("complaint", _("Case"), of("complaint", "number")),
        Column("team", _("Team"), of("team", "name")),
        Column("owner", _("Done by"), of("owner", "full_name")),
        Column("due_at", _("Due"), of("due_at"), sort="due"),
        Column("state", _("State"), label("state")),
    ],
    sort_keys=sorting.WORK_SORTS,
    default_sort="due",
    url_name="complaints:work-order-list",
    default_columns=("title", "complaint", "team", "owner", "due_at", "state"),
    presets=(
        Preset("team", _("My team"), {"team": ["@my-team"], "state": ["open", "accepted"]}, when=has_team),
        Preset("mine", _("Mine"), {"owner": ["@me"], "state": ["open", "accepted"]}),
        Preset("late", _("Overdue"), {"overdue": ["true"]}),
        Preset("all", _("All")),
    ),
)


def register_lists() -> None:
    """Offer the lists; called when the app is ready."""
    register_list(CASES)
    register_list(WORK_ORDERS)
