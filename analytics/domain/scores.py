"""Fitting the base, and writing what follows for each customer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from django.db import connection, transaction

from analytics import extract
from analytics.domain.policy import rules_of
from analytics.domain.segment_maps import active_map
from analytics.frames import RANGE, fill_table
from analytics.maths.churn import Backtest
from analytics.maths.clv import GammaGamma
from analytics.models import ModelFit, ScoringPolicy
from analytics.parameters import Rules
from analytics.periods import day_number
from analytics.scoring import (
    KINDS,
    LEAST_CUSTOMERS,
    LEAST_REPEATERS,
    Fit,
    buyers,
    fit_base,
    judge,
    mean_repeat_value,
    score_customers,
    score_ranges,
    window_of,
)
from customers.models import Metrics

BACKTEST_CUSTOMERS = 100_000
"""Customers up to which the backtest uses everybody; above, every k-th."""

#: Columns of `customers.models.metrics.Figures`, and how many decimals they keep.
WHOLE = ("purchase_days", "recency_days", "orders_12m", "r", "f", "m")
MONEY = (
    "amount_12m",
    "amount_prev_12m",
    "amount_total",
    "clv_12m",
    "clv_36m",
    "clv_12m_low",
    "clv_12m_high",
    "value_at_stake",
)
REAL = ("usual_gap", "p_alive", "expected_orders_12m", "churn_risk")
TEXT = ("segment", "risk_level")
FIGURES = ("as_of", *WHOLE, *MONEY, *REAL, *TEXT)

Progress = Callable[[float], None]


def fit_and_keep(frame: pd.DataFrame, as_of: date, policy: ScoringPolicy) -> ModelFit:
    """Fit the base as of the day and keep parameters and diagnostics in the day's one row."""
    rules = rules_of(policy)
    gaps = extract.gap_counts(as_of)
    base = buyers(frame)
    fit = fit_base(frame, gaps, day_number(as_of), rules)
    usable, _value = mean_repeat_value(base)
    repeaters = int((base["purchase_days"] > 1).sum())
    values: dict[str, Any] = {
        "model": rules.model,
        "n": len(base),
        "repeaters": repeaters,
        "is_fitted": fit is not None,
        "window_days": window_of(gaps, rules),
        "diagnostics": {
            "least_customers": LEAST_CUSTOMERS,
            "least_repeaters": LEAST_REPEATERS,
            "without_value": repeaters - int((usable > 0).sum()),
            "gaps": int(gaps["count"].sum()),
            "rules": asdict(rules),
            "rfm_ranges": _ranges_so_far(as_of),
        },
    } | _no_fit()
    if fit is not None:
        values |= _kept(fit)
        values["diagnostics"] |= _judged(as_of, fit, rules, len(base))
    return ModelFit.objects.update_or_create(as_of=as_of, defaults=values)[0]


def _ranges_so_far(as_of: date) -> dict[str, Any]:
    """Ranges that an earlier run of the day left: the map keeps them until new ones are written."""
    found = ModelFit.objects.filter(as_of=as_of).values_list("diagnostics", flat=True).first()
    ranges: dict[str, Any] = (found or {}).get("rfm_ranges", {"r": {}, "f": {}})
    return ranges


def _no_fit() -> dict[str, Any]:
    return {"dropout_visible": False, "parameters": {}, "covariance": [], "log_likelihood": None, "spend": {}}


def _kept(fit: Fit) -> dict[str, Any]:
    buying, spending = fit.buying, fit.spending
    names = ("r", "alpha", "a", "b")[: buying.parameters.size]
    spend = asdict(spending) | {"covariance": spending.covariance.tolist()}
    return {
        "dropout_visible": buying.dropout_visible,
        "parameters": dict(zip(names, buying.parameters.tolist(), strict=True))
        | {
            "converged": bool(buying.converged),
            "on_boundary": bool(buying.on_boundary),
            "dropout_statistic": float(buying.dropout_statistic),
            "standard_errors": buying.standard_errors.tolist(),
        },
        "covariance": buying.covariance.tolist(),
        "log_likelihood": buying.log_likelihood,
        "spend": _plain(spend) | {"population_mean": float(spending.population_mean)},
        "window_days": fit.window,
    }


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value.item() if isinstance(value, np.generic) else value for key, value in values.items()}


def fit_of(kept: ModelFit) -> Fit | None:
    """Return the fit that a row holds: bit for bit the one that was kept."""
    if not kept.is_fitted or kept.window_days is None:
        return None
    given = kept.parameters
    buying = KINDS[kept.model](
        given["r"],
        given["alpha"],
        given.get("a"),
        given.get("b"),
        float(kept.log_likelihood or 0),
        kept.n,
        np.array(kept.covariance),
        given["converged"],
        given["on_boundary"],
        given["dropout_statistic"],
    )
    spend = {key: value for key, value in kept.spend.items() if key != "population_mean"}
    return Fit(buying, GammaGamma(**spend | {"covariance": np.array(spend["covariance"])}), kept.window_days)


def _judged(as_of: date, fit: Fit, rules: Rules, n: int) -> dict[str, Any]:
    """Backtest on the last closed window: fitted before it, judged in it, against silence and base rate."""
    cut = as_of - timedelta(days=fit.window)
    sample = max(1, n // BACKTEST_CUSTOMERS)
    lapsed, before = extract.share_without_order(cut - timedelta(days=fit.window), fit.window)
    frame = extract.statistics(cut, sample=sample)
    returned = extract.buyers_between(cut, as_of, sample=sample)
    base_rate = lapsed / before if before else 0.0
    found = judge(frame, day_number(cut), fit.window, returned, base_rate, rules.model)
    return {
        "cut": cut.isoformat(),
        "base_rate_before": base_rate,
        "backtest": None if found is None else _told(found),
    }


def _told(found: Backtest) -> dict[str, Any]:
    return {
        "n": found.n,
        "base_rate": asdict(found.base_rate),
        "auc": asdict(found.auc),
        "auc_recency": asdict(found.auc_recency),
        "auc_gain": asdict(found.auc_gain),
        "brier": found.brier,
        "brier_base": found.brier_base,
        "lift_tenth": found.lift_tenth,
        "lift_fifth": found.lift_fifth,
        "is_worth_showing": bool(found.is_worth_showing),
        "calibration": [{"predicted": one.predicted, **asdict(one.actual)} for one in found.calibration],
    }


def write_metrics(
    frame: pd.DataFrame, kept: ModelFit, policy: ScoringPolicy, *, progress: Progress = lambda _share: None
) -> dict[str, int]:
    """Score every customer of the frame and write `customers.Metrics`, a range of customers at a time.

    Each range is one transaction; writing the same day again leaves equal rows. The ranges of the RFM
    scores are kept beside the fit.
    """
    rules = rules_of(policy)
    as_of = kept.as_of
    scored = score_customers(
        frame, fit_of(kept), day_number(as_of), rules, active_map().cells, seed=as_of.toordinal()
    )
    kept.diagnostics["rfm_ranges"] = score_ranges(scored, rules)
    kept.save(update_fields=["diagnostics"])
    rows = _as_columns(scored, as_of)
    for start in range(0, len(rows), RANGE):
        _write_range(rows.iloc[start : start + RANGE])
        progress(min(1.0, (start + RANGE) / len(rows)))
    return {"customers": len(rows), "scored": int((scored["purchase_days"] > 0).sum())}


def _as_columns(scored: pd.DataFrame, as_of: date) -> pd.DataFrame:
    named = scored.assign(as_of=as_of.isoformat(), amount_total=scored["amount"])
    rows = named[["customer_id", *FIGURES]].copy()
    rows[list(MONEY)] = rows[list(MONEY)].round(2)
    return rows.astype(dict.fromkeys(WHOLE, "Int64"))


@transaction.atomic
def _write_range(rows: pd.DataFrame) -> None:
    first, last = int(rows["customer_id"].iloc[0]), int(rows["customer_id"].iloc[-1])
    present = Metrics.objects.filter(pk__gte=first, pk__lte=last).values_list("pk", flat=True)
    missing = sorted(set(rows["customer_id"].tolist()) - set(present))
    Metrics.objects.bulk_create([Metrics(customer_id=pk) for pk in missing], ignore_conflicts=True)
    table = Metrics._meta.db_table
    columns = ", ".join(["customer_id", *FIGURES])
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE analytics_scores AS SELECT {columns} FROM {table} WHERE 1 = 0"  # noqa: S608
        )
        fill_table("analytics_scores", rows)
        pairs = ", ".join(f"{column} = scores.{column}" for column in FIGURES)
        cursor.execute(
            f"UPDATE {table} SET {pairs} FROM analytics_scores scores"  # noqa: S608
            f" WHERE {table}.customer_id = scores.customer_id AND {table}.customer_id BETWEEN %s AND %s",
            [first, last],
        )
        cursor.execute("DROP TABLE analytics_scores")
