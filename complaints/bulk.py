"""What may be done to many cases at once; every change goes through the verb of one case."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from complaints.choices.cases import Priority
from complaints.domain.assessing import set_priority
from complaints.domain.moves import assign
from complaints.models import Complaint
from core.bulk import BulkAction, BulkForm, Effect, Values
from core.models import User
from core.people import offer_people
from customers.forms.base import people_choices


class HandlerForm(BulkForm):
    """Who handles them."""

    owner = forms.ModelChoiceField(User.objects.none(), label=_("Handler"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        offer_people(self.fields["owner"], people_choices())


class PriorityForm(BulkForm):
    """How soon."""

    priority = forms.ChoiceField(label=_("New priority"), choices=Priority.choices)


def _assign(row: Complaint, values: Values, by: User) -> Effect | None:
    before = row.owner_id
    if before == values["owner"].pk:
        return None
    assign(row, values["owner"], by=by)
    return Effect({"owner": before}, {"owner": values["owner"].pk})


def _give_back(row: Complaint, old: Values, new: Values, by: User) -> bool:
    """Give the case to whom it was; what nobody had before stays where it is."""
    if row.owner_id != new["owner"] or old["owner"] is None:
        return False
    assign(row, User.objects.get(pk=old["owner"]), by=by)
    return True


def _set_priority(row: Complaint, values: Values, by: User) -> Effect | None:
    before = row.priority
    if before == values["priority"]:
        return None
    set_priority(row, values["priority"], by=by)
    return Effect({"priority": before}, {"priority": values["priority"]})


def _put_priority_back(row: Complaint, old: Values, new: Values, by: User) -> bool:
    if row.priority != new["priority"]:
        return False
    set_priority(row, old["priority"], by=by)
    return True


CASE_ACTIONS = (
    BulkAction("owner", _("Assign"), "user", _assign, "assign", _give_back, HandlerForm),
    BulkAction(
        "priority", _("Set priority"), "sort", _set_priority, "change", _put_priority_back, PriorityForm
    ),
)
