"""The price list: products, their prices, and when they hold."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import TemplateView

from core.access import can
from core.views.base import ConfirmPage, RightsMixin
from core.views.lists import ListPage
from customers.domain.products import create_product, delete_price, delete_product, set_price, update_product
from customers.filters import ProductFilterSet
from customers.forms.products import PriceForm, ProductForm
from customers.lists import products_of
from customers.models import Price, Product
from customers.sorting import PRODUCT_SORTS
from customers.views.base import CustomerFormPage, RecordFilters, base_currency_of, fetch, user_of


class ProductList(RecordFilters, ListPage):
    """What is sold, with the price in base currency that holds today."""

    model = Product
    filterset_class = ProductFilterSet
    template_name = "customers/product_list.html"
    sort_keys = PRODUCT_SORTS
    default_sort = "name"
    export_key = "customers.product"
    nav_current = "orders"

    def rows(self) -> QuerySet[Product]:
        """Products with today's price."""
        rows: QuerySet[Product] = products_of(self.person, base=base_currency_of(self.request))
        return rows

    def extra_context(self) -> dict[str, Any]:
        """What the person may do."""
        return {
            "may_add": can(self.person, "add", Product),
            "may_import": can(self.person, "import", Product),
        }


class ProductDetail(RightsMixin, TemplateView):
    """One product and all its prices."""

    required_right = ("view", Product)
    template_name = "customers/product_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Mark the price of each currency that holds today."""
        user, today = self.person, timezone.localdate()
        product: Product = fetch(self.request, Product.objects.all(), self.kwargs["pk"])
        prices = list(product.prices.order_by("currency", "-valid_from"))
        in_force: dict[str, int] = {}
        for price in prices:
            if price.valid_from <= today:
                in_force.setdefault(price.currency, price.pk)
        return super().get_context_data(
            product=product,
            prices=prices,
            in_force=set(in_force.values()),
            today=today,
            may_change=can(user, "change", Product),
            may_delete=can(user, "delete", Product),
            nav_current="orders",
            **kwargs,
        )


class ProductPage(CustomerFormPage):
    """What the forms of products share."""

    nav_current = "orders"

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the person."""
        return {"user": self.person}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the way here."""
        crumbs = [
            (_("Orders"), reverse("customers:order-list")),
            (_("Price list"), reverse("customers:product-list")),
        ]
        return super().get_context_data(crumbs=crumbs, **kwargs)


class ProductCreate(ProductPage):
    """A new product."""

    required_right = ("add", Product)
    form_class = ProductForm
    title = gettext_lazy("New product")
    submit_label = gettext_lazy("Create product")
    success_message = gettext_lazy("Product created.")

    def perform(self, form: ProductForm) -> str:
        """Make it and go to its page, where prices are set."""
        product = create_product(form.values, by=self.person)
        return reverse("customers:product-detail", args=[product.pk])

    def cancel_url(self) -> str:
        """Back to the list."""
        return reverse("customers:product-list")


class OneProduct(ProductPage):
    """A page about one product that may be changed."""

    required_right = ("change", Product)

    @cached_property
    def product(self) -> Product:
        """The product."""
        found: Product = fetch(self.request, Product.objects.all(), self.kwargs["pk"], "change")
        return found

    def cancel_url(self) -> str:
        """Back to the product."""
        return reverse("customers:product-detail", args=[self.kwargs["pk"]])


class ProductUpdate(OneProduct):
    """Changing a product, or taking it off sale."""

    form_class = ProductForm
    title = gettext_lazy("Edit product")
    submit_label = gettext_lazy("Save changes")
    success_message = gettext_lazy("Changes saved.")

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the record."""
        return {"user": self.person, "record": self.product}

    def conflict_record(self) -> Product:
        """The product."""
        return self.product

    def perform(self, form: ProductForm) -> str:
        """Write the changes."""
        update_product(self.product, form.values, by=self.person, version=form.seen_version)
        return self.cancel_url()


class PriceCreate(OneProduct):
    """A list price from a day on."""

    form_class = PriceForm
    title = gettext_lazy("Set price")
    submit_label = gettext_lazy("Set price")
    success_message = gettext_lazy("Price set.")
    form_columns = 1

    def form_arguments(self) -> dict[str, Any]:
        """Begin with the base currency, from today."""
        return {"user": self.person, "base_currency": base_currency_of(self.request)}

    def perform(self, form: PriceForm) -> str:
        """Set it; a price of the same day is replaced."""
        values = form.values
        set_price(
            self.product,
            currency=values["currency"],
            amount=values["amount"],
            valid_from=values["valid_from"],
            by=self.person,
        )  # fmt: skip
        return self.cancel_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say of what."""
        intro = _("%(product)s. Orders made before keep their price.") % {"product": self.product.name}
        return super().get_context_data(intro=intro, **kwargs)


class PriceDelete(RightsMixin, View):
    """A price entered by mistake."""

    required_right = ("change", Product)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Remove it."""
        price = get_object_or_404(
            Price.objects.select_related("product"),
            pk=pk,
            product__in=Product.objects.visible_to(user_of(request), "change"),
        )
        delete_price(price, by=user_of(request))
        messages.success(request, _("Price removed."))
        return redirect("customers:product-detail", price.product_id)


class ProductToggle(RightsMixin, View):
    """Off sale, or on sale again."""

    required_right = ("change", Product)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Set what the button says, so that a second click changes nothing."""
        product = fetch(request, Product.objects.all(), pk, "change")
        on_sale = request.POST.get("on_sale") == "1"
        update_product(product, {"is_active": on_sale}, by=user_of(request))
        messages.success(request, _("The product is on sale.") if on_sale else _("The product is off sale."))
        return redirect("customers:product-detail", pk)


class ProductDelete(ConfirmPage):
    """A product that was never sold."""

    required_right = ("delete", Product)
    success_message = gettext_lazy("Product deleted.")
    nav_current = "orders"

    @cached_property
    def product(self) -> Product:
        """The product."""
        found: Product = fetch(self.request, Product.objects.all(), self.kwargs["pk"], "delete")
        return found

    def question(self) -> dict[str, Any]:
        """Say what follows."""
        return {
            "title": _("Delete “%(name)s”?") % {"name": self.product.name},
            "message": _(
                "It disappears with its prices. A product that stands in orders can only be taken off sale."
            ),
            "confirm_label": _("Delete product"),
            "cancel_url": reverse("customers:product-detail", args=[self.product.pk]),
        }

    def perform(self) -> str:
        """Delete and go to the list."""
        delete_product(self.product, by=self.person)
        return reverse("customers:product-list")
