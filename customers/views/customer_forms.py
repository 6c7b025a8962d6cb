"""Making, changing, moving and deleting customers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views import View

from core.access import can
from core.views.base import ConfirmPage, RightsMixin, next_url, number_in
from customers.choices import Axis
from customers.domain.axes import move_axis
from customers.domain.customers import create_customer, delete_customer, restore_customer, update_customer
from customers.domain.duplicates import SHOWN, likely_duplicates
from customers.forms.customers import AxisForm, CustomerForm
from customers.models import Customer
from customers.views.base import CustomerFormPage, fetch, user_of


class CustomerCreate(CustomerFormPage):
    """A new customer; those that look alike are shown before it is saved."""

    required_right = ("add", Customer)
    form_class = CustomerForm
    template_name = "customers/customer_form.html"
    title = gettext_lazy("New customer")
    submit_label = gettext_lazy("Create customer")
    success_message = gettext_lazy("Customer created.")
    once = True

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the person, and the parent where a branch is added."""
        parent = number_in(self.request.GET.get("parent", ""))
        if parent is None:
            return {"user": self.person}
        found = Customer.objects.visible_to(self.person).filter(pk=parent).first()
        return {"user": self.person, "initial": {"parent": found}}

    def form_valid(self, form: CustomerForm) -> HttpResponse:
        """Ask once when customers like this one exist."""
        if self.request.POST.get("confirmed") != "1":
            values = form.values
            alike = likely_duplicates(
                name=values["name"], credit_code=values["credit_code"], phone=values["phone"]
            )
            number = alike.count()
            if number:
                return self.render_to_response(
                    self.get_context_data(form=form, **self._alike(alike, number)), status=409
                )
        return super().form_valid(form)

    def _alike(self, alike: Any, number: int) -> dict[str, Any]:
        seen = list(alike.visible_to(self.person).select_related("owner")[:SHOWN])
        return {
            "alike": seen,
            "alike_hidden": number - len(seen),
            "alike_words": ngettext("%(n)s customer looks alike", "%(n)s customers look alike", number)
            % {"n": number},
            "confirmed": True,
            "submit_label": _("Create customer anyway"),
        }

    def perform(self, form: CustomerForm) -> str:
        """Make the customer and go to its page."""
        customer = create_customer(form.values, tags=form.tag_names, by=self.person)
        return reverse("customers:customer-detail", args=[customer.pk])

    def cancel_url(self) -> str:
        """Back to the list."""
        return reverse("customers:customer-list")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the way here."""
        return super().get_context_data(
            crumbs=[(_("Customers"), reverse("customers:customer-list"))], **kwargs
        )


class CustomerUpdate(CustomerFormPage):
    """Editing; when somebody saved meanwhile, both versions are shown and nothing typed is lost."""

    required_right = ("change", Customer)
    form_class = CustomerForm
    template_name = "customers/customer_form.html"
    title = gettext_lazy("Edit customer")
    submit_label = gettext_lazy("Save changes")
    success_message = gettext_lazy("Changes saved.")

    @cached_property
    def customer(self) -> Customer:
        """The customer, if the person may change it."""
        found: Customer = fetch(
            self.request,
            Customer.objects.select_related("owner", "team", "parent"),
            self.kwargs["pk"],
            "change",
        )
        return found

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the person and the record."""
        return {"user": self.person, "record": self.customer}

    def conflict_record(self) -> Customer:
        """The customer."""
        return self.customer

    def perform(self, form: CustomerForm) -> str:
        """Write the changes and go back."""
        update_customer(
            self.customer,
            form.values,
            by=self.person,
            version=form.seen_version,
            tags=form.tag_names,
        )
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
        return super().get_context_data(crumbs=crumbs, customer=self.customer, **kwargs)


class CustomerAxis(CustomerFormPage):
    """Moving the stage, the tier or the relationship, with a reason."""

    required_right = ("change", Customer)
    form_class = AxisForm
    submit_label = gettext_lazy("Move")
    success_message = gettext_lazy("Moved.")

    @cached_property
    def customer(self) -> Customer:
        """The customer, if the person may change it."""
        if self.kwargs["axis"] not in Axis.values:
            raise Http404
        found: Customer = fetch(self.request, Customer.objects.all(), self.kwargs["pk"], "change")
        return found

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the axis and where it stands."""
        axis = self.kwargs["axis"]
        return {"axis": axis, "current": getattr(self.customer, axis)} if self.customer else {}

    def perform(self, form: AxisForm) -> str:
        """Move and go back."""
        values = form.cleaned_data
        move_axis(
            self.customer,
            self.kwargs["axis"],
            values["new"],
            reason=values["reason"],
            by=self.person,
        )
        return next_url(self.request, self.cancel_url())

    def cancel_url(self) -> str:
        """Back to the record."""
        return reverse("customers:customer-detail", args=[self.kwargs["pk"]])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what is moved, and show the moves so far."""
        titles = {
            "stage": _("Move stage"),
            "tier": _("Change tier"),
            "relationship": _("Change relationship"),
        }
        crumbs = [
            (_("Customers"), reverse("customers:customer-list")),
            (self.customer.name, self.cancel_url()),
        ]
        return super().get_context_data(
            title=titles[self.kwargs["axis"]],
            crumbs=crumbs,
            intro=self.customer.name,
            form_columns=1,
            **kwargs,
        )


class CustomerDelete(ConfirmPage):
    """Into the recycle bin."""

    required_right = ("delete", Customer)
    success_message = gettext_lazy("Moved to the recycle bin.")
    nav_current = "customers"

    @cached_property
    def customer(self) -> Customer:
        """The customer, if the person may delete it."""
        found: Customer = fetch(self.request, Customer.objects.all(), self.kwargs["pk"], "delete")
        return found

    def question(self) -> dict[str, Any]:
        """Say what goes with it."""
        user = self.person
        return {
            "title": _("Delete “%(name)s”?") % {"name": self.customer.name},
            "message": _(
                "It goes to the recycle bin, with everything below it out of sight and out of all figures."
            ),
            "consequences": [
                _("Its contacts, orders, interactions and tasks are kept and come back with it."),
                _("It can be restored at any time.")
                if can(user, "restore", Customer)
                else _("A manager can restore it at any time."),
            ],
            "confirm_label": _("Delete customer"),
            "cancel_url": reverse("customers:customer-detail", args=[self.customer.pk]),
        }

    def perform(self) -> str:
        """Delete and go to the list."""
        delete_customer(self.customer, by=self.person)
        return reverse("customers:customer-list")


class CustomerRestore(RightsMixin, View):
    """Out of the recycle bin again."""

    required_right = ("restore", Customer)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Restore and show the record."""
        customer = Customer.objects.in_reach(user_of(request), "restore").deleted().filter(pk=pk).first()
        if customer is None:
            raise Http404
        restore_customer(customer, by=user_of(request))
        messages.success(request, _("“%(name)s” is back.") % {"name": customer.name})
        return redirect("customers:customer-detail", pk)
