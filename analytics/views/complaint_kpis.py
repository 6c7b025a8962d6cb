"""Are complaints dealt with well? The figures, what they mean, as a file, and computed now."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from analytics.complaint_kpis import page
from analytics.complaint_kpis.asking import ALL_KINDS, Asked, asked_of, teams_for
from analytics.complaint_kpis.board import Board, load_board, oldest_open
from analytics.complaint_kpis.charts import trends
from analytics.complaint_kpis.definitions import KPIS
from analytics.complaint_kpis.exports import FORMATS, write_file
from analytics.complaint_kpis.reckoning import FEW
from analytics.complaint_kpis.windows import Span, Step
from analytics.domain.runs import local_today
from analytics.domain.tally_runs import ask_for_figures, open_job
from analytics.models import CaseTally, TallyState
from complaints.choices.cases import CaseKind
from complaints.models import Complaint
from core.access import can, reach_of
from core.domain.exports import note_file
from core.models import Organisation
from core.roles import Reach
from core.views.base import RightsMixin, go_to, render_page

NAV = "complaints"
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def board_of(request: HttpRequest) -> Board:
    """Return the figures that the address asks for, within the person's reach."""
    state = TallyState.objects.filter(pk=1).first() or TallyState()
    asked = asked_of(request.user, request.GET, as_of=state.as_of or local_today())  # type: ignore[arg-type]
    return load_board(asked, state)


class ComplaintKpis(RightsMixin, View):
    """The page of figures."""

    required_right = ("view", CaseTally)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show tiles, deadlines, trends, what is open, costs and categories from stored sums."""
        board = board_of(request)
        context: dict[str, Any] = {"board": board, "nav_current": NAV, "title": _title(board.asked)}
        context |= self._choices(board.asked)
        if board.state.computed_at is not None and not board.is_empty:
            context |= self._figures(board)
        return render_page(request, "analytics/complaint_kpis.html", context)

    def _choices(self, asked: Asked) -> dict[str, Any]:
        user = self.person
        return {
            "asked": asked,
            "spans": Span.choices,
            "steps": Step.choices,
            "kinds": [*CaseKind.choices, (ALL_KINDS, _("Complaints and requests"))],
            "teams": teams_for(user),
            "all_teams": reach_of(user, CaseTally) == Reach.ALL,
            "is_own": asked.whose.owner_id is not None,
            "may_run": can(user, "run", CaseTally),
            "may_export": can(user, "export", CaseTally),
            "job": open_job(user),
        }

    def _figures(self, board: Board) -> dict[str, Any]:
        currency = Organisation.load().base_currency
        return {
            "tiles": page.tiles(board, currency),
            "figures": page.all_figures(board, currency),
            "deadlines": page.deadlines(board),
            "times": page.times(board),
            "charts": trends(board),
            "ages": page.ages(board),
            "oldest": self._oldest(board),
            "costs": page.costs(board, currency),
            "categories": page.categories(board),
            "channels": page.channels(board),
            "few": FEW,
        }

    def _oldest(self, board: Board) -> Complaint | None:
        keys = oldest_open(board.asked, board.state)
        rows = Complaint.objects.visible_to(self.person).filter(pk__in=keys)
        found: Complaint | None = rows.order_by("received_at", "pk").first()
        return found


def _title(asked: Asked) -> str:
    if asked.kind == CaseKind.REQUEST:
        return _("Are requests dealt with well?")
    return _("Are complaints dealt with well?")


class ComplaintKpiDefinitions(RightsMixin, View):
    """What each figure means."""

    required_right = ("view", CaseTally)

    def get(self, request: HttpRequest) -> HttpResponse:
        """List the definitions."""
        context = {"kpis": KPIS, "nav_current": NAV, "few": FEW}
        return render_page(request, "analytics/complaint_kpi_definitions.html", context)


class ComplaintKpiExport(RightsMixin, View):
    """The figures as a file."""

    required_right = ("export", CaseTally)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer the figures of the choice as XLSX or CSV."""
        kind = request.GET.get("format", "xlsx")
        if kind not in FORMATS:
            raise Http404
        board = board_of(request)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"figures.{kind}"
            write_file(board, path, kind)
            response = HttpResponse(path.read_bytes(), content_type=_TYPES[kind])
        name = f"complaint-figures-{board.asked.windows.now.until:%Y-%m-%d}.{kind}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        note_file(CaseTally, name=name, query=request.GET.urlencode(), by=self.person)
        return response


class ComplaintKpiRun(RightsMixin, View):
    """The button "Compute now"."""

    required_right = ("run", CaseTally)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask."""
        context = {
            "title": _("Compute the figures now"),
            "message": _(
                "Cases that changed are measured, and the days that they belong to are summed anew."
            ),
            "consequences": [
                _("It takes seconds to a minute; you may leave meanwhile."),
                _("Figures of past days may change: cases are reopened, regraded and merged later."),
            ],
            "confirm_label": _("Compute figures"),
            "cancel_url": reverse("analytics:complaint-kpis"),
            "nav_current": NAV,
        }
        return render_page(request, "ui/confirm.html", context, partial="fragment")

    def post(self, request: HttpRequest) -> HttpResponse:
        """Ask for a computation and lead back."""
        ask_for_figures(by=self.person)
        messages.success(request, _("The figures are being computed."))
        return go_to(request, reverse("analytics:complaint-kpis"))
