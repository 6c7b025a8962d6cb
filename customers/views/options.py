"""Suggestions for pickers."""

from __future__ import annotations

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View

from core.views.base import RightsMixin
from customers.forms.pickers import customer_label, person_label
from customers.models import Contact, Customer, Person
from customers.views.base import user_of

OPTIONS_SHOWN = 12


class CustomerOptions(RightsMixin, View):
    """Suggestions for a customer picker: the first few whose name or code holds what was typed."""

    required_right = ("view", Customer)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer <option> elements."""
        text = typed(request).partition("·")[0].strip()
        user = user_of(request)
        rows = Customer.objects.visible_to(user).matching(text, user)
        found = (
            [(customer_label(row), row.city) for row in rows.order_by("name", "pk")[:OPTIONS_SHOWN]]
            if text
            else []
        )
        return render(request, "customers/options.html", {"options": found})


def typed(request: HttpRequest) -> str:
    """Return what stands in the field that asks; it travels under the name of the field."""
    text = request.GET.get(request.GET.get("of", "q"), "")
    return text.replace("\0", "").strip()[:100]  # PostgreSQL holds no NUL


class PersonOptions(RightsMixin, View):
    """Suggestions for a person picker."""

    required_right = ("view", Person)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer <option> elements, each with where the person works."""
        text = typed(request).partition("·")[0].strip()
        user = user_of(request)
        places = Contact.objects.visible_to(user).current().select_related("customer")
        rows = Person.objects.visible_to(user).matching(text, user) if text else Person.objects.none()
        rows = rows.prefetch_related(Prefetch("contacts", queryset=places, to_attr="places")).order_by(
            "name", "pk"
        )
        found = [
            (person_label(row), ", ".join(place.customer.name for place in row.places))
            for row in rows[:OPTIONS_SHOWN]
        ]
        return render(request, "customers/options.html", {"options": found})
