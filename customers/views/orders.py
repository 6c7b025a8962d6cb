"""Orders: listed, shown, confirmed, cancelled, given back, deleted and restored."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import TemplateView

from core.access import can
from core.display import format_money
from core.models import AuditEntry
from core.views.base import ConfirmPage, RightsMixin, next_url
from core.views.lists import ListPage
from customers.choices import OrderState
from customers.domain.orders import cancel_order, confirm_order, delete_order, refund_order, restore_order
from customers.domain.refunds import given_back
from customers.filters import OrderFilterSet
from customers.forms.orders import ReasonForm, RefundForm
from customers.history import shown_changes
from customers.models import Customer, Order, Product
from customers.rules import can_be_refunded, can_move_order
from customers.sorting import ORDER_SORTS
from customers.views.base import CustomerFormPage, RecordFilters, fetch, user_of, within_reach

HISTORY_SHOWN = 30


class OrderList(RecordFilters, ListPage):
    """All orders and refunds in reach."""

    model = Order
    filterset_class = OrderFilterSet
    template_name = "customers/order_list.html"
    sort_keys = ORDER_SORTS
    default_sort = "-date"
    export_key = "customers.order"
    nav_current = "orders"

    def extra_context(self) -> dict[str, Any]:
        """Add the views and what the person may do."""
        user = self.person
        return {
            "bin_url": f"{reverse('core:recycle-bin')}?kind=customers.order"
            if can(user, "delete", Order)
            else "",
            "may_add": can(user, "add", Order),
            "may_import": can(user, "import", Order),
            "may_see_products": can(user, "view", Product),
        }


class OrderDetail(RightsMixin, TemplateView):
    """One order: its lines, what was given back, who changed what."""

    required_right = ("view", Order)
    template_name = "customers/order_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read the order and what belongs to it."""
        request, user = self.request, self.person
        rows = Order.objects.select_related(
            "customer__owner", "customer__team", "owner", "refund_of", "created_by"
        )
        order: Order = fetch(request, rows, self.kwargs["pk"])
        history = [
            (entry, shown_changes(Order, _readable(entry.changes)))
            for entry in AuditEntry.objects.about(order).select_related("actor")[:HISTORY_SHOWN]
        ]
        return super().get_context_data(
            order=order,
            customer=order.customer,
            lines=list(order.lines.select_related("product")),
            refunds=list(Order.objects.visible_to(user).filter(refund_of=order).order_by("ordered_on", "pk")),
            left=order.amount - given_back(order)[0] if order.kind == "order" else None,
            history=history,
            may=self._may(order),
            nav_current="orders",
            **kwargs,
        )

    def _may(self, order: Order) -> dict[str, bool]:
        def reach(action: str) -> bool:
            return within_reach(self.person, action, Order, order.customer)

        open_order = order.state != OrderState.CANCELLED
        return {
            "edit": reach("change") and open_order,
            "confirm": reach("change") and can_move_order(order, OrderState.CONFIRMED),
            "cancel": reach("change") and can_move_order(order, OrderState.CANCELLED),
            "refund": reach("refund") and can_be_refunded(order),
            "delete": reach("delete"),
        }


def _readable(changes: dict[str, Any]) -> dict[str, Any]:
    """Leave out the columns that follow from others."""
    return {
        field: pair for field, pair in changes.items() if field not in {"counts_on", "rate", "amount_base"}
    }


class OneOrder:
    """A page about one order that the person may do something to."""

    action: str = "change"
    nav_current = "orders"

    @cached_property
    def order(self) -> Order:
        """The order, if within reach of the action."""
        rows = Order.objects.select_related("customer", "owner", "refund_of")
        found: Order = fetch(self.request, rows, self.kwargs["pk"], self.action)  # type: ignore[attr-defined]
        return found

    def order_url(self) -> str:
        """The page of the order."""
        return reverse("customers:order-detail", args=[self.kwargs["pk"]])  # type: ignore[attr-defined]

    def crumbs(self) -> list[tuple[str, str]]:
        """The way here."""
        return [(_("Orders"), reverse("customers:order-list")), (self.order.number, self.order_url())]


class OrderRefund(OneOrder, CustomerFormPage):
    """Giving money back."""

    required_right = ("refund", Order)
    action = "refund"
    form_class = RefundForm
    submit_label = gettext_lazy("Record refund")
    success_message = gettext_lazy("Refund recorded.")
    once = True
    form_columns = 1

    @cached_property
    def left(self) -> Any:
        """What is left to give back."""
        return self.order.amount - given_back(self.order)[0]

    def form_arguments(self) -> dict[str, Any]:
        """Offer what is left."""
        return {"left": self.left}

    def perform(self, form: RefundForm) -> str:
        """Record it and show the order."""
        values = form.cleaned_data
        refund_order(self.order, values["amount"], on=values["on"], note=values["note"], by=self.person)
        return self.order_url()

    def cancel_url(self) -> str:
        """Back to the order."""
        return self.order_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what is left."""
        left = format_money(self.left, self.order.currency)
        return super().get_context_data(
            title=_("Refund of %(number)s") % {"number": self.order.number},
            intro=_("%(left)s is left to give back. The refund counts on the day of the order.")
            % {"left": left},
            crumbs=self.crumbs(),
            **kwargs,
        )


class OrderCancel(OneOrder, CustomerFormPage):
    """Taking an order out of all figures."""

    required_right = ("change", Order)
    form_class = ReasonForm
    submit_label = gettext_lazy("Cancel order")
    success_message = gettext_lazy("Order cancelled.")
    form_columns = 1

    def perform(self, form: ReasonForm) -> str:
        """Cancel and show the order."""
        cancel_order(self.order, reason=form.cleaned_data["reason"], by=self.person)
        return self.order_url()

    def cancel_url(self) -> str:
        """Back to the order."""
        return self.order_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what follows."""
        return super().get_context_data(
            title=_("Cancel order %(number)s?") % {"number": self.order.number},
            intro=_("It no longer counts in any figure. This cannot be undone; a new order can be entered."),
            crumbs=self.crumbs(),
            danger=True,
            **kwargs,
        )


class OrderConfirm(OneOrder, RightsMixin, View):
    """A draft becomes an order."""

    required_right = ("change", Order)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Confirm and show the order."""
        confirm_order(self.order, by=user_of(request))
        messages.success(request, _("Order confirmed."))
        return redirect(self.order_url())


class OrderDelete(OneOrder, ConfirmPage):
    """Into the recycle bin."""

    required_right = ("delete", Order)
    action = "delete"
    success_message = gettext_lazy("Moved to the recycle bin.")

    def question(self) -> dict[str, Any]:
        """Say what follows."""
        return {
            "title": _("Delete order %(number)s?") % {"number": self.order.number},
            "message": _(
                "It goes to the recycle bin and no longer counts in any figure."
                " It can be restored at any time."
            ),
            "confirm_label": _("Delete order"),
            "cancel_url": self.order_url(),
        }

    def perform(self) -> str:
        """Delete and go to the list."""
        delete_order(self.order, by=self.person)
        return next_url(self.request, reverse("customers:order-list"))


class OrderRestore(RightsMixin, View):
    """Out of the recycle bin again."""

    required_right = ("delete", Order)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Restore and show the order."""
        rows = Order.objects.in_reach(user_of(request), "delete").filter(
            deleted_at__isnull=False, customer__in=Customer.objects.visible_to(user_of(request))
        )
        order = rows.select_related("customer", "refund_of").filter(pk=pk).first()
        if order is None:
            raise Http404
        restore_order(order, by=user_of(request))
        messages.success(request, _("Order %(number)s is back.") % {"number": order.number})
        return redirect("customers:order-detail", pk)
