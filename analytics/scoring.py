"""From sufficient statistics to the figures of each customer: arithmetic only, no Django, no clock.

Input frames have the columns of `extract.statistics`. Time is in weeks for the model, in days on pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import polygamma

from analytics.maths.arrays import Floats
from analytics.maths.churn import Backtest, backtest, no_order_risk, risk_window
from analytics.maths.clv import (
    BgNbd,
    GammaGamma,
    MbgNbd,
    PurchaseModel,
    fit_bg_nbd,
    fit_gamma_gamma,
    fit_mbg_nbd,
    lifetime_value,
    lifetime_value_interval,
)
from analytics.maths.rfm import score, segment
from analytics.parameters import Rules

WEEK = 7.0
YEAR_WEEKS = 365.25 / WEEK
LEAST_CUSTOMERS = 50
"""Fewer customers with orders, and four parameters are noise: only RFM is computed."""
LEAST_REPEATERS = 10
LEVEL = 0.8
"""Level of the intervals of CLV and of value at stake."""
Z_80 = 1.2815515655446004
KINDS: dict[str, type[PurchaseModel]] = {"bg_nbd": BgNbd, "mbg_nbd": MbgNbd}


@dataclass(frozen=True, eq=False)
class Fit:
    """A fitted base: how customers buy and leave, what they spend, and the window W in days."""

    buying: PurchaseModel
    spending: GammaGamma
    window: int


def buyers(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of customers with at least one purchase day."""
    return frame[frame["purchase_days"] > 0]


def history(frame: pd.DataFrame, as_of: int) -> tuple[Floats, Floats, Floats]:
    """Return (repeat purchases, weeks from the first to the last, weeks since the first) of buyers."""
    first, last = frame["first_day"].to_numpy(), frame["last_day"].to_numpy()
    frequency = frame["purchase_days"].to_numpy() - 1
    return frequency, (last - first) / WEEK, (as_of - first) / WEEK


def mean_repeat_value(frame: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return (frequency, mean value) for the spend model.

    Customers whose repeat orders were worth nothing net of refunds count as frequency 0: they get the
    mean of the base.
    """
    repeats = frame["purchase_days"].to_numpy() - 1
    value = frame["repeat_amount"].to_numpy() / np.maximum(repeats, 1)
    usable = (repeats > 0) & (value > 0)
    return np.where(usable, repeats, 0.0), np.where(usable, value, 0.0)


def window_of(gaps: pd.DataFrame, rules: Rules) -> int | None:
    """Return W in days from the counted gaps of the base, None when nobody ever came back."""
    days = np.repeat(gaps["gap"].to_numpy(), gaps["count"].to_numpy())
    if not days.size:
        return None
    return risk_window(
        days, percentile=rules.window_percentile, shortest=rules.window_min, longest=rules.window_max
    )


def too_few(frame: pd.DataFrame) -> bool:
    """Tell whether there are too few customers, or repeat customers with value, to fit anything."""
    frequency, _value = mean_repeat_value(buyers(frame))
    return len(frequency) < LEAST_CUSTOMERS or int((frequency > 0).sum()) < LEAST_REPEATERS


def fit_buying(frame: pd.DataFrame, as_of: int, model: str) -> PurchaseModel:
    """Fit the purchase model to the buyers of the frame."""
    fit = fit_bg_nbd if model == "bg_nbd" else fit_mbg_nbd
    return fit(*history(buyers(frame), as_of))


def fit_base(frame: pd.DataFrame, gaps: pd.DataFrame, as_of: int, rules: Rules) -> Fit | None:
    """Fit everything, or return None where there are too few data to say anything."""
    window = window_of(gaps, rules)
    if window is None or too_few(frame):
        return None
    frequency, value = mean_repeat_value(buyers(frame))
    known = frequency > 0
    return Fit(fit_buying(frame, as_of, rules.model), fit_gamma_gamma(frequency[known], value[known]), window)


def score_customers(
    frame: pd.DataFrame, fit: Fit | None, as_of: int, rules: Rules, segment_map: dict[str, str], *, seed: int
) -> pd.DataFrame:
    """Return the frame with the figures of `customers.Metrics` added.

    Customers without an order keep empty figures: nothing is known of them, and 0 % would be a lie.
    """
    scored = frame.copy()
    for column in ("recency_days", "r", "f", "m", *_PREDICTED):
        scored[column] = np.nan
    scored["segment"] = ""
    scored["risk_level"] = ""
    known = (scored["purchase_days"] > 0).to_numpy()
    if not known.any():
        return scored
    base = frame[known]
    scored.loc[known, "recency_days"] = as_of - base["last_day"].to_numpy()
    _add_rfm(scored, known, rules, segment_map)
    if fit is not None:
        predicted = predict(base, fit, as_of, rules, seed=seed)
        for column, values in predicted.items():
            scored.loc[known, column] = values
        scored.loc[known, "risk_level"] = risk_levels(predicted["churn_risk"], rules)
    return scored


_PREDICTED = (
    "p_alive",
    "expected_orders_12m",
    "clv_12m",
    "clv_36m",
    "clv_12m_low",
    "clv_12m_high",
    "churn_risk",
    "value_at_stake",
)


def _add_rfm(scored: pd.DataFrame, known: Any, rules: Rules, segment_map: dict[str, str]) -> None:
    base = scored[known]
    recent = rules.rfm_window == "12m"
    scores = score(
        base["recency_days"].to_numpy(),
        base["orders_12m" if recent else "purchase_days"].to_numpy(),
        base["amount_12m" if recent else "amount"].to_numpy(),
    )
    for column, values in zip("rfm", scores, strict=True):
        scored.loc[known, column] = values
    scored.loc[known, "segment"] = segment(*scores, segment_map=segment_map)


def predict(base: pd.DataFrame, fit: Fit, as_of: int, rules: Rules, *, seed: int) -> dict[str, Floats]:
    """Return P(alive), expected orders, CLV with its interval, risk and value at stake of buyers."""
    x, last, age = history(base, as_of)
    times, value = mean_repeat_value(base)
    clv = {
        months: rules.margin
        * lifetime_value(
            fit.buying,
            _Spend(fit.spending, times),
            x,
            last,
            age,
            value,
            months=months,
            discount=rules.discount,
            days_per_period=WEEK,
        )
        for months in (12, 36)
    }
    low, high = _clv_limits(fit, x, last, age, value, rules, seed)
    risk = no_order_risk(fit.buying, fit.window / WEEK, x, last, age)
    return {
        "p_alive": fit.buying.probability_alive(x, last, age),
        "expected_orders_12m": fit.buying.expected_purchases(YEAR_WEEKS, x, last, age),
        "clv_12m": clv[12],
        "clv_36m": clv[36],
        "clv_12m_low": np.minimum(low, clv[12]),
        "clv_12m_high": np.maximum(high, clv[12]),
        "churn_risk": np.clip(risk, 0.0, 1.0),
        "value_at_stake": _still_at_stake(base, fit, as_of, rules) * np.clip(risk, 0.0, 1.0),
    }


def _still_at_stake(base: pd.DataFrame, fit: Fit, as_of: int, rules: Rules) -> Floats:
    """Habit value of customers who may yet be kept; NaN once the silence means lost, as warnings read it."""
    silent = as_of - base["last_day"].to_numpy(dtype=float)
    return np.where(silent > rules.lost_after_windows * fit.window, np.nan, habit_value(base, fit, rules))


@dataclass(frozen=True, eq=False)
class _Spend:
    """The spend model asked with the usable frequency instead of the number of orders."""

    model: GammaGamma
    times: Floats

    def expected_value(self, frequency: Any, monetary: Any) -> Floats:  # noqa: ARG002
        """Expected value of an order; `frequency` of the caller is replaced."""
        return self.model.expected_value(self.times, monetary)


def _clv_limits(
    fit: Fit, x: Floats, last: Floats, age: Floats, value: Floats, rules: Rules, seed: int
) -> tuple[Floats, Floats]:
    """80 % limits of CLV, 12 months; fewer parameter draws for a larger base, the limits hardly move."""
    usable = np.where(value > 0, x, 0.0)
    interval = lifetime_value_interval(
        fit.buying,
        fit.spending,
        x,
        last,
        age,
        np.where(usable > 0, value, fit.spending.population_mean),
        rng=np.random.default_rng(seed),
        months=12,
        discount=rules.discount,
        days_per_period=WEEK,
        level=LEVEL,
        draws=100 if len(x) <= 50_000 else 30,
    )
    return rules.margin * interval.low, rules.margin * interval.high


def habit_value(base: pd.DataFrame, fit: Fit, rules: Rules) -> Floats:
    """Value of the next 12 months if the customer kept its habit; NaN below two purchase days.

    Orders a year at the pace up to the last order, (r + x)/(alpha + t_x) a week: the customer's own
    pace drawn towards that of the base. Never more than the orders it placed in all, for two orders in
    one week are no habit of a hundred a year. Times the expected value of an order, times the margin.
    """
    x, last, _age = history(base, 0)
    times, value = mean_repeat_value(base)
    pace = (fit.buying.r + x) / (fit.buying.alpha + last) * YEAR_WEEKS
    orders = np.minimum(pace, x + 1)
    worth = orders * fit.spending.expected_value(times, value) * rules.margin
    return np.where(x > 0, worth, np.nan)


def stake_interval(base: pd.DataFrame, fit: Fit, stake: Floats) -> tuple[Floats, Floats]:
    """80 % limits of value at stake: how well the customer's own pace and spend are known.

    The posteriors of pace (Gamma, shape r + x) and of the mean order (shape px + q) are taken as
    log-normal with variance ψ′(r + x) + ψ′(px + q) around the mean. The risk is taken as it is.
    """
    x, _last, _age = history(base, 0)
    times, _value = mean_repeat_value(base)
    variance = polygamma(1, fit.buying.r + x) + polygamma(1, fit.spending.p * times + fit.spending.q)
    spread = np.sqrt(variance)
    middle = stake * np.exp(-variance / 2)
    return middle * np.exp(-Z_80 * spread), middle * np.exp(Z_80 * spread)


def risk_levels(risk: Floats, rules: Rules) -> Any:
    """Return "high", "mid" or "low" for each risk."""
    return np.select([risk >= rules.risk_high, risk >= rules.risk_mid], ["high", "mid"], "low")


def risk_on_habit(base: pd.DataFrame, fit: Fit) -> Floats:
    """Return the risk that each customer would have had right after its last order: the baseline."""
    x, last, _age = history(base, 0)
    return no_order_risk(fit.buying, fit.window / WEEK, x, last, last)


def judge(
    cut: pd.DataFrame, day: int, window: int, returned: Any, base_rate: float, model: str
) -> Backtest | None:
    """Fit on what was known at the cut-off and judge the risk by who came back in the window after it.

    `cut` are the statistics at the cut-off `day`, `returned` the ids of customers who bought in the
    window. None where one outcome is missing or too few customers had ordered.
    """
    base = buyers(cut)
    if len(base) < LEAST_CUSTOMERS:
        return None
    lapsed = ~base["customer_id"].isin(returned).to_numpy()
    if not 0 < lapsed.sum() < lapsed.size or not 0 < base_rate < 1:
        return None
    buying = fit_buying(cut, day, model)
    x, last, age = history(base, day)
    risk = no_order_risk(buying, window / WEEK, x, last, age)
    return backtest(risk, day - base["last_day"].to_numpy(), lapsed, base_rate=base_rate)


def score_ranges(scored: pd.DataFrame, rules: Rules) -> dict[str, dict[str, list[float]]]:
    """Return the smallest and largest recency (days) and frequency (orders) behind each score."""
    frequency = "orders_12m" if rules.rfm_window == "12m" else "purchase_days"
    ranges: dict[str, dict[str, list[float]]] = {}
    for score_column, value_column in (("r", "recency_days"), ("f", frequency)):
        known = scored[scored[score_column].notna()]
        grouped = known.groupby(score_column)[value_column].agg(["min", "max"])
        ranges[score_column] = {
            str(int(key)): [float(low), float(high)]
            for key, low, high in zip(grouped.index, grouped["min"], grouped["max"], strict=True)
        }
    return ranges
