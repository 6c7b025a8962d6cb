"""An answer to a customer to whom somebody else has answered meanwhile: shown, with nothing typed lost."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from complaints.domain.answers import last_said, said_since
from complaints.models import Complaint
from core.errors import DomainError
from customers.views.base import CustomerFormPage


class MeanwhileMixin(CustomerFormPage):
    """A form that says something to the customer: it carries the last line that its author read."""

    case: Complaint

    def get_initial(self) -> dict[str, Any]:
        """The form is read now: so far its author knows what was said."""
        return {**super().get_initial(), "seen": last_said(self.case)}

    def refused(self, form: Any, error: DomainError) -> HttpResponse:
        """Show what was said meanwhile, and let the same text be sent again."""
        if error.code != "answered_meanwhile":
            return super().refused(form, error)
        found = said_since(self.case, form.cleaned_data.get("seen") or 0, by=self.person)
        data = form.data.copy()
        data[form.add_prefix("seen")] = str(found[-1].pk if found else last_said(self.case))
        form.data = data
        context = self.get_context_data(form=form, said_meanwhile=found, submit_label=_("Send mine as well"))
        return self.render_to_response(context, status=error.status)
