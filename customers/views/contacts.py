"""People at customers: added, changed, moved to another employer, found again."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.views.base import next_url
from customers.domain.contacts import (
    add_contact,
    change_job,
    end_contact,
    update_contact,
    update_person,
)
from customers.forms.contacts import (
    ChangeJobForm,
    EndContactForm,
    KnownPersonForm,
    PersonForm,
    PlaceForm,
)
from customers.models import Contact, Customer, Person
from customers.views.base import CustomerFormPage, customer_for, fetch, user_of

TALKS_SHOWN = 20


class ContactPage(CustomerFormPage):
    """What the forms of a contact share."""

    def back(self) -> Customer:
        """The customer that the page belongs to."""
        raise NotImplementedError

    def cancel_url(self) -> str:
        """Back to the people of the customer."""
        return reverse("customers:customer-contacts", args=[self.back().pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the way here."""
        customer = self.back()
        crumbs = [
            (_("Customers"), reverse("customers:customer-list")),
            (customer.name, reverse("customers:customer-detail", args=[customer.pk])),
        ]
        return super().get_context_data(crumbs=crumbs, customer=customer, **kwargs)


class TwoForms:
    """A page with two forms that are saved as one: the person, and the place."""

    prefix_of_person = "person"

    def person_form(self, **kwargs: Any) -> PersonForm:
        """The form of the person, bound when the page is sent."""
        request: HttpRequest = self.request  # type: ignore[attr-defined]
        data = request.POST if request.method == "POST" else None
        return PersonForm(data, user=user_of(request), prefix=self.prefix_of_person, **kwargs)


class ContactCreate(TwoForms, ContactPage):
    """A new place: of a new person, or of one who is on file already."""

    required_right = ("add", Contact)
    template_name = "customers/contact_form.html"
    title = gettext_lazy("Add contact")
    submit_label = gettext_lazy("Add contact")
    success_message = gettext_lazy("Contact added.")
    once = True

    @cached_property
    def customer(self) -> Customer:
        """The customer, if the person may add contacts there."""
        return customer_for(self.request, self.kwargs["pk"], "add", Contact)

    def back(self) -> Customer:
        """The customer."""
        return self.customer

    @cached_property
    def is_known(self) -> bool:
        """True when somebody who is on file already is added."""
        return self.request.GET.get("known") == "1"

    def get_form_class(self) -> Any:
        """With a picker for a known person."""
        return KnownPersonForm if self.is_known else PlaceForm

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the person."""
        return {"user": self.person}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Check both forms before either counts."""
        self.customer  # noqa: B018  (out of reach: not found, before anything is checked)
        form = self.get_form()
        person = None if self.is_known else self.person_form()
        valid = form.is_valid()
        if person is not None:
            valid = person.is_valid() and valid
        return self.form_valid(form) if valid else self.form_invalid(form)

    def perform(self, form: Any) -> str:
        """Add the place and go to the people."""
        if self.is_known:
            who: Any = form.cleaned_data["person"]
        else:
            person = self.person_form()
            person.full_clean()
            who = person.values
        add_contact(self.customer, who, form.values, by=self.person)
        return next_url(self.request, self.cancel_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the form of the person."""
        person = None if self.is_known else self.person_form()
        return super().get_context_data(person_form=person, is_known=self.is_known, **kwargs)


class ContactUpdate(TwoForms, ContactPage):
    """Changing a person and the place on one page."""

    required_right = ("change", Contact)
    form_class = PlaceForm
    template_name = "customers/contact_form.html"
    title = gettext_lazy("Edit contact")
    submit_label = gettext_lazy("Save changes")
    success_message = gettext_lazy("Changes saved.")

    @cached_property
    def contact(self) -> Contact:
        """The place, if the person may change it."""
        found: Contact = fetch(
            self.request, Contact.objects.select_related("person", "customer"), self.kwargs["pk"], "change"
        )
        return found

    def back(self) -> Customer:
        """The customer."""
        return self.contact.customer

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the person and the record."""
        return {"user": self.person, "record": self.contact}

    def conflict_record(self) -> Contact:
        """The place."""
        return self.contact

    def shown_records(self, record: Any) -> list[Any]:
        """The place, and the person beside it."""
        return [record, record.person]

    def _person(self) -> PersonForm | None:
        if not Person.objects.visible_to(self.person, "change").filter(pk=self.contact.person_id).exists():
            return None
        return self.person_form(record=self.contact.person)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Check both forms before either counts."""
        form, person = self.get_form(), self._person()
        valid = form.is_valid()
        if person is not None:
            valid = person.is_valid() and valid
        return self.form_valid(form) if valid else self.form_invalid(form)

    def perform(self, form: Any) -> str:
        """Save both and go to the people."""
        person = self._person()
        with transaction.atomic():
            if person is not None and person.is_valid():
                update_person(
                    self.contact.person,
                    person.values,
                    by=self.person,
                    version=person.seen_version,
                )
            update_contact(self.contact, form.values, by=self.person, version=form.seen_version)
        return next_url(self.request, self.cancel_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the form of the person."""
        return super().get_context_data(person_form=self._person(), contact=self.contact, **kwargs)


class ContactEnd(ContactPage):
    """Somebody leaves."""

    required_right = ("change", Contact)
    form_class = EndContactForm
    submit_label = gettext_lazy("End contact")
    success_message = gettext_lazy("Contact ended.")
    form_columns = 1

    @cached_property
    def contact(self) -> Contact:
        """The current place, if the person may change it."""
        rows = Contact.objects.current().select_related("person", "customer")
        found: Contact = fetch(self.request, rows, self.kwargs["pk"], "change")
        return found

    def back(self) -> Customer:
        """The customer."""
        return self.contact.customer

    def perform(self, form: EndContactForm) -> str:
        """End the place."""
        end_contact(
            self.contact,
            on=form.cleaned_data["on"],
            reason=form.cleaned_data["reason"],
            by=self.person,
        )
        return next_url(self.request, self.cancel_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say who leaves where."""
        names = {"person": self.contact.person.name, "customer": self.contact.customer.name}
        return super().get_context_data(
            title=_("%(person)s leaves %(customer)s") % names,
            intro=_("The place stays in the history; tasks and interactions keep the name."),
            **kwargs,
        )


class ContactMove(ContactPage):
    """Somebody changes job."""

    required_right = ("change", Contact)
    form_class = ChangeJobForm
    submit_label = gettext_lazy("Change job")
    success_message = gettext_lazy("Job changed.")

    @cached_property
    def contact(self) -> Contact:
        """The current place, if the person may change it."""
        rows = Contact.objects.current().select_related("person", "customer")
        found: Contact = fetch(self.request, rows, self.kwargs["pk"], "change")
        return found

    def back(self) -> Customer:
        """The customer that is left."""
        return self.contact.customer

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the person and the old employer; attitude and influence go along."""
        same = {
            "influence": self.contact.influence,
            "attitude": self.contact.attitude,
            "role": self.contact.role,
        }
        return {"user": self.person, "customer": self.contact.customer, "initial": same}

    def perform(self, form: ChangeJobForm) -> str:
        """End the old place, begin the new one, and go to the new customer."""
        new = form.cleaned_data["to_customer"]
        customer = customer_for(self.request, new.pk, "add", Contact)
        change_job(
            self.contact,
            to_customer=customer,
            data=form.place,
            on=form.cleaned_data["on"],
            by=self.person,
        )
        return reverse("customers:customer-contacts", args=[customer.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say who moves."""
        return super().get_context_data(
            title=_("%(person)s changes job") % {"person": self.contact.person.name}, **kwargs
        )
