"""Expected future purchases and the chance to be still there, given a purchase history.

Sources: Fader, Hardie & Lee (2005), eq. 10; Batislam, Denizel & Filiztekin (2007). The Gaussian
hypergeometric term stands in Euler's form throughout:

    E[Y(t) | alive] = (a+b+y−1)/(a−1) · [1 − (1−z)^(a−1) · 2F1(a+b+k−1−r, a−1; a+b+y−1; z)]

with z = t/(α+T+t), y = x + k, k = 0 for BG/NBD and 1 for MBG/NBD. As printed in the papers the term
overflows from a few hundred purchases on; this form does not, and its first argument no longer
depends on the customer. Checked against 50-digit arithmetic: relative error 1e-10 for a below
200 whatever x, 1e-5 beyond.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import betaincinv, betaln, expit, hyp2f1
from scipy.stats import nbinom

from analytics.maths.arrays import Floats

STEP = 1e-5
"""Half width of the step over a = 1 and a + b = 1, where numerator and denominator both vanish."""


@dataclass(frozen=True)
class Process:
    """Gamma(r, rate alpha) buying rates; Beta(a, b) chance to leave. `shift` 0: after each repeat
    purchase (BG/NBD), 1: after every purchase (MBG/NBD)."""

    r: float
    alpha: float
    a: float
    b: float
    shift: int

    def probability_alive(self, x: Floats, recency: Floats, age: Floats) -> Floats:
        """Chance that the customer has not left by `age`, from log odds and never a power."""
        return expit(-self._log_odds_gone(x, recency, age))

    def _log_odds_gone(self, x: Floats, recency: Floats, age: Floats) -> Floats:
        chances = x + self.shift
        ratio = np.log1p((age - recency) / (self.alpha + recency))
        with np.errstate(divide="ignore"):
            odds = np.log(self.a) - np.log(self.b + np.maximum(chances - 1, 0))
        return np.where(chances > 0, odds + (self.r + x) * ratio, -np.inf)

    def purchases_if_alive(self, horizon: Floats | np.float64, x: Floats, age: Floats) -> Floats:
        """Expected purchases within `horizon` of customers who are alive at `age`."""
        if abs(self.a - 1) < STEP:
            sides = replace(self, a=1 - STEP), replace(self, a=1 + STEP)
        elif self.shift == 0 and abs(self.a + self.b - 1) < STEP:
            sides = replace(self, b=1 - self.a - STEP), replace(self, b=1 - self.a + STEP)
        else:
            return self._purchases_if_alive(horizon, x, age)
        low, high = (side._purchases_if_alive(horizon, x, age) for side in sides)
        return (low + high) / 2

    def _purchases_if_alive(self, horizon: Floats | np.float64, x: Floats, age: Floats) -> Floats:
        third = self.a + self.b + x + self.shift - 1
        z = horizon / (self.alpha + age + horizon)
        with np.errstate(over="ignore", invalid="ignore"):
            term = hyp2f1(self.a + self.b + self.shift - 1 - self.r, self.a - 1, third, z)
            kept = np.exp((1 - self.a) * np.log1p(horizon / (self.alpha + age)))
            expected: Floats = third / (self.a - 1) * (1 - kept * term)
        lost = ~np.isfinite(expected)
        if lost.any():
            expected[lost] = self._averaged(
                *(column[lost] for column in np.broadcast_arrays(horizon, x, age))
            )
        return expected

    def _averaged(self, horizon: Floats, x: Floats, age: Floats) -> Floats:
        """The same for an `a` of hundreds, where 2F1 overflows: E[(1 − (1 + pt/(α+T))^−(r+x)) / p] as a
        mean over quantiles of p ~ Beta(a, b+y), which is narrow then."""
        nodes, weights = np.polynomial.legendre.leggauss(40)
        p = betaincinv(self.a, self.b + (x + self.shift)[:, np.newaxis], (nodes + 1) / 2)
        growth = np.log1p(p * (horizon / (self.alpha + age))[:, np.newaxis])
        each: Floats = -np.expm1(-(self.r + x)[:, np.newaxis] * growth) / p
        return each @ weights / 2

    def count_probability(self, count: Floats, age: Floats) -> Floats:
        """Chance of exactly `count` repeat purchases by `age` (Fader, Hardie & Lee 2005, eq. 8)."""
        chances = count + self.shift
        share = self.alpha / (self.alpha + age)
        whole = betaln(self.a, self.b)
        stays = np.exp(betaln(self.a, self.b + chances) - whole) * nbinom.pmf(count, self.r, share)
        leaves = np.exp(betaln(self.a + 1, self.b + np.maximum(chances, 1) - 1) - whole)
        probability: Floats = stays + np.where(chances > 0, leaves * nbinom.sf(count - 1, self.r, share), 0.0)
        return probability
