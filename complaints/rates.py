"""Two rates compared: the ratio with its exact interval. Pure."""

from __future__ import annotations

from dataclasses import dataclass

LEVEL = 0.95


@dataclass(frozen=True)
class RateRatio:
    """Rate after divided by rate before; `low` to `high` holds it with 95% confidence."""

    before: int
    after: int
    before_units: float
    after_units: float
    ratio: float | None
    low: float
    high: float | None

    @property
    def is_lower(self) -> bool:
        """True where the whole interval lies below one."""
        return self.high is not None and self.high < 1

    @property
    def is_higher(self) -> bool:
        """True where the whole interval lies above one."""
        return self.low > 1


def rate_ratio(
    before: int, before_units: float, after: int, after_units: float, *, level: float = LEVEL
) -> RateRatio | None:
    """Return the ratio of two Poisson rates with the exact conditional interval; None where nothing counts.

    Given the sum, the count after is binomial with p = ρ·t₁ / (ρ·t₁ + t₀); the Clopper–Pearson limits of p
    give those of ρ (Przyborowski and Wilenski 1940; Lehmann and Romano, 4.5).
    """
    # Loaded here: pages import this module, and the library is large.
    from scipy.special import betainccinv, betaincinv

    total = before + after
    if total == 0 or before_units <= 0 or after_units <= 0:
        return None
    exposure = before_units / after_units
    tail = (1 - level) / 2
    p_low = float(betaincinv(after, before + 1, tail)) if after else 0.0
    p_high = float(betainccinv(after + 1, before, tail)) if before else 1.0
    ratio = after / before * exposure if before else None
    high = p_high / (1 - p_high) * exposure if before else None
    return RateRatio(before, after, before_units, after_units, ratio, p_low / (1 - p_low) * exposure, high)
