"""What search finds of the package, and what the palette can do with it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from complaints.models import Complaint, WorkOrder
from core.search.actions import Action, register_action
from core.search.terms import code_terms, name_terms, text_terms
from core.search.types import Searched, SearchType, Through, joined, register_type

TYPES = (
    SearchType(
        key="complaint",
        number=30,
        model=Complaint,
        label=_("Complaints and requests"),
        icon="flag",
        fields=(
            Searched("number", _("Number"), code_terms),
            Searched("title", _("In one sentence"), text_terms),
            Searched("contact_name", _("Name given"), name_terms()),
            Searched("external_id", _("External ID"), code_terms),
            Searched("former_number", _("Former number"), code_terms),
            # Free text, read in clear by whoever sees the case, as the first line of its log is.
            Searched("description", _("What happened"), text_terms),
        ),
        title=lambda row: row.title,
        subtitle=lambda row: joined(row.number, row.customer and row.customer.name, row.get_state_display()),
        url=lambda row: row.get_absolute_url(),
        list_url="complaints:complaint-list",
        select_related=("customer",),
        through=(Through("customer", "customer"),),
        order=35,
    ),
    SearchType(
        key="workorder",
        number=31,
        model=WorkOrder,
        label=_("Work orders"),
        icon="task",
        fields=(
            Searched("number", _("Number"), code_terms),
            Searched("title", _("What is to be done"), text_terms),
        ),
        title=lambda row: row.title,
        subtitle=lambda row: joined(row.number, row.team.name, row.get_state_display()),
        url=lambda row: row.get_absolute_url(),
        list_url="complaints:work-order-list",
        select_related=("complaint", "team"),
        order=45,
    ),
)

ACTIONS = (
    Action(
        "complaint-new",
        _("New complaint"),
        "complaints:complaint-create",
        "flag",
        ("complaints.complaint", "add"),
        _("receive complaint, add complaint, file complaint"),
        often=True,
    ),
    Action(
        "request-new",
        _("New service request"),
        "complaints:complaint-create",
        "plus",
        ("complaints.complaint", "add"),
        _("invoice, seat change, certificate reissue, question"),
        query="?kind=request",
    ),
    Action(
        "complaint-board",
        _("Board of complaints"),
        "complaints:complaint-board",
        "board",
        ("complaints.complaint", "view"),
        _("kanban"),
    ),
    Action(
        "work-orders",
        _("Work orders"),
        "complaints:work-order-list",
        "task",
        ("complaints.workorder", "view"),
        _("other departments"),
    ),
)


def register_search() -> None:
    """Register types and actions."""
    for kind in TYPES:
        register_type(kind)
    for action in ACTIONS:
        register_action(action)
