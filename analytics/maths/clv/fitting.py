"""Fitting BG/NBD and MBG/NBD by maximum likelihood, and telling when no drop-out can be seen."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from analytics.maths.clv.history import History, packed_history
from analytics.maths.clv.likelihood import dropout_objective, nbd_objective
from analytics.maths.clv.maximise import LARGEST_LOG_VARIANCE, Box, Maximum, Objective, climb, maximum
from analytics.maths.clv.purchases import AB_LIMITS, BgNbd, MbgNbd, PurchaseModel

Model = TypeVar("Model", bound=PurchaseModel)

DROPOUT_CRITICAL = 4.605
"""5 % point of the evidence for drop-out, 2·(gain in log-likelihood over NBD). Without drop-out half
the histories show none at all and the others a χ² with two degrees of freedom: ½·P(χ²₂ > c) = .05."""

THINNED = 20_000
"""Customers on which the starts compete; the whole base is then climbed from the winner only."""

R_LIMITS = (1e-4, 1e4)


def fit_bg_nbd(frequency: npt.ArrayLike, recency: npt.ArrayLike, age: npt.ArrayLike) -> BgNbd:
    """BG/NBD by maximum likelihood (Fader, Hardie & Lee 2005, "Counting Your Customers" the Easy Way).

    `frequency` repeat purchases (whole numbers), `recency` time from the first purchase to the last
    (0 without repeat), `age` time since the first; arrays of shape (n,), one unit of time.
    Where drop-out does not show (`DROPOUT_CRITICAL`, or no clear maximum) the NBD is fitted instead.
    Without any repeat purchase r is ½ and alpha the total time seen (Jeffreys' rule for a rate of
    which no event was seen), and `converged` is False.
    ValueError names the argument: see `packed_history`.
    """
    return _fit(BgNbd, packed_history(frequency, recency, age))


def fit_mbg_nbd(frequency: npt.ArrayLike, recency: npt.ArrayLike, age: npt.ArrayLike) -> MbgNbd:
    """MBG/NBD by maximum likelihood (Batislam, Denizel & Filiztekin 2007); arguments as `fit_bg_nbd`.

    One-time buyers may have left here (BG/NBD holds all of them alive), which suits most bases.
    """
    return _fit(MbgNbd, packed_history(frequency, recency, age))


def _fit(kind: type[Model], history: History) -> Model:
    if not history.purchases:
        return _without_repeats(kind, history)
    nbd = _fit_nbd(history)
    full = _fit_dropout(history, kind.shift)
    statistic = max(2 * (full.log_likelihood - nbd.log_likelihood), 0.0)
    visible = full.definite and statistic > DROPOUT_CRITICAL
    best = full if visible else nbd
    r, alpha, *dropout = (float(value) for value in best.parameters)
    a, b = dropout or (None, None)
    return kind(
        r=r,
        alpha=alpha,
        a=a,
        b=b,
        log_likelihood=best.log_likelihood,
        n=history.n,
        covariance=best.covariance,
        converged=best.converged,
        on_boundary=best.on_boundary,
        dropout_statistic=statistic,
    )


def _fit_nbd(history: History) -> Maximum:
    box = Box.of(R_LIMITS, _alpha_limits(history))
    rate = history.purchases / (history.mean_age * history.n)
    starts = [(r, r / rate) for r in (0.5, 5.0)]
    return _fit_box(history, box, starts, nbd_objective)


def _fit_dropout(history: History, shift: int) -> Maximum:
    box = Box.of(R_LIMITS, _alpha_limits(history), AB_LIMITS, AB_LIMITS)
    starts = [(0.5, history.mean_age, 1.0, 2.0), (2.0, history.mean_age / 4, 0.3, 6.0)]
    return _fit_box(history, box, starts, lambda rows: dropout_objective(rows, shift))


def _fit_box(
    history: History,
    box: Box,
    starts: Sequence[Sequence[float]],
    objective_of: Callable[[History], Objective],
) -> Maximum:
    near = climb(objective_of(history.thinned(THINNED)), starts, box)
    return maximum(objective_of(history), near, box, history.n)


def _alpha_limits(history: History) -> tuple[float, float]:
    return 1e-5 * history.mean_age, 1e5 * history.mean_age


def _without_repeats(kind: type[Model], history: History) -> Model:
    """Nobody came back: a rate near zero for all, half a purchase in all the time seen."""
    r, alpha = 0.5, history.mean_age * history.n
    log_likelihood = nbd_objective(history)(np.log(np.array([r, alpha])))[0] * history.n
    uninformed = np.diag([LARGEST_LOG_VARIANCE, 0.0])
    return kind(
        r=r,
        alpha=alpha,
        a=None,
        b=None,
        log_likelihood=log_likelihood,
        n=history.n,
        covariance=uninformed,
        converged=False,
        on_boundary=True,
        dropout_statistic=0.0,
    )
