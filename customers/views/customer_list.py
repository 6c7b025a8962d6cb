"""The customer list."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from core.access import can
from core.views.lists import ListPage
from customers.filters import CustomerFilterSet
from customers.models import Customer, Metrics, Order, Task
from customers.sorting import CUSTOMER_SORTS, customer_sorts
from customers.views.base import RecordFilters, user_of
from customers.views.rhythms import LIST_DAYS, rhythms_of


class CustomerList(RecordFilters, ListPage):
    """All customers in reach, sorted by what is at stake."""

    model = Customer
    filterset_class = CustomerFilterSet
    template_name = "customers/customer_list.html"
    sort_keys = CUSTOMER_SORTS
    default_sort = "-stake"
    export_key = "customers.customer"
    nav_current = "customers"
    shows_all_visible = True

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Who may not see figures does not sort by them either: an order is a figure too."""
        super().setup(request, *args, **kwargs)
        self.sees_figures = can(user_of(request), "view", Metrics)
        self.sort_keys, self.default_sort = customer_sorts(user_of(request))  # type: ignore[misc]

    def rows(self) -> QuerySet[Customer]:
        """Customers with their figures and those of their open tasks that the person may see."""
        user = self.person
        tasks = Task.objects.visible_to(user).open().soonest_first()
        rows = Customer.objects.visible_to(user).select_related("owner", "team", "metrics", "totals")
        return rows.prefetch_related(Prefetch("tasks", queryset=tasks, to_attr="open_tasks"))

    def extra_context(self) -> dict[str, Any]:
        """Add the views, and what the rows need beyond themselves."""
        user = self.person
        bin_url = (
            f"{reverse('core:recycle-bin')}?kind=customers.customer" if can(user, "restore", Customer) else ""
        )
        return {
            "bin_url": bin_url,
            "today": timezone.localdate(),
            "sees_figures": self.sees_figures,
            "sees_orders": can(user, "view", Order),
            "may_add": can(user, "add", Customer),
            "may_import": can(user, "import", Customer),
        }

    def get_context(self) -> dict[str, Any]:
        """Give each row its rhythm."""
        context = super().get_context()
        if context["sees_orders"]:
            rhythms = rhythms_of(context["page"].rows, today=context["today"], days=LIST_DAYS)
            for row in context["page"].rows:
                row.rhythm = rhythms[row.pk]
        return context
