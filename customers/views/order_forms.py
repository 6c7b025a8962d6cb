"""Entering and changing orders with their lines.

Lines are added on the server, so the page works without a script: the button "Add line" sends the form
back with one line more, and choosing a product with a script fills in its list price.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.forms import BaseFormSet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.access import can
from core.errors import DomainError
from core.views.base import number_in, render_page
from customers.choices import OrderState
from customers.domain.orders import create_order, update_order
from customers.forms.orders import MOST_LINES, OrderForm, OrderLineFormSet, line_products
from customers.models import Customer, Order, Price, Product
from customers.views.base import CustomerFormPage, base_currency_of, customer_for, fetch

PREFIX = "lines"
LINE_FIELDS = ("product", "description", "quantity", "unit_price", "discount")


class OrderFormPage(CustomerFormPage):
    """What entering and changing share: the lines below the head."""

    form_class = OrderForm
    template_name = "customers/order_form.html"
    nav_current = "orders"

    def stored_lines(self) -> list[dict[str, Any]]:
        """The lines that the order has, as initial values."""
        return []

    def save(self, form: OrderForm, lines: list[dict[str, Any]] | None) -> Order:
        """Call the domain."""
        raise NotImplementedError

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the person and the currency to begin with."""
        return {"user": self.person, "base_currency": base_currency_of(self.request)}

    @cached_property
    def products(self) -> Any:
        """Products that lines may name: read once for all lines."""
        used = [line["product"] for line in self.stored_lines() if line.get("product")]
        return line_products(used=used)

    def formset(
        self, data: Any = None, initial: list[dict[str, Any]] | None = None, extra: int = 1
    ) -> BaseFormSet[Any]:
        """The lines, bound to what was sent or filled with what is stored."""
        made = OrderLineFormSet(data, prefix=PREFIX, initial=initial, form_kwargs={"products": self.products})
        made.extra = extra
        share_choices(made, self.request.get_full_path())
        return made

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the form."""
        stored = self.stored_lines()
        formset = self.formset(initial=stored, extra=0 if stored else 1)
        return self.render_to_response(self.get_context_data(formset=formset))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Add a line, fill in a price, or save."""
        if "add_line" in request.POST or "fill_price" in request.POST:
            return self._again()
        form = self.get_form()
        formset = self.bound_formset = self.formset(request.POST)
        if not (form.is_valid() & formset.is_valid()):
            return self.form_invalid(form)
        self.line_forms = [
            line for line in formset if line.has_changed() and not line.cleaned_data.get("DELETE")
        ]
        return self.form_valid(form)

    def perform(self, form: OrderForm) -> str:
        """Hand over head and lines; what the domain says of a line is shown at that line."""
        try:
            order = self.save(form, [line_values(line) for line in self.line_forms])
        except DomainError as refusal:
            self._place_at_lines(refusal)
            raise
        return order.get_absolute_url()

    def _place_at_lines(self, refusal: DomainError) -> None:
        for name, text in refusal.fields.items():
            parts = name.split(".")
            if (
                len(parts) == 3
                and parts[0] == "lines"
                and parts[1].isdigit()
                and int(parts[1]) < len(self.line_forms)
            ):
                line = self.line_forms[int(parts[1])]
                line.add_error(parts[2] if parts[2] in line.fields else None, text)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the lines."""
        kwargs.setdefault("formset", getattr(self, "bound_formset", None))
        return super().get_context_data(**kwargs)

    def _again(self) -> HttpResponse:
        """Show what was typed, unchecked, with a line more or with a price filled in."""
        lines = self._typed_lines()
        if "add_line" in self.request.POST and len(lines) < MOST_LINES:
            lines.append({"quantity": "1"})
        wanted = number_in(self.request.POST.get("fill_price", ""))
        if wanted is not None and wanted < len(lines):
            self._fill_price(lines[wanted])
        typed = {key: value for key, value in self.request.POST.items() if not key.startswith(f"{PREFIX}-")}
        form = OrderForm(**{**self.form_arguments(), "initial": typed})
        context = self.get_context_data(form=form, formset=self.formset(initial=lines, extra=0))
        return render_page(self.request, self.template_name, context, partial="lines")

    def _typed_lines(self) -> list[dict[str, Any]]:
        number = min(number_in(self.request.POST.get(f"{PREFIX}-TOTAL_FORMS", "")) or 0, MOST_LINES)
        lines = []
        for place in range(number):
            line = {name: self.request.POST.get(f"{PREFIX}-{place}-{name}", "") for name in LINE_FIELDS}
            if not self.request.POST.get(f"{PREFIX}-{place}-DELETE"):
                lines.append(line)
        return lines

    def _fill_price(self, line: dict[str, Any]) -> None:
        product = Product.objects.visible_to(self.person).filter(pk=line["product"] or 0).first()
        if product is None:
            return
        currency = self.request.POST.get("currency", "")
        price = Price.objects.in_force(product, currency, self._typed_day())
        line["unit_price"] = "" if price is None else str(price)

    def _typed_day(self) -> date:
        try:
            return parse_date(self.request.POST.get("ordered_on", "")) or timezone.localdate()
        except ValueError:
            return timezone.localdate()


def share_choices(formset: BaseFormSet[Any], address: str) -> None:
    """Let all lines use one list of products (one query), and a chosen product fill in its list price."""
    choices: list[Any] | None = None
    for place, form in enumerate(formset.forms):
        field = form.fields["product"]
        choices = choices if choices is not None else list(field.choices)
        field.widget.choices = choices
        field.widget.attrs |= {
            "hx-post": address,
            "hx-vals": json.dumps({"fill_price": place}),
            "hx-trigger": "change",
            "hx-target": "#order-lines",
            "hx-swap": "outerHTML",
        }


def line_values(form: Any) -> dict[str, Any]:
    """Return a line as the domain takes it; a price left out is left out."""
    values = {name: form.cleaned_data.get(name) for name in LINE_FIELDS}
    return {name: value for name, value in values.items() if value is not None}


class OrderCreate(OrderFormPage):
    """A new order."""

    required_right = ("add", Order)
    title = gettext_lazy("New order")
    submit_label = gettext_lazy("Save order")
    success_message = gettext_lazy("Order saved.")
    once = True

    @cached_property
    def customer(self) -> Customer | None:
        """The customer that the page was opened for."""
        asked = number_in(self.request.GET.get("customer", ""))
        return customer_for(self.request, asked, "add", Order) if asked is not None else None

    def form_arguments(self) -> dict[str, Any]:
        """Begin with the customer."""
        return {**super().form_arguments(), "initial": {"customer": self.customer} if self.customer else {}}

    def save(self, form: OrderForm, lines: list[dict[str, Any]] | None) -> Order:
        """Make the order."""
        values = {
            name: value for name, value in form.values.items() if value not in (None, "") or name == "owner"
        }
        customer = values.pop("customer")
        customer_for(self.request, customer.pk, "add", Order)
        return create_order(customer, values, lines=lines or (), by=self.person)

    def cancel_url(self) -> str:
        """Back to the customer, or to the list."""
        return self.customer.get_absolute_url() if self.customer else reverse("customers:order-list")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the way here."""
        crumbs = [(_("Orders"), reverse("customers:order-list"))]
        if self.customer is not None:
            crumbs = [
                (_("Customers"), reverse("customers:customer-list")),
                (self.customer.name, self.cancel_url()),
            ]
        return super().get_context_data(
            crumbs=crumbs, may_add_product=can(self.person, "add", Product), **kwargs
        )


class OrderUpdate(OrderFormPage):
    """Changing an order."""

    required_right = ("change", Order)
    submit_label = gettext_lazy("Save changes")
    success_message = gettext_lazy("Changes saved.")

    @cached_property
    def order(self) -> Order:
        """The order, if the person may change it."""
        rows = Order.objects.select_related("customer", "owner").exclude(state=OrderState.CANCELLED)
        found: Order = fetch(self.request, rows, self.kwargs["pk"], "change")
        return found

    def conflict_record(self) -> Order:
        """The order."""
        return self.order

    def stored_lines(self) -> list[dict[str, Any]]:
        """The lines as they stand."""
        return self._stored

    @cached_property
    def _stored(self) -> list[dict[str, Any]]:
        return list(self.order.lines.values(*LINE_FIELDS))

    def form_arguments(self) -> dict[str, Any]:
        """Begin with the order; with lines its amount is their sum."""
        arguments = {**super().form_arguments(), "record": self.order}
        if self._stored:
            arguments["initial"] = {"amount": None}
        return arguments

    def save(self, form: OrderForm, lines: list[dict[str, Any]] | None) -> Order:
        """Write the changes."""
        values = {name: value for name, value in form.values.items() if name != "number"}
        if values.get("amount") is None:
            values.pop("amount", None)
        sent = lines if lines or self._stored else None
        return update_order(self.order, values, lines=sent, by=self.person, version=form.seen_version)

    def cancel_url(self) -> str:
        """Back to the order."""
        return reverse("customers:order-detail", args=[self.kwargs["pk"]])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the way here."""
        crumbs = [(_("Orders"), reverse("customers:order-list")), (self.order.number, self.cancel_url())]
        return super().get_context_data(
            title=_("Edit order %(number)s") % {"number": self.order.number},
            crumbs=crumbs,
            order=self.order,
            **kwargs,
        )
