"""Telling a complainant whether the complaint is accepted, on a page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from complaints.domain.acceptance import tell_acceptance
from complaints.forms.cases import AcceptanceForm
from complaints.models import CaseLetter
from complaints.views.base import CaseVerb
from complaints.views.case_mail import can_be_mailed
from complaints.views.meanwhile import MeanwhileMixin
from core.access import can


class CaseAcceptance(MeanwhileMixin, CaseVerb):
    """Accepted, or not and why."""

    form_class = AcceptanceForm
    title = gettext_lazy("Tell acceptance")
    submit_label = gettext_lazy("Tell the complainant")
    success_message = gettext_lazy("The complainant was told.")
    once = True

    def form_arguments(self) -> dict[str, Any]:
        """Offer e-mail where it could leave."""
        return {"by_mail": can(self.person, "add", CaseLetter) and can_be_mailed(self.case)}

    def perform(self, form: AcceptanceForm) -> str:
        """Tell it and go back."""
        data = dict(form.cleaned_data)
        tell_acceptance(self.case, data.pop("outcome"), by=self.person, **data)
        return self.cancel_url()
