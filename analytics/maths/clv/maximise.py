"""Maximum likelihood over log-parameters inside a box: several starts, Newton polish, checks.

Parameters are positive, so everything here works on their logarithms: the surface is rounder and the
intervals that follow are skewed the right way (on CDNOW the symmetric interval of `a` is wrong).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy.optimize import minimize

from analytics.maths.arrays import Bools, Floats

Objective: TypeAlias = Callable[[Floats], tuple[float, Floats]]
"""Log-parameters → mean log-likelihood per customer and its gradient."""

GRADIENT_TOLERANCE = 1e-6
LARGEST_LOG_VARIANCE = 4.0
"""A direction that the data do not tell anything about is given a standard deviation of 2 (a factor 7)."""


@dataclass(frozen=True)
class Box:
    """Lower and upper limits of the log-parameters."""

    low: Floats
    high: Floats

    @classmethod
    def of(cls, *limits: tuple[float, float]) -> "Box":
        """The box from limits of the parameters themselves."""
        logs = np.log(np.array(limits, dtype=np.float64))
        return cls(logs[:, 0], logs[:, 1])

    def inside(self, theta: Floats) -> Bools:
        """Which parameters are clear of both limits."""
        return (theta > self.low + 1e-6) & (theta < self.high - 1e-6)


@dataclass(frozen=True)
class Maximum:
    """The best point found. `covariance` is that of the log-parameters, zero for those at a limit."""

    theta: Floats
    log_likelihood: float
    covariance: Floats
    converged: bool
    definite: bool
    on_boundary: bool

    @property
    def parameters(self) -> Floats:
        """The parameters themselves."""
        return np.exp(self.theta)


def climb(objective: Objective, starts: Sequence[Sequence[float]], box: Box) -> Floats:
    """Log-parameters of the highest point reached from any of the starting parameters."""
    ends = [_lbfgs(objective, np.log(np.asarray(start, dtype=np.float64)), box) for start in starts]
    return max(ends, key=lambda theta: objective(theta)[0])


def _lbfgs(objective: Objective, theta: Floats, box: Box) -> Floats:
    def descent(point: Floats) -> tuple[float, Floats]:
        value, gradient = objective(point)
        return -value, -gradient

    found = minimize(
        descent,
        np.clip(theta, box.low, box.high),
        jac=True,
        method="L-BFGS-B",
        bounds=list(zip(box.low, box.high, strict=True)),
        options={"ftol": 1e-12, "gtol": 1e-7, "maxiter": 500},
    )
    return np.clip(np.asarray(found.x, dtype=np.float64), box.low, box.high)


def maximum(objective: Objective, theta: Floats, box: Box, n: int) -> Maximum:
    """The maximum near `theta`, polished by Newton steps, with the checks of gradient and curvature.

    `n` customers: the objective is per customer, the covariance is of the whole.
    """
    theta = _lbfgs(objective, theta, box)
    for _ in range(3):
        step = _newton_step(objective, theta, box)
        moved = np.clip(theta + step, box.low, box.high)
        if not step.any() or objective(moved)[0] < objective(theta)[0]:
            break
        theta = moved
    return _judged(objective, theta, box, n)


def _newton_step(objective: Objective, theta: Floats, box: Box) -> Floats:
    """The step to the top of the local parabola; none where it is flat enough or has no top."""
    step = np.zeros_like(theta)
    free = box.inside(theta)
    gradient = objective(theta)[1][free]
    if np.abs(gradient).max(initial=0) < GRADIENT_TOLERANCE / 1000:
        return step
    information = -_hessian(objective, theta, free)
    if np.linalg.eigvalsh(information)[0] > 0:
        step[free] = np.clip(np.linalg.solve(information, gradient), -0.5, 0.5)
    return step


def _hessian(objective: Objective, theta: Floats, free: Bools, width: float = 1e-5) -> Floats:
    """Second derivatives in the free log-parameters, by central differences of the gradient."""
    rows = []
    for index in np.flatnonzero(free):
        step = np.zeros_like(theta)
        step[index] = width
        rows.append((objective(theta + step)[1] - objective(theta - step)[1])[free] / (2 * width))
    hessian = np.array(rows, dtype=np.float64).reshape(len(rows), len(rows))
    return (hessian + hessian.T) / 2


def _judged(objective: Objective, theta: Floats, box: Box, n: int) -> Maximum:
    free = box.inside(theta)
    value, gradient = objective(theta)
    information = -n * _hessian(objective, theta, free)
    curvature, axes = np.linalg.eigh(information)
    definite = bool((curvature > 0).all())
    variance = 1 / np.maximum(curvature, 1 / LARGEST_LOG_VARIANCE)
    covariance = np.zeros((theta.size, theta.size))
    covariance[np.ix_(free, free)] = (axes * variance) @ axes.T
    flat = float(np.abs(gradient[free]).max(initial=0)) < GRADIENT_TOLERANCE
    return Maximum(theta, n * value, covariance, flat and definite, definite, not bool(free.all()))
