"""What administrators and analysts decide about scoring."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from analytics.choices import Segment, Uses
from analytics.domain.policy import change_policy, stake_threshold, warned_by
from analytics.domain.segment_maps import update_segment_map, use_segment_map
from analytics.forms import PolicyForm, SegmentMapForm
from analytics.models import ModelFit, NightlyRun, ScoringPolicy, SegmentMap
from core.access import can, require
from core.views.base import FormPage, RightsMixin, go_to, render_page
from customers.models import Metrics


class Policy(FormPage):
    """The scoring policy, and what it would do with last night's figures."""

    required_right = ("view", ScoringPolicy)
    form_class = PolicyForm
    template_name = "analytics/policy_form.html"
    title = gettext_lazy("Scoring policy")
    success_message = gettext_lazy("Saved. It counts from the next computation on.")
    nav_current = "dashboard"

    def get_form_kwargs(self) -> dict[str, Any]:
        """Edit the one row."""
        return {**super().get_form_kwargs(), "instance": ScoringPolicy.load()}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save, or show what the values typed would do."""
        require(request.user, "change", ScoringPolicy)
        if "preview" not in request.POST:
            return super().post(request, *args, **kwargs)
        form = self.get_form()
        status = 200 if form.is_valid() else 422
        return self.render_to_response(self.get_context_data(form=form), status=status)

    def history_record(self) -> ScoringPolicy:
        """The policy."""
        return ScoringPolicy.load()

    def perform(self, form: PolicyForm) -> str:
        """Change the policy."""
        change_policy(form.cleaned_data, by=self.request.user, version=form.cleaned_data["version"])  # type: ignore[arg-type]
        return reverse("analytics:settings")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what the policy shown would do."""
        context = super().get_context_data(**kwargs)
        may_change = can(self.request.user, "change", ScoringPolicy)
        if not may_change:
            for field in context["form"].fields.values():
                field.disabled = True
        form = context["form"]
        shown = form.instance if not form.is_bound or form.is_valid() else ScoringPolicy.load()
        return context | {"may_change": may_change, "effect": effect_of(shown)}


def effect_of(policy: ScoringPolicy) -> dict[str, Any] | None:
    """Return how many customers the policy would warn about with the figures of the last computation."""
    run = NightlyRun.objects.latest_done()
    fit = ModelFit.objects.filter(as_of=run.as_of, is_fitted=True).first() if run else None
    if run is None or fit is None:
        return None
    figures = Metrics.objects.live().filter(as_of=run.as_of, churn_risk__isnull=False)
    levels = figures.aggregate(
        high=Count("pk", filter=Q(churn_risk__gte=policy.risk_high)),
        mid=Count("pk", filter=Q(churn_risk__gte=policy.risk_mid)),
    )
    return {
        "as_of": run.as_of,
        "warned": warned_by(policy, run.as_of, fit.window_days or 0).count(),
        "threshold": stake_threshold(policy, run.as_of),
        "high": levels["high"],
        "mid": levels["mid"] - levels["high"],
        "window_days": fit.window_days,
    }


class SegmentMapList(RightsMixin, View):
    """The segment maps."""

    required_right = ("view", SegmentMap)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them, the one in use marked."""
        maps = SegmentMap.objects.visible_to(request.user).order_by("name")  # type: ignore[arg-type]
        context = {
            "maps": maps,
            "may_change": can(request.user, "change", SegmentMap),
            "nav_current": "dashboard",
        }
        return render_page(request, "analytics/segment_map_list.html", context)


class SegmentMapUse(RightsMixin, View):
    """The button "Use this map"."""

    required_right = ("change", SegmentMap)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Put the map to use."""
        rows = SegmentMap.objects.visible_to(request.user, "change")  # type: ignore[arg-type]
        chosen = get_object_or_404(rows, pk=pk)
        use_segment_map(chosen, by=request.user)  # type: ignore[arg-type]
        messages.success(
            request, _("“%(name)s” counts from the next computation on.") % {"name": chosen.name}
        )
        return go_to(request, reverse("analytics:segment-map-list"))


class SegmentMapUpdate(FormPage):
    """The grid of one map: a segment for each cell, with what it would do."""

    required_right = ("view", SegmentMap)
    form_class = SegmentMapForm
    template_name = "analytics/segment_map_form.html"
    success_message = gettext_lazy("Saved. It counts from the next computation on.")
    nav_current = "dashboard"

    def _map(self) -> SegmentMap:
        rows = SegmentMap.objects.visible_to(self.request.user)  # type: ignore[arg-type]
        found: SegmentMap = get_object_or_404(rows, pk=self.kwargs["pk"])
        return found

    def get_form_kwargs(self) -> dict[str, Any]:
        """Give the form the map; its first values are the map's own."""
        kwargs = super().get_form_kwargs()
        kwargs.pop("initial")
        return {**kwargs, "segment_map": self._map()}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save, or count the segments with the cells chosen."""
        require(request.user, "change", SegmentMap)
        if "preview" not in request.POST:
            return super().post(request, *args, **kwargs)
        form = self.get_form()
        status = 200 if form.is_valid() else 422
        return self.render_to_response(self.get_context_data(form=form), status=status)

    def perform(self, form: SegmentMapForm) -> str:
        """Change the map."""
        update_segment_map(
            self._map(),
            name=form.cleaned_data["name"],
            cells=form.cells,
            by=self.request.user,  # type: ignore[arg-type]
            version=form.cleaned_data["version"],
        )
        return reverse("analytics:segment-map-list")

    def cancel_url(self) -> str:
        """Back to the maps."""
        return reverse("analytics:segment-map-list")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Lay the cells out as grids and count the customers of each segment."""
        context = super().get_context_data(**kwargs)
        form, segment_map = context["form"], self._map()
        may_change = can(self.request.user, "change", SegmentMap)
        if not may_change:
            for field in form.fields.values():
                field.disabled = True
        chosen = form.cells if form.is_bound and form.is_valid() else segment_map.cells
        return context | {
            "segment_map": segment_map,
            "title": segment_map.name,
            "grids": _grids(form, segment_map),
            "counts": segment_counts(segment_map.uses, chosen),
            "may_change": may_change,
        }


def _grids(form: SegmentMapForm, segment_map: SegmentMap) -> list[dict[str, Any]]:
    """One grid of recency by frequency; for R × F × M one for each monetary score."""
    thirds = [""] if segment_map.uses == Uses.RF else ["5", "4", "3", "2", "1"]
    return [
        {
            "m": third,
            "rows": [
                {"r": r, "cells": [form[f"cell_{r}{f}{third}"] for f in range(1, 6)]} for r in range(5, 0, -1)
            ],
        }
        for third in thirds
    ]


def segment_counts(uses: str, cells: dict[str, str]) -> list[tuple[str, int]]:
    """Return how many customers each segment would hold with these cells, from last night's scores."""
    digits = ("r", "f") if uses == Uses.RF else ("r", "f", "m")
    found: Counter[str] = Counter()
    rows = Metrics.objects.live().filter(r__isnull=False).order_by().values_list(*digits)
    for *scores, count in rows.annotate(count=Count("pk")):
        found[cells.get("".join(str(score) for score in scores), "")] += count
    return [(str(Segment(key).label), found[key]) for key in Segment.values if key in set(cells.values())]
