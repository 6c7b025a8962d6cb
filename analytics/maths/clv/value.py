"""Customer lifetime value: expected purchases of the coming months, discounted, times their value."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from analytics.maths.arrays import (
    Floats,
    Ints,
    above_zero,
    fraction,
    same_length,
    scalar_or_vector,
    vector,
    whole_number,
)
from analytics.maths.clv.history import Rows, checked_history
from analytics.maths.clv.purchases import PurchaseModel
from analytics.maths.clv.spend import GammaGamma

MONTH = 365.25 / 12
"""Days in a month."""


class Purchases(Protocol):
    """Any fitted purchase model."""

    def expected_purchases(
        self, horizon: npt.ArrayLike, frequency: npt.ArrayLike, recency: npt.ArrayLike, age: npt.ArrayLike
    ) -> Floats:
        """Expected purchases within `horizon` after `age`."""
        ...


class Spend(Protocol):
    """Any fitted model of the value of a purchase."""

    def expected_value(self, frequency: npt.ArrayLike, monetary: npt.ArrayLike) -> Floats:
        """Expected value of one purchase."""
        ...


@dataclass(frozen=True, eq=False)
class Plan:
    """Horizons, and weights such that Σ weight·E[purchases within horizon] is the discounted sum.

    Σ d_m (E_m − E_{m−1}) = Σ (d_m − d_{m+1}) E_m, with d_m = (1 + discount)^−m and nothing after the end.
    """

    horizons: Floats
    weights: Floats

    @classmethod
    def monthly(cls, months: int, discount: float, days_per_period: float) -> "Plan":
        """Months of 365.25/12 days, each discounted at its end; ValueError names a bad argument."""
        months = whole_number("months", months, least=1)
        if not 0 <= discount < np.inf:
            raise ValueError(f"discount: must be 0 or more per month, not {discount}")
        ends = np.arange(1.0, months + 1)
        factors = np.exp(-np.log1p(discount) * ends)
        horizons = ends * MONTH / above_zero("days_per_period", days_per_period)
        return cls(horizons, factors - np.append(factors[1:], 0.0))


def lifetime_value(
    model: Purchases,
    gamma_gamma: Spend,
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    age: npt.ArrayLike,
    monetary: npt.ArrayLike,
    *,
    months: int = 12,
    discount: float = 0.01,
    days_per_period: float = 1,
) -> Floats:
    """Expected discounted revenue of the coming `months`, array of shape (n,), in the money of `monetary`.

    CLV = E[M | x, m] · Σ_m (E[Y(t_m)] − E[Y(t_{m−1})]) / (1 + discount)^m: `discount` is per month, a
    month is 365.25/12 days, each month's purchases are discounted at its end. `days_per_period` says
    how many days one unit of `recency` and `age` has (7 for weeks). Revenue: multiply by the margin
    outside. Frequency 0 gets the population mean, whatever its `monetary`.
    ValueError names the argument on missing, negative or mismatched values.
    """
    plan = Plan.monthly(months, discount, days_per_period)
    x, last, total = checked_history(frequency, recency, age)
    value = scalar_or_vector("monetary", monetary)
    same_length(frequency=x, recency=last, age=total, monetary=value)
    x, last, total, value = np.broadcast_arrays(x, last, total, value)
    return _discounted_purchases(model, plan, x, last, total) * gamma_gamma.expected_value(x, value)


def _discounted_purchases(model: Purchases, plan: Plan, x: Floats, last: Floats, total: Floats) -> Floats:
    if isinstance(model, PurchaseModel):
        rows = Rows.of(*(column.reshape(-1) for column in (x, last, total)))
        return model.weighted_purchases(plan.horizons, plan.weights, rows).reshape(x.shape)
    sums = np.zeros(x.shape)
    for horizon, weight in zip(plan.horizons, plan.weights, strict=True):
        sums += weight * model.expected_purchases(horizon, x, last, total)
    return sums


@dataclass(frozen=True, eq=False)
class ValueInterval:
    """Lower and upper limits of the lifetime value of each customer, arrays of shape (n,)."""

    low: Floats
    high: Floats
    level: float


def lifetime_value_interval(
    model: PurchaseModel,
    gamma_gamma: GammaGamma,
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    age: npt.ArrayLike,
    monetary: npt.ArrayLike,
    *,
    rng: np.random.Generator,
    months: int = 12,
    discount: float = 0.01,
    days_per_period: float = 1,
    level: float = 0.8,
    draws: int = 200,
    chunk: int = 20_000,
) -> ValueInterval:
    """Interval of `lifetime_value` from what is not known about the parameters, by `draws` of them.

    It says how well the *expected* value is known. What one customer will really spend scatters far
    more. Memory is about 16·draws·chunk bytes; the result does not depend on `chunk`.
    Arguments and refusals as in `lifetime_value`, columns only.
    """
    plan = Plan.monthly(months, discount, days_per_period)
    level = fraction("level", level)
    value = vector("monetary", monetary)
    x, last, total = (np.atleast_1d(column) for column in checked_history(frequency, recency, age))
    same_length(frequency=x, recency=last, age=total, monetary=value)
    models = _drawn(model, gamma_gamma, whole_number("draws", draws, least=10), rng)
    low, high = np.empty(x.size), np.empty(x.size)
    for part in _chunks(x, total, whole_number("chunk", chunk, least=1)):
        rows = Rows.of(x[part], last[part], total[part])
        values = np.array([_row_values(*pair, plan, rows, value[part]) for pair in models])
        low[part], high[part] = np.quantile(values, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return ValueInterval(low, high, level)


def _drawn(
    model: PurchaseModel, spend: GammaGamma, draws: int, rng: np.random.Generator
) -> list[tuple[PurchaseModel, GammaGamma]]:
    buying, spending = model.sample_parameters(draws, rng), spend.sample_parameters(draws, rng)
    return [
        (model.with_parameters(one), spend.with_parameters(other))
        for one, other in zip(buying, spending, strict=True)
    ]


def _chunks(x: Floats, age: Floats, size: int) -> Iterator[Ints]:
    """Row numbers in pieces of `size`, alike customers together: they share the costly part."""
    order = np.lexsort((age, x))
    for start in range(0, order.size, size):
        yield order[start : start + size]


def _row_values(model: PurchaseModel, spend: GammaGamma, plan: Plan, rows: Rows, value: Floats) -> Floats:
    purchases = model.weighted_purchases(plan.horizons, plan.weights, rows)
    return purchases * spend.expected_value(rows.x, value)
