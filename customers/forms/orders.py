"""Forms of orders, their lines and refunds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.forms import VersionMixin
from core.people import offer_people
from customers.choices import OrderState
from customers.forms.base import RecordForm, people_choices
from customers.forms.pickers import CustomerPicker
from customers.models import Order, OrderLine, Product

LINES_AT_FIRST = 1
MOST_LINES = 200


class OrderForm(VersionMixin, RecordForm):
    """The head of an order."""

    customer = CustomerPicker(label=_("Customer"))

    class Meta:
        model = Order
        fields = ["customer", "number", "ordered_on", "state", "currency", "amount", "seats", "owner", "note"]
        widgets = {"note": forms.TextInput(attrs={"data-wide": "1"})}

    def __init__(self, *args: Any, base_currency: str, **kwargs: Any) -> None:
        given = kwargs.get("initial") or {}
        super().__init__(*args, **kwargs)
        self.fields["customer"].user = self.user  # type: ignore[attr-defined]
        offer_people(self.fields["owner"], people_choices())
        self.fields["number"].required = False
        self.fields["number"].help_text = _("Empty: the next free number.")
        self.fields["amount"].required = False
        self.fields["amount"].help_text = _("Empty: the sum of the lines.")
        if self.instance.pk is None:
            self._begin(base_currency, given)
        else:
            # The customer stays, and the state moves by its own buttons.
            del self.fields["state"], self.fields["customer"]
            self.fields["number"].disabled = True

    def _begin(self, base_currency: str, given: dict[str, Any]) -> None:
        """A new order is of today, in base currency, sold by who enters it, and counts."""
        states = (OrderState.CONFIRMED, OrderState.DRAFT)
        self.fields["state"].choices = [(state.value, state.label) for state in states]  # type: ignore[attr-defined]
        self.initial = {
            "ordered_on": timezone.localdate(),
            "currency": base_currency,
            "owner": self.user.pk,
            "state": OrderState.CONFIRMED,
            **given,
        }

    def _get_validation_exclusions(self) -> set[str]:
        return {*super()._get_validation_exclusions(), "amount", "counts_on", "amount_base", "customer"}  # type: ignore[misc]

    def clean_amount(self) -> Decimal | None:
        """Money back is a refund, not a negative order."""
        amount: Decimal | None = self.cleaned_data["amount"]
        if amount is not None and amount < 0:
            raise forms.ValidationError(
                _("An order brings money. Record money given back as a refund of the order.")
            )
        return amount


class OrderLineForm(forms.ModelForm):  # type: ignore[type-arg]
    """One position; without a price the list price is taken."""

    class Meta:
        model = OrderLine
        fields = ["product", "description", "quantity", "unit_price", "discount"]

    def __init__(self, *args: Any, products: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product"].queryset = products  # type: ignore[attr-defined]
        self.fields["unit_price"].required = False
        self.fields["discount"].required = False
        for field in self.fields.values():
            is_select = isinstance(field.widget, forms.Select)
            field.widget.attrs["class"] = "form-select" if is_select else "form-control"

    def _post_clean(self) -> None:
        """Leave the constraints to the domain: a line without an order cannot be checked here."""

    def clean(self) -> dict[str, Any]:
        """A line names something, sells a positive number of it, at a price of zero or more."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.has_changed() or values.get("DELETE"):
            return values
        if not values.get("product") and not values.get("description"):
            self.add_error("product", _("Choose a product, or describe the position."))
        if values.get("unit_price") is None and not values.get("product") and "unit_price" not in self.errors:
            self.add_error("unit_price", _("A position without a product needs a price."))
        self._check_figures(values)
        return values

    def _check_figures(self, values: dict[str, Any]) -> None:
        if (quantity := values.get("quantity")) is not None and quantity <= 0:
            self.add_error("quantity", _("The quantity must be above zero."))
        if (price := values.get("unit_price")) is not None and price < 0:
            self.add_error("unit_price", _("A price cannot be negative."))
        if (discount := values.get("discount")) is not None and not 0 <= discount <= 100:
            self.add_error("discount", _("A discount is between 0 and 100 %."))


class LineFormSet(forms.BaseFormSet):  # type: ignore[type-arg]
    """The lines; each with a box to take it away."""

    def add_fields(self, form: Any, index: int | None) -> None:
        """Give the box the look of the others."""
        super().add_fields(form, index)
        form.fields["DELETE"].widget.attrs["class"] = "form-check-input"


OrderLineFormSet = forms.formset_factory(
    OrderLineForm,
    formset=LineFormSet,
    extra=LINES_AT_FIRST,
    can_delete=True,
    max_num=MOST_LINES,
    absolute_max=MOST_LINES,
)


def line_products(*, used: list[int] | None = None) -> Any:
    """Products that a line may name: those on sale, and those that the order has already."""
    products = Product.objects.on_sale()
    if used:
        products = products | Product.objects.filter(pk__in=used)
    return products.order_by("name", "id")


class RefundForm(forms.Form):
    """Money given back."""

    amount = forms.DecimalField(
        label=_("Amount given back"), min_value=Decimal("0.01"), max_digits=16, decimal_places=2
    )
    on = forms.DateField(label=_("Date"))
    note = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, left: Decimal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].initial = left
        self.fields["on"].initial = timezone.localdate()


class ReasonForm(forms.Form):
    """Why something is taken back."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
