"""Log-likelihoods, with gradients, of NBD, BG/NBD and MBG/NBD purchase histories.

While alive a customer buys at rate λ ~ Gamma(r, rate α). After each repeat purchase (BG/NBD) or after
every purchase, the first included (MBG/NBD), the customer leaves for good with chance p ~ Beta(a, b).
With y = x for BG/NBD and y = x + 1 for MBG/NBD, x repeat purchases, the last at t_x, seen until T:

    L = Γ(r+x) α^r / Γ(r) · B(a, b+y)/B(a, b) · [ (α+T)^-(r+x) + a/(b+y−1) · (α+t_x)^-(r+x) if y > 0 ]

Sources: Fader, Hardie & Lee (2005), "Counting Your Customers" the Easy Way, Marketing Science 24(2),
eq. 6; Batislam, Denizel & Filiztekin (2007), Int. J. of Research in Marketing 24(3). NBD is the case
p = 0: L = Γ(r+x) α^r / Γ(r) · (α+T)^-(r+x). All three are densities of the same thing (the purchase
times), so their log-likelihoods may be compared.
"""

import numpy as np
from scipy.special import expit, gammaln, psi

from analytics.maths.arrays import Floats
from analytics.maths.clv.history import History
from analytics.maths.clv.maximise import Objective


def dropout_objective(history: History, shift: int) -> Objective:
    """Mean log-likelihood over (ln r, ln α, ln a, ln b): BG/NBD for shift 0, MBG/NBD for shift 1."""
    x, counts = history.frequencies, history.frequency_weight
    chances = x + shift
    leaves = chances > 0
    earlier = np.where(leaves, chances - 1, 0.0)

    def objective(theta: Floats) -> tuple[float, Floats]:
        r, alpha, a, b = np.exp(theta)
        rate = _Rate(history, r, alpha)
        odds = np.where(leaves, theta[2] - np.log(b + earlier), -np.inf)
        excess = odds[history.frequency_of] + rate.exponent * (rate.log_age - rate.log_recency)
        gone = history.weight * expit(excess)
        gone_by_x = np.bincount(history.frequency_of, gone, minlength=x.size)
        beta = gammaln(a + b) - gammaln(b) + gammaln(b + chances) - gammaln(a + b + chances)
        value = rate.value + counts @ beta + history.weight @ np.logaddexp(0, excess)
        d_both = psi(a + b) - psi(a + b + chances)
        d_a = counts @ d_both + gone.sum() / a
        d_b = counts @ (d_both + psi(b + chances) - psi(b)) - gone_by_x @ (leaves / (b + earlier))
        gradient = np.array([*rate.gradient(gone), d_a, d_b])
        return float(value) / history.n, gradient * np.exp(theta) / history.n

    return objective


def nbd_objective(history: History) -> Objective:
    """Mean log-likelihood over (ln r, ln α) of customers who never leave."""
    nobody = np.zeros_like(history.weight)

    def objective(theta: Floats) -> tuple[float, Floats]:
        rate = _Rate(history, *np.exp(theta))
        gradient = np.array(rate.gradient(nobody)) * np.exp(theta)
        return rate.value / history.n, gradient / history.n

    return objective


class _Rate:
    """The part of the likelihood that comes from the buying rate, of customers all alive until T."""

    def __init__(self, history: History, r: float, alpha: float) -> None:
        self.history, self.r, self.alpha = history, r, alpha
        self.exponent = (r + history.frequencies)[history.frequency_of]
        self.log_age = np.log(alpha + history.ages)[history.age_of]
        self.log_recency = np.log(alpha + history.recencies)[history.recency_of]

    @property
    def value(self) -> float:
        x, counts = self.history.frequencies, self.history.frequency_weight
        gammas = counts @ (gammaln(self.r + x) - gammaln(self.r))
        powers = self.history.weight @ (self.exponent * self.log_age)
        return float(gammas + self.history.n * self.r * np.log(self.alpha) - powers)

    def gradient(self, gone: Floats) -> tuple[float, float]:
        """Derivatives by r and α, where `gone` is the weight of each row that left after t_x."""
        history, stayed = self.history, self.history.weight - gone
        d_r = history.frequency_weight @ (psi(self.r + history.frequencies) - psi(self.r))
        d_r += history.n * np.log(self.alpha) - stayed @ self.log_age - gone @ self.log_recency
        by_age = stayed / (self.alpha + history.ages)[history.age_of]
        by_recency = gone / (self.alpha + history.recencies)[history.recency_of]
        d_alpha = history.n * self.r / self.alpha - self.exponent @ (by_age + by_recency)
        return float(d_r), float(d_alpha)
