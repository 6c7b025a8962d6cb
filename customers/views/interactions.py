"""Interactions: logged, corrected, deleted, listed."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.access import can
from core.views.base import ConfirmPage, next_url, number_in
from core.views.lists import ListPage
from customers.domain.interactions import (
    delete_interaction,
    record_interaction,
    unreached_by,
    update_interaction,
)
from customers.filters import InteractionFilterSet
from customers.forms.activity import InteractionForm
from customers.models import Customer, Interaction
from customers.sorting import INTERACTION_SORTS
from customers.views.base import (
    CustomerFormPage,
    RecordFilters,
    customer_for,
    fetch,
    say_who_was_not_told,
)


class InteractionList(RecordFilters, ListPage):
    """All interactions in reach."""

    model = Interaction
    filterset_class = InteractionFilterSet
    template_name = "customers/interaction_list.html"
    sort_keys = INTERACTION_SORTS
    default_sort = "-when"
    export_key = "customers.interaction"
    nav_current = "customers"

    def rows(self) -> QuerySet[Interaction]:
        """Live interactions with their customer, person and author."""
        rows: QuerySet[Interaction] = Interaction.objects.visible_to(self.person).for_list()
        return rows

    def extra_context(self) -> dict[str, Any]:
        """Who may correct them, and bring in more."""
        return {
            "may_change": can(self.person, "change", Interaction),
            "may_import": can(self.person, "import", Interaction),
        }


class InteractionCreate(CustomerFormPage):
    """Logging what happened; the next step becomes a task."""

    required_right = ("add", Interaction)
    form_class = InteractionForm
    title = gettext_lazy("Log interaction")
    submit_label = gettext_lazy("Log interaction")
    success_message = gettext_lazy("Interaction logged.")
    once = True

    @cached_property
    def customer(self) -> Customer:
        """The customer, if the person may log there."""
        return customer_for(self.request, self.kwargs["pk"], "add", Interaction)

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the customer, and the person where the page names one."""
        arguments: dict[str, Any] = {"user": self.person, "customer": self.customer}
        person = number_in(self.request.GET.get("person", ""))
        if person is not None:
            arguments["initial"] = {"person": person}
        return arguments

    def perform(self, form: InteractionForm) -> str:
        """Log it, and plan the next step."""
        values = form.values
        follow_up = bool(values["next_step"])
        interaction = record_interaction(self.customer, values, by=self.person, follow_up=follow_up)
        say_who_was_not_told(self.request, unreached_by(interaction))
        return next_url(self.request, self.cancel_url())

    def cancel_url(self) -> str:
        """Back to the record."""
        return reverse("customers:customer-detail", args=[self.kwargs["pk"]])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the way here."""
        crumbs = [
            (_("Customers"), reverse("customers:customer-list")),
            (self.customer.name, self.cancel_url()),
        ]
        return super().get_context_data(crumbs=crumbs, intro=self.customer.name, dialog_columns=2, **kwargs)


class InteractionUpdate(CustomerFormPage):
    """Correcting an interaction."""

    required_right = ("change", Interaction)
    form_class = InteractionForm
    template_name = "customers/interaction_form.html"
    title = gettext_lazy("Edit interaction")
    submit_label = gettext_lazy("Save changes")
    success_message = gettext_lazy("Changes saved.")

    @cached_property
    def interaction(self) -> Interaction:
        """The interaction, if the person may change it."""
        found: Interaction = fetch(
            self.request, Interaction.objects.select_related("customer"), self.kwargs["pk"], "change"
        )
        return found

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the record."""
        return {
            "user": self.person,
            "customer": self.interaction.customer,
            "record": self.interaction,
        }

    def conflict_record(self) -> Interaction:
        """The interaction."""
        return self.interaction

    def perform(self, form: InteractionForm) -> str:
        """Write the correction; a next step that is new becomes a task."""
        values = form.values
        new_step = bool(values["next_step"]) and values["next_step"] != self.interaction.next_step
        interaction = update_interaction(
            self.interaction,
            values,
            by=self.person,
            version=form.seen_version,
            follow_up=new_step,
        )
        say_who_was_not_told(self.request, unreached_by(interaction))
        return next_url(self.request, self.cancel_url())

    def cancel_url(self) -> str:
        """Back to the record."""
        return reverse("customers:customer-detail", args=[self.interaction.customer_id])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the way here."""
        customer = self.interaction.customer
        crumbs = [(_("Customers"), reverse("customers:customer-list")), (customer.name, self.cancel_url())]
        may_delete = (
            Interaction.objects.visible_to(self.person, "delete").filter(pk=self.interaction.pk).exists()
        )
        return super().get_context_data(
            crumbs=crumbs,
            intro=customer.name,
            dialog_columns=2,
            interaction=self.interaction,
            may_delete=may_delete,
            **kwargs,
        )


class InteractionDelete(ConfirmPage):
    """Taking an interaction off the record."""

    required_right = ("delete", Interaction)
    success_message = gettext_lazy("Interaction deleted.")
    nav_current = "customers"

    @cached_property
    def interaction(self) -> Interaction:
        """The interaction, if the person may delete it."""
        found: Interaction = fetch(
            self.request, Interaction.objects.select_related("customer"), self.kwargs["pk"], "delete"
        )
        return found

    def question(self) -> dict[str, Any]:
        """Say what stays."""
        return {
            "title": _("Delete interaction?"),
            "message": str(self.interaction),
            "consequences": [_("The timeline keeps that there was one, without its text.")],
            "confirm_label": _("Delete interaction"),
            "cancel_url": reverse("customers:interaction-update", args=[self.interaction.pk]),
        }

    def perform(self) -> str:
        """Delete and go to the record."""
        delete_interaction(self.interaction, by=self.person)
        return reverse("customers:customer-detail", args=[self.interaction.customer_id])
