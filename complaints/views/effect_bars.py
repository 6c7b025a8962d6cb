"""An effect as pages draw it: two rates with their bars."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _


def rates_of(effect: dict[str, Any]) -> list[tuple[Any, float, int, float]]:
    """Return (label, complaints per 1,000 customers in 30 days, complaints, width of the bar of 100)."""
    if not effect:
        return []
    found = []
    for label, key in ((_("Rate before"), "before"), (_("Rate after"), "after")):
        customers = effect[f"customers_{key}"]
        rate = effect[key] * 30_000 / customers / effect["days"] if customers else 0.0
        found.append((label, rate, effect[key]))
    most = max(rate for _label, rate, _n in found) or 1.0
    return [(label, rate, count, round(100 * rate / most, 1)) for label, rate, count in found]
