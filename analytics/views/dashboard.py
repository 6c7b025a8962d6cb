"""The dashboard, what its figures mean, and the rows behind them."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views import View

from analytics.board import Board, load_board, may_compute, tiles
from analytics.cards import BUILDERS, all_charts
from analytics.choices import Period
from analytics.definitions import BY_KEY, DEFINITIONS
from analytics.domain.runs import last_order_day, local_today
from analytics.filters import FigureRowsFilterSet
from analytics.forms import RunForm
from analytics.maths.intervals import Estimate, wilson
from analytics.members import LISTED, Rows, customers_behind, with_turnover
from analytics.models import CaseTally, KpiValue, ModelFit, NightlyRun, ScoringPolicy, SegmentMap
from analytics.owners import owners_table
from analytics.scopes import Scope, scope_for, teams_for
from analytics.sorting import ROWS_SORTS
from core.access import can, reach_of
from core.domain.exports import note_file
from core.exports import harmless
from core.models import Job
from core.roles import Reach
from core.views.base import SIGNED_IN, RightsMixin, render_page
from core.views.lists import ListPage
from customers.models import Customer, Order, Tag

STALE_DAYS = 90
"""When the last order is older than this, a computation as of today would call everybody lost."""


def asked_scope(request: HttpRequest) -> Scope:
    """Return the scope that the address asks for, within the person's reach."""
    return scope_for(request.user, request.GET.get("team"), request.GET.get("tag"))  # type: ignore[arg-type]


def asked_period(request: HttpRequest) -> str:
    """Return the period that the address asks for, 12 months by default."""
    period = request.GET.get("period", Period.MONTHS_12)
    if period not in Period.values:
        raise Http404
    return period


class Dashboard(RightsMixin, View):
    """Are we keeping our customers?"""

    required_right = ("view", KpiValue)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show tiles, charts and who must act, from stored figures."""
        scope, period = asked_scope(request), asked_period(request)
        board = load_board(request.user, scope, period)  # type: ignore[arg-type]
        context: dict[str, Any] = {
            "board": board,
            "period": period,
            "periods": Period.choices,
            "scope": scope,
            "teams": teams_for(request.user),  # type: ignore[arg-type]
            "tags": Tag.objects.visible_to(request.user),  # type: ignore[arg-type]
            "all_teams": reach_of(request.user, KpiValue) == Reach.ALL,  # type: ignore[arg-type]
            "may_see_cases": can(request.user, "view", CaseTally),
            "may_see_runs": can(request.user, "view", NightlyRun),
            "may_see_policy": can(request.user, "view", ScoringPolicy),
            "may_see_maps": can(request.user, "view", SegmentMap),
            **self._computing(request),
        }
        if board is None or board.is_empty:
            context["has_orders"] = Order.objects.visible_to(request.user).exists()  # type: ignore[arg-type]
        else:
            context |= self._figures(board)
        return render_page(request, "analytics/dashboard.html", context)

    def _figures(self, board: Board) -> dict[str, Any]:
        return {
            "tiles": tiles(board),
            "charts": all_charts(board),
            "owners": owners_table(board),
            "card": model_card(board.fit, wilson(*board.warnings().hit_rate())),
        }

    def _computing(self, request: HttpRequest) -> dict[str, Any]:
        run = NightlyRun.objects.unfinished().order_by("-id").select_related("job").first()
        job = run.job if run else None
        sees_job = job is not None and Job.objects.visible_to(request.user).filter(pk=job.pk).exists()  # type: ignore[arg-type]
        may_run = may_compute(request.user)  # type: ignore[arg-type]
        found: dict[str, Any] = {"unfinished": run, "job": job if sees_job else None, "may_run": may_run}
        if may_run:
            today, last = local_today(), last_order_day()
            ended = last is not None and last < today - timedelta(days=STALE_DAYS)
            found |= {
                "run_form": RunForm(initial={"as_of": last if ended else today}),
                "history_ended": ended and last,
            }
        return found


def model_card(fit: ModelFit | None, hits: Estimate | None = None) -> dict[str, Any] | None:
    """Return what is to be said about the model: fitted or not, its window, and how it was judged."""
    if fit is None:
        return None
    found = fit.diagnostics.get("backtest")
    return {
        "fit": fit,
        "hits": hits,
        "backtest": found,
        "cut": fit.diagnostics.get("cut"),
        "gain_is_clear": bool(found) and found["auc_gain"]["low"] > 0,
        "correlation": fit.spend.get("correlation"),
        "correlation_is_high": abs(fit.spend.get("correlation") or 0) > 0.3,
        "parameters": [
            (name, fit.parameters[name]) for name in ("r", "alpha", "a", "b") if name in fit.parameters
        ],
        "percentile": fit.diagnostics.get("rules", {}).get("window_percentile"),
    }


class Definitions(RightsMixin, View):
    """What each figure means."""

    required_right = SIGNED_IN

    def get(self, request: HttpRequest) -> HttpResponse:
        """List the definitions, with the policy and, for those who may see it, the model."""
        run = NightlyRun.objects.latest_done()
        sees_model = can(request.user, "view", ModelFit)
        fit = ModelFit.objects.filter(as_of=run.as_of).first() if run and sees_model else None
        context = {
            "definitions": DEFINITIONS,
            "policy": ScoringPolicy.load(),
            "run": run,
            "card": model_card(fit),
        }
        return render_page(request, "analytics/definitions.html", context)


class ChartDownload(RightsMixin, View):
    """The data of one chart as CSV."""

    required_right = ("export", KpiValue)

    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        """Answer the rows that the chart draws, unrounded."""
        board = load_board(request.user, asked_scope(request), asked_period(request))  # type: ignore[arg-type]
        chart = BUILDERS[name](board) if board is not None and name in BUILDERS else None
        if board is None or chart is None:
            raise Http404
        text = StringIO()
        writer = csv.writer(text)
        writer.writerow(chart["raw_columns"])
        for row in chart["raw"]:
            writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in row])
        response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
        file = f"{name}-{board.as_of:%Y-%m-%d}.csv"
        response["Content-Disposition"] = f'attachment; filename="{file}"'
        note_file(KpiValue, name=file, query=request.GET.urlencode(), by=self.person)
        return response


class FigureRows(ListPage):
    """The customers counted in a figure."""

    model = Customer
    required_right = ("view", KpiValue)
    filterset_class = FigureRowsFilterSet
    template_name = "analytics/figure_rows.html"
    sort_keys = ROWS_SORTS
    default_sort = "-turnover"
    nav_current = "dashboard"

    def asked(self) -> Rows:
        """Return figure, period, day, scope and part from the address; 404 for what is not listed."""
        kpi, period, part = (self.kwargs[name] for name in ("kpi", "period", "part"))
        run = NightlyRun.objects.latest_done()
        if run is None or kpi not in LISTED or part not in LISTED[kpi] or period not in Period.values:
            raise Http404
        return Rows(kpi, period, run.as_of, asked_scope(self.request), part)

    def rows(self) -> Any:
        """Return the customers behind the figure, with their turnover in the period."""
        asked = self.asked()
        found = customers_behind(asked, self.request.user)  # type: ignore[arg-type]
        return with_turnover(found, asked.window).select_related("owner", "metrics", "totals")

    def extra_context(self) -> dict[str, Any]:
        """Say which figure, and offer its parts as tabs."""
        asked = self.asked()
        labels = {"all": _("All counted"), "yes": _("Ordered again"), "no": _("Not again")}
        parts = LISTED[asked.kpi]
        here = self.request.path.rsplit("/", 2)[0]
        query = self.request.GET.urlencode()
        tabs = [
            {
                "label": labels[part],
                "url": f"{here}/{part}/" + (f"?{query}" if query else ""),
                "current": part == asked.part,
            }
            for part in parts
        ]
        return {
            "asked": asked,
            "definition": BY_KEY[asked.kpi],
            "view_tabs": tabs if len(parts) > 1 else [],
            "period_label": Period(asked.period).label,
            "may_see_customers": can(self.request.user, "view", Customer),
        }
