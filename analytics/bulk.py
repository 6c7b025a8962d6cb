"""What may be done to many warnings at once; every change goes through the verb of one warning."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from analytics.choices import DismissReason, WarningState
from analytics.domain.warnings import move_warning
from analytics.models import ChurnWarning
from core.bulk import BulkAction, BulkForm, Effect, Values
from core.models import User


class ContactedForm(BulkForm):
    """How, where somebody says it."""

    note = forms.CharField(
        label=_("Note"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class DismissForm(ContactedForm):
    """Why this is no risk."""

    reason = forms.ChoiceField(label=_("Reason"), choices=DismissReason.choices)
    field_order = ("reason", "note")


def _contacted(row: ChurnWarning, values: Values, by: User) -> Effect | None:
    before = row.state
    if before == WarningState.CONTACTED:
        return None
    move_warning(row, WarningState.CONTACTED, by=by, note=values["note"])
    return Effect({"state": before}, {"state": WarningState.CONTACTED.value})


def _dismiss(row: ChurnWarning, values: Values, by: User) -> Effect | None:
    before = row.state
    if before == WarningState.DISMISSED:
        return None
    move_warning(row, WarningState.DISMISSED, by=by, reason=values["reason"], note=values["note"])
    return Effect({"state": before}, {"state": WarningState.DISMISSED.value})


#: A warning never moves back, so none of these has an undo.
WARNING_ACTIONS = (
    BulkAction("contacted", _("Mark as contacted"), "phone", _contacted, form=ContactedForm),
    BulkAction("dismiss", _("Dismiss"), "x", _dismiss, form=DismissForm, is_dangerous=True),
)
