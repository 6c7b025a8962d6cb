"""Suggestions for what a case is about."""

from __future__ import annotations

from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View

from complaints.forms.pickers import subject_label
from complaints.models import Complaint
from core.access import can
from core.views.base import Right, RightsMixin
from customers.models import Order, Product
from customers.views.options import OPTIONS_SHOWN, typed

#: Orders are found by the beginning of their number.
ORDERS_SHOWN = 5


class SubjectOptions(RightsMixin, View):
    """The first few products by code or name, and orders by number, that the person sees."""

    required_right: ClassVar[Right] = ("view", Complaint)
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer <option> elements."""
        text = typed(request).partition("·")[0].strip()
        found: list[tuple[str, str]] = []
        if text and can(self.person, "view", Product):
            products = Product.objects.visible_to(self.person).matching(text, self.person)
            found += [(subject_label(row), "") for row in products.order_by("name", "pk")[:OPTIONS_SHOWN]]
        if text and can(self.person, "view", Order):
            orders = Order.objects.visible_to(self.person).filter(number__istartswith=text)
            rows = orders.select_related("customer").order_by("number")[:ORDERS_SHOWN]
            found += [(subject_label(row), str(row.ordered_on)) for row in rows]
        return render(request, "customers/options.html", {"options": found})
