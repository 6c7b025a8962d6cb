"""The daily TOP 3: the archive and one day."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views import View

from complaints.domain.reports import named_causes, named_ranks
from complaints.filters.learning import ReportFilterSet
from complaints.models import DailyReport
from complaints.sorting.learning import REPORT_SORTS
from complaints.views.base import NAV
from core.views.base import RightsMixin, render_page
from core.views.lists import ListPage
from customers.views.base import RecordFilters, fetch


class ReportList(RecordFilters, ListPage):
    """The reports, the latest first."""

    model = DailyReport
    filterset_class = ReportFilterSet
    template_name = "complaints/report_list.html"
    sort_keys = REPORT_SORTS
    default_sort = "-day"
    nav_current = NAV


class ReportDetail(RightsMixin, View):
    """One day."""

    required_right = ("view", DailyReport)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the ranks with the way to their cases."""
        report: DailyReport = fetch(request, DailyReport.objects.all(), pk)
        context = {
            "report": report,
            "ranks": named_ranks(report),
            "causes": named_causes(report),
            "nav_current": NAV,
        }
        return render_page(request, "complaints/report_detail.html", context)
