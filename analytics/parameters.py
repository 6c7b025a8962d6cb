"""What the arithmetic needs to know of the policy; pages read it without numerical libraries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

#: Bins of the chart of how sure it is that a customer is still active: ten of 10% each.
P_ALIVE_BINS: Final = 10


@dataclass(frozen=True)
class Rules:
    """The part of the scoring policy that the arithmetic needs."""

    model: str
    discount: float
    margin: float
    rfm_window: str
    window_percentile: float
    window_min: int
    window_max: int
    risk_high: float
    risk_mid: float
    lost_after_windows: float
