"""Simulated purchase histories with known truth, for recovery tests, benchmarks and the demo."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.maths.arrays import Bools, Floats, above_zero, vector


@dataclass(frozen=True, eq=False)
class Simulated:
    """What was seen until `age` (frequency, recency) and what only the simulation knows: who is still
    alive then, and the purchases within the `horizon` after it. Arrays of shape (n,)."""

    frequency: Floats
    recency: Floats
    age: Floats
    alive: Bools
    future: Floats


def simulate_bg_nbd(
    parameters: tuple[float, float, float, float],
    age: npt.ArrayLike,
    rng: np.random.Generator,
    *,
    horizon: float = 0.0,
) -> Simulated:
    """Histories of customers who may leave after each repeat purchase (Fader, Hardie & Lee 2005).

    `parameters` (r, alpha, a, b), `age` of each customer and `horizon` in the unit of time of alpha.
    """
    return _simulated(parameters, vector("age", age), rng, horizon, leaves_at_once=False)


def simulate_mbg_nbd(
    parameters: tuple[float, float, float, float],
    age: npt.ArrayLike,
    rng: np.random.Generator,
    *,
    horizon: float = 0.0,
) -> Simulated:
    """As `simulate_bg_nbd`, but the first purchase may already be the last (Batislam et al. 2007)."""
    return _simulated(parameters, vector("age", age), rng, horizon, leaves_at_once=True)


def simulate_nbd(
    parameters: tuple[float, float], age: npt.ArrayLike, rng: np.random.Generator, *, horizon: float = 0.0
) -> Simulated:
    """Histories of customers who never leave; `parameters` (r, alpha)."""
    ages = vector("age", age)
    rate = _rates(parameters[0], parameters[1], ages.size, rng)
    return _purchases(rate, np.zeros_like(ages), ages, rng, horizon, np.ones(ages.size, dtype=np.bool_))


def simulate_spend(
    parameters: tuple[float, float, float], frequency: npt.ArrayLike, rng: np.random.Generator
) -> Floats:
    """Mean value of the `frequency` purchases of each customer under Gamma-Gamma (p, q, v); 0 without any."""
    p, q, v = (above_zero("parameters", value) for value in parameters)
    x = vector("frequency", frequency, whole=True)
    rate = rng.gamma(q, 1 / v, x.size)
    some = np.maximum(x, 1)
    return np.where(x > 0, rng.gamma(p * some) / (rate * some), 0.0)


def _simulated(
    parameters: tuple[float, float, float, float],
    age: Floats,
    rng: np.random.Generator,
    horizon: float,
    *,
    leaves_at_once: bool,
) -> Simulated:
    r, alpha, a, b = (above_zero("parameters", value) for value in parameters)
    rate = _rates(r, alpha, age.size, rng)
    leave = rng.beta(a, b, age.size)
    stays = rng.random(age.size) >= leave if leaves_at_once else np.ones(age.size, dtype=np.bool_)
    return _purchases(rate, leave, age, rng, horizon, stays)


def _rates(r: float, alpha: float, n: int, rng: np.random.Generator) -> Floats:
    return rng.gamma(above_zero("r", r), 1 / above_zero("alpha", alpha), n)


def _purchases(
    rate: Floats, leave: Floats, age: Floats, rng: np.random.Generator, horizon: float, stays: Bools
) -> Simulated:
    """One purchase of everybody still buying per round, until all have left or passed the horizon."""
    frequency, recency, future = (np.zeros_like(age) for _ in range(3))
    left_at = np.where(stays, np.inf, 0.0)
    clock = np.zeros_like(age)
    buying = np.flatnonzero(stays & (rate > 0))
    while buying.size:
        clock[buying] += rng.standard_exponential(buying.size) / rate[buying]
        buying = buying[clock[buying] <= age[buying] + horizon]
        seen = buying[clock[buying] <= age[buying]]
        frequency[seen] += 1
        recency[seen] = clock[seen]
        future[buying[clock[buying] > age[buying]]] += 1
        leaving = rng.random(buying.size) < leave[buying]
        left_at[buying[leaving]] = clock[buying[leaving]]
        buying = buying[~leaving]
    return Simulated(frequency, recency, age, left_at > age, future)
