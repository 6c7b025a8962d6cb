"""Figures of complaints and service over the API: the stored sums, and what they come to."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.complaint_kpis.asking import ALL_KINDS, asked_of
from analytics.complaint_kpis.board import Board, load_board, shown_kpis
from analytics.complaint_kpis.definitions import OF_NOW, Kpi
from analytics.complaint_kpis.windows import Span
from analytics.domain.runs import local_today
from analytics.filters import TallyFilterSet
from analytics.models import CaseTally, TallyState
from analytics.sorting import TALLY_SORTS
from complaints.choices.cases import CaseKind
from core.api.viewsets import ScopedReadViewSet


class TallySerializer(serializers.ModelSerializer[CaseTally]):
    """The sums of one day or month; days add up to any period."""

    class Meta:
        model = CaseTally
        fields = ["id", "grain", "on", "kind", "scope", "team", "owner", "side", "key", "sums"]
        read_only_fields = fields


class FigureSerializer(serializers.Serializer[Any]):
    """One figure of the period. `value` is null where there is nothing to tell."""

    key = serializers.CharField()
    name = serializers.CharField()
    formula = serializers.CharField()
    unit = serializers.CharField(
        help_text="count, share (0 to 1), duration (seconds), money (base currency), rate (per 1,000)."
    )
    value = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField()
    hits = serializers.IntegerField(help_text="Of a share: how many of n were counted.")
    few = serializers.BooleanField(help_text="True where n is so small that the figure is only a hint.")
    low = serializers.FloatField(allow_null=True, help_text="95 % interval.")
    high = serializers.FloatField(allow_null=True)
    p90 = serializers.FloatField(allow_null=True, help_text="Of a duration, seconds.")
    gross = serializers.FloatField(allow_null=True, help_text="Median by the clock, seconds.")
    gross_p90 = serializers.FloatField(allow_null=True)
    before = serializers.FloatField(allow_null=True, help_text="The period of equal length before.")
    before_n = serializers.IntegerField(allow_null=True)
    direction = serializers.CharField(
        help_text="up or down where the change is more than chance, else empty."
    )
    year_before = serializers.FloatField(allow_null=True)


class FiguresSerializer(serializers.Serializer[Any]):
    """The figures of one choice."""

    scope = serializers.CharField()
    kind = serializers.CharField()
    first = serializers.DateField()
    last = serializers.DateField()
    computed_at = serializers.DateTimeField(allow_null=True)
    figures = FigureSerializer(many=True)


_PARAMETERS = [
    OpenApiParameter("period", enum=Span.values, description="Default: 30d."),
    OpenApiParameter("from", description="First day, with period=chosen."),
    OpenApiParameter("to", description="Last day, with period=chosen."),
    OpenApiParameter("kind", enum=[*CaseKind.values, ALL_KINDS], description="Default: complaint."),
    OpenApiParameter("team", type=int, description="A team and those below it."),
]


class TallyViewSet(ScopedReadViewSet):
    """Figures of complaints and service: the stored sums, and what they come to."""

    model = CaseTally
    serializer_class = TallySerializer
    filterset_class = TallyFilterSet
    sort_keys = TALLY_SORTS
    default_sort = "id"
    action_rights = {"summary": "view"}

    @extend_schema(parameters=_PARAMETERS, responses=FiguresSerializer, filters=False)
    @action(detail=False, methods=["get"], pagination_class=None)
    def summary(self, request: Request) -> Response:
        """Answer every figure of the period, with n, interval, the period before and the year before."""
        state = TallyState.objects.filter(pk=1).first() or TallyState()
        user: Any = request.user
        asked = asked_of(user, request.query_params, as_of=state.as_of or local_today())
        board = load_board(asked, state)
        window = asked.windows.now
        found = {
            "scope": asked.whose.scope,
            "kind": asked.kind,
            "first": window.first,
            "last": window.until,
            "computed_at": state.computed_at,
            "figures": [figure_of(board, kpi) for kpi in shown_kpis(asked)],
        }
        return Response(FiguresSerializer(found).data)


def figure_of(board: Board, kpi: Kpi) -> dict[str, Any]:
    """Return one figure as the API tells it."""
    reading = board.reading(kpi)
    change = None if kpi.key in OF_NOW else board.change(kpi)
    return {
        "key": kpi.key,
        "name": str(kpi.label),
        "formula": str(kpi.formula),
        "unit": kpi.unit,
        "value": reading.value,
        "n": reading.n,
        "hits": reading.hits,
        "few": reading.is_few,
        "low": reading.low,
        "high": reading.high,
        "p90": reading.p90,
        "gross": reading.gross,
        "gross_p90": reading.gross_p90,
        "before": change.before.value if change else None,
        "before_n": change.before.n if change else None,
        "direction": change.direction if change else "",
        "year_before": board.last_year(kpi).value if change else None,
    }
