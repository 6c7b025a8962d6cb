"""The record page of a customer: the finding first, then what to do, then the story."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from core.access import can
from core.lent import lent_to
from core.models import Share, User
from core.views.base import Right, RightsMixin, is_fragment
from customers.domain.family import family_totals
from customers.models import Contact, Customer, Interaction, Metrics, Order, Task, TimelineEvent
from customers.rules import is_only_lent
from customers.views.base import fetch, user_of, within_reach
from customers.views.recent import remember
from customers.views.record_rows import counted, key_people, next_task, open_tasks
from customers.views.rhythms import RECORD_DAYS, Rhythm, rhythms_of, silence_of
from customers.views.timeline import Story, read_story

ON_PAGE = ("owner", "team", "parent", "metrics", "totals")
ROWS_ON_TAB = 100
PEOPLE_SHOWN = 5
TASKS_SHOWN = 5


class RecordPage(RightsMixin, TemplateView):
    """What all tabs share: the head of the record, its tabs, and what the person may do."""

    required_right: ClassVar[Right] = ("view", Customer)
    tab: ClassVar[str] = "overview"

    @cached_property
    def customer(self) -> Customer:
        """The customer, if in reach."""
        found: Customer = fetch(
            self.request, counted(Customer.objects.select_related(*ON_PAGE), self.request), self.kwargs["pk"]
        )
        return found

    def tags(self) -> list[dict[str, Any]]:
        """The tags of the customer by name."""
        return sorted(self.customer.tag_rows or [], key=lambda tag: str(tag["name"]))  # type: ignore[attr-defined]

    def may(self) -> dict[str, bool]:
        """What the person may do with this record."""
        asked = {
            "edit": ("change", Customer), "delete": ("delete", Customer), "log": ("add", Interaction),
            "order": ("add", Order), "task": ("add", Task), "contact": ("add", Contact),
            "edit_contact": ("change", Contact), "edit_task": ("change", Task),
            "edit_log": ("change", Interaction), "add_customer": ("add", Customer),
            "see_orders": ("view", Order), "see_figures": ("view", Metrics),
        }  # fmt: skip
        may = {
            key: within_reach(self.person, action, model, self.customer)
            for key, (action, model) in asked.items()
        }
        own = within_reach(self.person, "share", Customer, self.customer)
        may["share"] = own and may["edit"] and can(self.person, "add", Share)
        may["explain"] = can(self.person, "explain", User)
        return may

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Head, tabs and rights."""
        may = self.may()
        return super().get_context_data(
            **{
                "customer": self.customer,
                "may": may,
                "borrowed": self.borrowed(),
                "tags": self.tags(),
                "tabs": self._tabs(may),
                "nav_current": "customers",
                "today": timezone.localdate(),
                "here": self.request.get_full_path(),
                **kwargs,
            }
        )

    def borrowed(self) -> str:
        """Say why somebody sees a customer of another team; nothing where their own roles reach it."""
        customer = self.customer
        if not is_only_lent(self.person, customer):
            return ""
        if customer.owner_id in lent_to(self.person).absent:
            return _("Standing in for %(name)s") % {"name": customer.owner}
        return _("Shared with you")

    def _tabs(self, may: dict[str, bool]) -> list[dict[str, Any]]:
        customer = self.customer
        tabs: list[tuple[str, str, str, int | None]] = [
            ("overview", _("Overview"), "customers:customer-detail", None),
            ("contacts", _("Contacts"), "customers:customer-contacts", customer.contact_count),  # type: ignore[attr-defined]
            ("orders", _("Orders"), "customers:customer-orders", customer.order_count),  # type: ignore[attr-defined]
            ("tasks", _("Tasks"), "customers:customer-tasks", customer.task_count),  # type: ignore[attr-defined]
            ("branches", _("Branches"), "customers:customer-branches", customer.branch_count),  # type: ignore[attr-defined]
            ("history", _("History"), "customers:customer-history", None),
        ]
        return [
            {
                "label": label,
                "url": reverse(name, args=[customer.pk]),
                "current": key == self.tab,
                "count": count,
            }
            for key, label, name, count in tabs
            if key != "orders" or may["see_orders"]
        ]


class CustomerDetail(RecordPage):
    """The overview: next step, warning, figures, timeline, panels."""

    template_name = "customers/customer_detail.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the record and remember that this person opened it."""
        response = super().get(request, *args, **kwargs)
        remember(request, response, self.customer.pk)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add everything of the overview."""
        context = super().get_context_data(**kwargs)
        today, sees_orders = context["today"], context["may"]["see_orders"]
        return {
            **context,
            "next_task": next_task(self.customer),
            "silence": silence_of(self.customer, today) if sees_orders else None,
            # Read only where the strip is drawn: beside a warning it is not.
            "rhythm": partial(self._rhythm, today) if sees_orders else None,
            "story": read_story(self.request, self.customer),
        }

    def _rhythm(self, today: date) -> Rhythm:
        return rhythms_of([self.customer], today=today, days=RECORD_DAYS)[self.customer.pk]


class CustomerPanels(RecordPage):
    """Key people and open tasks, pulled into the overview beside the timeline."""

    template_name = "customers/record_panels.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read the first few of each."""
        return super().get_context_data(
            people=list(key_people(self.request, self.customer)[:PEOPLE_SHOWN]),
            tasks=list(open_tasks(self.request, self.customer)[:TASKS_SHOWN]),
            **{**kwargs, "here": reverse("customers:customer-detail", args=[self.customer.pk])},
        )


class CustomerTimeline(RightsMixin, TemplateView):
    """The timeline alone: the next page of it, or another filter; without htmx the whole record page."""

    required_right = ("view", TimelineEvent)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer the lines."""
        customer = fetch(request, Customer.objects.all(), self.kwargs["pk"])
        if not is_fragment(request):
            query = request.GET.urlencode()
            return HttpResponseRedirect(
                f"{reverse('customers:customer-detail', args=[customer.pk])}?{query}#timeline"
            )
        story: Story = read_story(request, customer)
        part = "lines" if story.is_continued else "story"
        may = {"edit_log": within_reach(user_of(request), "change", Interaction, customer)}
        context = {"customer": customer, "story": story, "may": may}
        return render(request, f"customers/timeline.html#{part}", context)


class CustomerContacts(RecordPage):
    """Everybody at the customer, those who left included."""

    template_name = "customers/customer_contacts.html"
    tab = "contacts"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the people."""
        places = list(key_people(self.request, self.customer, current=False)[:ROWS_ON_TAB])
        return super().get_context_data(
            places=[place for place in places if place.ended_on is None],
            former=[place for place in places if place.ended_on is not None],
            **kwargs,
        )


class CustomerOrders(RecordPage):
    """The latest orders of the customer."""

    required_right: ClassVar[Right] = ("view", Order)
    template_name = "customers/customer_orders.html"
    tab = "orders"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the orders."""
        rows = Order.objects.visible_to(self.person).for_list().filter(customer=self.customer)
        found = list(rows.order_by("-ordered_on", "-pk")[: ROWS_ON_TAB + 1])
        return super().get_context_data(orders=found[:ROWS_ON_TAB], more=len(found) > ROWS_ON_TAB, **kwargs)


class CustomerTasks(RecordPage):
    """Open tasks first, then what was done."""

    template_name = "customers/customer_tasks.html"
    tab = "tasks"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the tasks."""
        rows = Task.objects.visible_to(self.person).for_list().filter(customer=self.customer)
        closed = rows.exclude(state="open").order_by("-closed_at", "-pk")
        return super().get_context_data(
            open_tasks=list(rows.open().soonest_first()[:ROWS_ON_TAB]),
            closed_tasks=list(closed[:ROWS_ON_TAB]),
            **kwargs,
        )


class CustomerBranches(RecordPage):
    """The branches in reach, and what they add up to."""

    template_name = "customers/customer_branches.html"
    tab = "branches"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the branches."""
        rows = Customer.objects.visible_to(self.person).filter(parent=self.customer)
        branches = list(
            rows.select_related("owner", "metrics", "totals").order_by("name", "pk")[:ROWS_ON_TAB]
        )
        totals = family_totals(self.customer, user=self.person) if branches else None
        return super().get_context_data(branches=branches, family=totals, **kwargs)
