"""The nightly run: a model fitted on earlier quarters, judged on the last one, and tonight's list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import transaction
from django.utils import timezone

from complaints.choices.foresight import Method
from complaints.domain.forecasts.signs import active_customers, complained_between, signs_at
from complaints.forecast.judging import Judgement, judged
from complaints.forecast.logistic import Logistic, fit
from complaints.forecast.signs import EDITION, POINTS, SIGNS, columns_of, points_of, reasons_of
from complaints.models import Forecast, LikelyComplainer
from core.zones import midnight

Floats = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int64]
HORIZON_DAYS = 90
#: Quarters before the one held back that the model learns from.
QUARTERS = 3
#: Fewer complaining customers than this, and the rule is used: a model would fit itself to chance.
LEAST_LEARNED, LEAST_JUDGED = 40, 15
MOST_LISTED = 2_000
#: A sum of points below this is no sign of anything.
LEAST_POINTS = 2
KEEP_ROWS_DAYS, KEEP_RUNS_DAYS = 30, 730


@dataclass(frozen=True)
class Window:
    """Active customers on a day of the past: what was known, and who complained in the days after."""

    cut: datetime
    counts: Floats
    labels: Floats


@dataclass(frozen=True)
class Learned:
    """What a run found out: the model (None: the rule is used), and what is stored of both."""

    model: Logistic | None
    weights: dict[str, Any]
    figures: dict[str, Any]


def make_forecast(at: datetime) -> Forecast:
    """Make the forecast of the day, once; a second run, and a second worker, find it and change nothing.

    Only what happened before the day enters. Old rows are removed.
    """
    day = timezone.localdate(at)
    known = Forecast.objects.filter(day=day).first()
    if known is None:
        known = _made(day, at)
    forget_old(day)
    return known


def _made(day: date, at: datetime) -> Forecast:
    learned = learn(day)
    cut = midnight(day)
    ids = active_customers(cut)
    counts = signs_at(ids, cut)
    rows = listed(ids, counts, learned.model)
    values = {
        "method": Method.FITTED if learned.model is not None else Method.POINTS,
        "edition": EDITION,
        "horizon_days": HORIZON_DAYS,
        "customers": len(ids),
        "listed": len(rows),
        "weights": learned.weights,
        "figures": learned.figures,
        "made_at": at,
    }
    with transaction.atomic():
        forecast, first = Forecast.objects.get_or_create(day=day, defaults=values)
        if first:
            for row in rows:
                row.forecast = forecast
            LikelyComplainer.objects.bulk_create(rows, batch_size=500)
    return forecast


def learn(day: date) -> Learned:
    """Fit on the quarters before the last one, and judge model and rule on the last one.

    The rule is taken where there is too little to learn or to judge from ("few"), or where the model ranks
    worse than it ("no_better").
    """
    cuts = [midnight(day - timedelta(days=HORIZON_DAYS * n)) for n in range(QUARTERS + 1, 0, -1)]
    windows = [window_at(cut) for cut in cuts]
    learned, held = windows[:-1], windows[-1]
    counts = np.vstack([one.counts for one in learned])
    labels = np.concatenate([one.labels for one in learned])
    figures: dict[str, Any] = {
        "learned": _span(learned, labels),
        "held": _span([held], held.labels),
        "rule": _json(judged(points_of(held.counts)[1], held.labels, are_chances=False)),
    }
    if labels.sum() < LEAST_LEARNED or held.labels.sum() < LEAST_JUDGED:
        return _rule({**figures, "why": "few"})
    model = fit(columns_of(counts), labels)
    found = judged(model.chances(columns_of(held.counts)), held.labels, are_chances=True)
    if found is None:
        return _rule({**figures, "why": "few"})
    figures["model"] = _json(found)
    if found.auc < (figures["rule"] or {}).get("auc", 0.0):
        return _rule({**figures, "why": "no_better"})
    # How many complain in a quarter drifts; the latest closed quarter says it best. The order stays.
    model = model.shifted(float(held.labels.mean()), columns_of(held.counts))
    return Learned(model, model.as_json(SIGNS), figures)


def window_at(cut: datetime) -> Window:
    """Return what was known at `cut` of the customers active then, and who complained after it."""
    ids = active_customers(cut)
    labels = complained_between(ids, cut, cut + timedelta(days=HORIZON_DAYS))
    return Window(cut, signs_at(ids, cut), labels)


def _span(windows: list[Window], labels: Floats) -> dict[str, Any]:
    first, last = windows[0].cut, windows[-1].cut + timedelta(days=HORIZON_DAYS)
    return {
        "from": f"{timezone.localdate(first):%Y-%m-%d}",
        "to": f"{timezone.localdate(last - timedelta(seconds=1)):%Y-%m-%d}",
        "n": len(labels),
        "events": int(labels.sum()),
    }


def _json(found: Judgement | None) -> dict[str, Any] | None:
    return found.as_json() if found is not None else None


def _rule(figures: dict[str, Any]) -> Learned:
    points = {str(name): {"from": least, "points": worth} for name, (least, worth) in POINTS.items()}
    return Learned(None, {"points": points}, figures)


def listed(ids: Ids, counts: Floats, model: Logistic | None) -> list[LikelyComplainer]:
    """Return the rows of the list, the likeliest first: only customers of whom something can be said."""
    if not len(ids):
        return []
    if model is not None:
        columns = columns_of(counts)
        scores = model.chances(columns)
        # What is not there is no reason, whatever its absence adds.
        parts = np.where(counts > 0, model.parts(columns) - model.parts(np.zeros_like(columns)), 0.0)
    else:
        parts, scores = points_of(counts)
    rows: list[LikelyComplainer] = []
    for place in np.lexsort((ids, -scores)):
        if len(rows) == MOST_LISTED or (model is None and scores[place] < LEAST_POINTS):
            break
        reasons = reasons_of(counts[place], parts[place])
        if reasons:
            rows.append(
                LikelyComplainer(
                    customer_id=int(ids[place]),
                    place=len(rows) + 1,
                    score=round(float(scores[place]), 4),
                    reasons=reasons,
                    signs="|" + "".join(f"{one['sign']}|" for one in reasons),
                )
            )
    return rows


def forget_old(day: date) -> int:
    """Remove the rows of runs older than a month, and the runs older than two years; return how many rows."""
    rows = LikelyComplainer.objects.filter(forecast__day__lt=day - timedelta(days=KEEP_ROWS_DAYS))
    gone = int(rows.delete()[0])
    Forecast.objects.filter(day__lt=day - timedelta(days=KEEP_RUNS_DAYS)).delete()
    return gone
