"""Setting up the public form, and what staff see of a case's status page."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.domain.callbacks import address_of
from complaints.domain.public_form import set_form
from complaints.domain.status_links import have_link_sent, revoke_links
from complaints.forms.public_settings import PublicFormForm
from complaints.models import Complaint, FormSubmission, PublicForm, StatusAccess
from complaints.views.base import case_for
from complaints.views.panels import CasePanel, PanelPost
from core.access import can
from core.domain.mails.addresses import absolute
from core.navigation import settings_crumbs
from core.views.base import ConfirmPage
from customers.views.base import CustomerFormPage, user_of


class PublicFormUpdate(CustomerFormPage):
    """Open or closed, what it offers, its texts, and its address to copy."""

    required_right = ("change", PublicForm)
    form_class = PublicFormForm
    template_name = "complaints/public_settings.html"
    title = gettext_lazy("Public form")
    submit_label = gettext_lazy("Save changes")
    success_message = gettext_lazy("Changes saved.")
    nav_current = "settings"

    @cached_property
    def row(self) -> PublicForm:
        """The settings."""
        return PublicForm.load()

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the record."""
        return {"user": self.person, "record": self.row}

    def conflict_record(self) -> PublicForm:
        """The settings."""
        return self.row

    def crumbs(self) -> list[tuple[Any, str]]:
        """The way down from the settings."""
        return settings_crumbs()

    def cancel_url(self) -> str:
        """Back to the settings."""
        return reverse("core:settings")

    def perform(self, form: PublicFormForm) -> str:
        """Write them, and stay to look at them."""
        set_form(self.row, form.values, by=self.person, version=form.seen_version)
        return reverse("complaints:publicform-update")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the addresses."""
        address = absolute(reverse("complaints:public-form"))
        return super().get_context_data(address=address, setup=self.row, **kwargs)


class StatusPanel(CasePanel):
    """What came with the form, and the links to the status page."""

    required_right = ("view", StatusAccess)
    template_name = "complaints/status_panel.html"

    def context_of(self, case: Complaint) -> dict[str, Any]:
        """Read both, where there are some."""
        person = user_of(self.request)
        changed = Complaint.objects.visible_to(person, "change").filter(pk=case.pk).exists()
        return {
            "submission": FormSubmission.objects.filter(complaint=case).first(),
            "access": StatusAccess.objects.filter(complaint=case).first(),
            "may_change": changed and can(person, "change", StatusAccess),
            "has_address": bool(address_of(case)),
            "language_name": dict(settings.LANGUAGES).get(case.language, case.language),
        }


class StatusLinkSend(PanelPost):
    """Have a link mailed to the complainant."""

    required_right = ("change", StatusAccess)
    panel = StatusPanel
    success_message = gettext_lazy("The link is on its way.")

    def perform(self) -> Complaint:
        """Ask for the mail."""
        case = case_for(self.request, self.kwargs["pk"], "change")
        have_link_sent(case)
        return case

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Do it; the panel says it too."""
        response = super().post(request, *args, **kwargs)
        if response.status_code == 200:
            response["HX-Trigger"] = toast(str(self.success_message))
        return response


class StatusLinkRevoke(ConfirmPage):
    """Make every link to the status page void."""

    required_right = ("change", StatusAccess)
    success_message = gettext_lazy("Every link to the status page is void.")
    nav_current = "complaints"

    @cached_property
    def case(self) -> Complaint:
        """The case, if it may be changed."""
        return case_for(self.request, self.kwargs["pk"], "change")

    def question(self) -> dict[str, Any]:
        """Ask."""
        return {
            "title": _("Make links void"),
            "message": _("Nobody can open the status page of %(number)s any more with a link sent until now.")
            % {"number": self.case.number},
            "consequences": [_("A new link can be sent afterwards.")],
            "confirm_label": _("Make links void"),
            "cancel_url": self.case.get_absolute_url(),
        }

    def perform(self) -> str:
        """Do it."""
        revoke_links(self.case, by=self.person)
        return self.case.get_absolute_url()


def toast(text: str) -> str:
    """Return the header that shows a message without loading the page."""
    return json.dumps({"toast": {"text": text, "kind": "success"}})
