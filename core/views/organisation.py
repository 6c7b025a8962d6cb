"""Settings of the whole installation, and the table of roles."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from core.access import role_table, sensitive_fields
from core.audit_lines import field_label, kind_name
from core.domain.rates import base_currency_is_locked, update_organisation
from core.domain.second_factor import count_factors
from core.forms import OrganisationForm
from core.models import Organisation, User
from core.navigation import settings_crumbs
from core.roles import Reach, Role
from core.views.base import FormPage, RightsMixin
from core.views.proofs import AsksAgain
from core.views.users import action_label, in_order

NAV = "settings"


class OrganisationUpdate(AsksAgain, FormPage):
    """Name, base currency, time zone, and who must have a second factor."""

    always_weighty = False

    required_right = ("change", Organisation)
    form_class = OrganisationForm
    title = gettext_lazy("Organisation")
    success_message = gettext_lazy("Organisation saved.")
    nav_current = NAV
    form_columns = 1

    def get_form_kwargs(self) -> dict[str, Any]:
        """Fill the form with the one row."""
        return {**super().get_form_kwargs(), "instance": Organisation.load()}

    def get_form(self, form_class: Any = None) -> OrganisationForm:
        """Lock the base currency once amounts are stored in it."""
        form: OrganisationForm = super().get_form(form_class)
        form.fields["base_currency"].disabled = base_currency_is_locked()
        having, people = count_factors()
        factor = form.fields["second_factor"]
        so_far = _("Set up so far: %(having)s of %(people)s people.") % {"having": having, "people": people}
        factor.help_text = f"{factor.help_text} {so_far}"
        return form

    def crumbs(self) -> list[tuple[Any, str]]:
        """The way down from the settings."""
        return settings_crumbs()

    def cancel_url(self) -> str:
        """Go back to the settings."""
        return reverse("core:settings")

    def needs_proof(self, form: OrganisationForm) -> bool:
        """Ask again before signing in becomes easier or harder for everybody."""
        return bool(form.cleaned_data["second_factor"] != Organisation.load().second_factor)

    def perform(self, form: OrganisationForm) -> str:
        """Store the changes."""
        update_organisation(form.cleaned_data, by=self.person)
        return self.cancel_url()


class RoleList(RightsMixin, TemplateView):
    """Who may do what: the role table, for reading."""

    required_right = ("view", User)
    template_name = "core/role_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show one row per kind of record, one column per role."""
        people = User.objects.active()
        roles = [
            {"key": role.value, "label": role.label, "people": people.in_role(role).count()} for role in Role
        ]
        return super().get_context_data(roles=roles, rows=role_rows(), nav_current=NAV, **kwargs)


def role_rows() -> list[dict[str, Any]]:
    """Return (kind of record, cells, masked fields): what each role may do and how far it reaches."""
    rows = []
    for label, row in role_table().items():
        cells = []
        for role in Role:
            reach, actions = row.get(role.value, ("", frozenset()))
            words = [str(action_label(action)) for action in in_order(actions)]
            cells.append(
                {
                    "role": role.label,
                    "actions": words,
                    "reach": Reach(reach).label if words else "",
                    "key": reach,
                }
            )
        model = apps.get_model(label)
        masked = sorted(field_label(model, field) for field in sensitive_fields().get(label, ()))
        rows.append({"kind": kind_name(label), "cells": cells, "masked": masked})
    return sorted(rows, key=lambda row: row["kind"])
