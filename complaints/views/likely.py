"""Likely next complainers: the list, how good it is, the panel of a customer, and the task to call."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from complaints.choices.foresight import Sign
from complaints.domain.forecasts.calling import plan_call
from complaints.filters.foresight import LikelyFilterSet
from complaints.models import Forecast, LikelyComplainer
from complaints.rules import can_call
from complaints.sorting.foresight import LIKELY_SORTS
from core.access import can
from core.errors import DomainError
from core.views.base import RightsMixin, next_url, render_page
from core.views.lists import ListPage
from customers.models import Customer, Task
from customers.views.base import RecordFilters, fetch, user_of

NAV = "complaints"


class LikelyList(RecordFilters, ListPage):
    """Customers of the latest run, the likeliest first."""

    model = LikelyComplainer
    filterset_class = LikelyFilterSet
    template_name = "complaints/likely_list.html"
    sort_keys = LIKELY_SORTS
    default_sort = "place"
    export_key = "complaints.likely"
    nav_current = NAV

    def rows(self) -> Any:
        """Only those of the latest run."""
        rows: Any = super().rows()
        return rows.of_latest_run()

    def extra_context(self) -> dict[str, Any]:
        """Add the run, and whether the person may give tasks."""
        return {
            "forecast": Forecast.objects.newest_first().first(),
            "may_call": can(self.person, "add", Task),
        }


class ForecastDetail(RightsMixin, View):
    """How the latest scores were made, and how good they were on customers whom they had not seen."""

    required_right = ("view", Forecast)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show figures, calibration and weights; without a run, that there is none."""
        forecast = Forecast.objects.visible_to(user_of(request)).newest_first().first()
        context = {
            "forecast": forecast,
            "judged": _judged(forecast),
            "signs": _signs(forecast),
            "runs": Forecast.objects.visible_to(user_of(request)).newest_first()[:10],
            "nav_current": NAV,
        }
        return render_page(request, "complaints/forecast_detail.html", context)


def _judged(forecast: Forecast | None) -> dict[str, Any] | None:
    """Return what was measured of what is in use; None while there is nothing to measure."""
    if forecast is None:
        return None
    found: dict[str, Any] | None = forecast.figures.get("model" if forecast.is_fitted else "rule")
    return found


def _signs(forecast: Forecast | None) -> list[tuple[Any, float, str]]:
    """Return (sign, weight or points, width of its bar), the weightiest first."""
    if forecast is None:
        return []
    labels: dict[str, Any] = dict(Sign.choices)
    if forecast.is_fitted:
        found = {key: row["weight"] for key, row in forecast.weights["columns"].items()}
    else:
        found = {key: row["points"] for key, row in forecast.weights.get("points", {}).items()}
    most = max((abs(weight) for weight in found.values()), default=0.0) or 1.0
    ranked = sorted(found.items(), key=lambda pair: (-abs(pair[1]), pair[0]))
    return [(labels.get(key, key), weight, f"{abs(weight) / most * 100:.1f}") for key, weight in ranked]


class CustomerLikely(RightsMixin, View):
    """Whether the latest run lists a customer, pulled into the customer's page."""

    required_right = ("view", LikelyComplainer)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show score and reasons; where the run does not list the customer, nothing at all."""
        user = user_of(request)
        customer = fetch(request, Customer.objects.all(), pk)
        rows = LikelyComplainer.objects.visible_to(user).of_latest_run().for_list()
        context = {
            "customer": customer,
            "row": rows.filter(customer=customer).first(),
            "may_call": can(user, "add", Task),
        }
        return render(request, "complaints/likely_panel.html", context)


class LikelyCall(RightsMixin, View):
    """Give the customer's owner the task to call, once for each run."""

    required_right = ("add", Task)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make the task and go back."""
        row: LikelyComplainer = fetch(request, LikelyComplainer.objects.for_list(), pk)
        if not can_call(user_of(request), row):
            raise Http404
        try:
            task = plan_call(row, by=user_of(request))
        except DomainError as error:
            messages.error(request, str(error))
        else:
            text = _("Task for %(owner)s: %(title)s") % {"owner": task.owner, "title": task.title}
            messages.success(request, text)
        return redirect(next_url(request, reverse("complaints:likely-list")))
