"""Why a customer is warned about: reasons and evidence from stored facts, for many customers at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from django.utils import timezone

from analytics import reasons
from analytics.models import ModelFit, ScoringPolicy
from analytics.periods import day_of, month_start, months_before
from analytics.reasons import Reason
from analytics.scoring import Fit, risk_on_habit, stake_interval
from core.models import Organisation
from customers.models import Contact, Customer, Metrics, MonthlySnapshot


@dataclass(frozen=True)
class Finding:
    """All that a warning about one customer says; nothing is at stake any more once it counts as lost."""

    customer: Customer
    risk: float
    level: str
    stake: Decimal | None
    low: Decimal
    high: Decimal
    last_day: date
    reasons: list[dict[str, Any]]
    evidence: dict[str, Any]


def findings(
    figures: Sequence[Metrics],
    frame: pd.DataFrame,
    kept: ModelFit,
    fit: Fit,
    policy: ScoringPolicy,
    threshold: Any,
) -> list[Finding]:
    """Return what is to be said of each customer, in the order given.

    `figures` carry their customer; `frame` are the statistics of the day. A handful of queries,
    however many customers there are.
    """
    ids = [one.customer_id for one in figures]
    base = frame.set_index("customer_id", drop=False).loc[ids]
    stakes = np.array([float(one.value_at_stake or 0) for one in figures], dtype=np.float64)
    low, high = stake_interval(base, fit, stakes)
    habit = risk_on_habit(base, fit)
    segments, leavers = _segments_before(ids, kept.as_of), _leavers(ids, kept.as_of)
    currency = Organisation.load().base_currency
    found = []
    for place, one in enumerate(figures):
        row = base.iloc[place]
        baseline = min(float(habit[place]), float(one.churn_risk or 0))
        found.append(
            Finding(
                customer=one.customer,
                risk=float(one.churn_risk or 0),
                level=one.risk_level,
                stake=one.value_at_stake,
                low=_money(low[place]),
                high=_money(high[place]),
                last_day=day_of(row["last_day"]),
                reasons=[
                    reason.stored
                    for reason in _reasons(
                        one,
                        baseline,
                        currency,
                        segments.get(one.customer_id, ""),
                        leavers.get(one.customer_id),
                    )
                ],
                evidence=_evidence(one, row, kept, policy, baseline, threshold),
            )
        )
    return found


def _money(value: float) -> Decimal:
    return Decimal(str(round(float(value), 2)))


def _reasons(
    one: Metrics, baseline: float, currency: str, segment_before: str, leaver: tuple[str, str, date] | None
) -> list[Reason]:
    points = round(100 * float(one.churn_risk or 0)) - round(100 * baseline)
    found = [
        reasons.silence(one.usual_gap, one.recency_days or 0, weight=points),
        None if leaver is None else reasons.person_left(*leaver),
        reasons.turnover_fell(float(one.amount_12m), float(one.amount_prev_12m), currency),
        reasons.no_contact(_days_since(one.customer.last_contact_at, one.as_of)),
        reasons.segment_moved(segment_before, one.segment),
    ]
    return [reason for reason in found if reason is not None]


def _days_since(at: datetime | None, on: date | None) -> int | None:
    if at is None or on is None:
        return None
    return max(0, (on - timezone.localtime(at).date()).days)


def _evidence(
    one: Metrics, row: Any, kept: ModelFit, policy: ScoringPolicy, baseline: float, threshold: Any
) -> dict[str, Any]:
    """The rule, what it saw and what followed: enough to work the decision out again."""
    return {
        "rule": "churn_warning",
        "as_of": kept.as_of.isoformat(),
        "inputs": {
            "usual_gap": one.usual_gap,
            "silent_days": one.recency_days,
            "purchase_days": one.purchase_days,
            "first_day": day_of(row["first_day"]).isoformat(),
            "last_day": day_of(row["last_day"]).isoformat(),
            "x": one.purchase_days - 1,
            "t_x_weeks": round((row["last_day"] - row["first_day"]) / 7, 3),
            "T_weeks": round((row["last_day"] - row["first_day"] + (one.recency_days or 0)) / 7, 3),
            "amount_12m": str(one.amount_12m),
            "amount_prev_12m": str(one.amount_prev_12m),
        },
        "model": {
            "name": kept.model,
            "parameters": {name: kept.parameters.get(name) for name in ("r", "alpha", "a", "b")},
            "window_days": kept.window_days,
            "dropout_visible": kept.dropout_visible,
        },
        "thresholds": {
            "min_risk": policy.min_risk,
            "min_stake": str(threshold),
            "min_stake_is_automatic": policy.min_stake is None,
            "min_purchase_days": policy.min_purchase_days,
            "silence_factor": policy.silence_factor,
            "lost_after_windows": policy.lost_after_windows,
            "risk_high": policy.risk_high,
            "risk_mid": policy.risk_mid,
            "policy_version": policy.version,
        },
        "result": {
            "risk": one.churn_risk,
            "risk_on_habit": baseline,
            "level": one.risk_level,
            "value_at_stake": str(one.value_at_stake),
        },
    }


def _segments_before(ids: list[int], as_of: date) -> dict[int, str]:
    month = month_start(months_before(month_start(as_of), 1))
    rows = MonthlySnapshot.objects.filter(month=month, customer_id__in=ids)
    return dict(rows.values_list("customer_id", "segment"))


def _leavers(ids: list[int], as_of: date) -> dict[int, tuple[str, str, date]]:
    """The person of weight who left each customer last, where that is news."""
    rows = (
        Contact.objects.live()
        .filter(
            customer_id__in=ids,
            role__in=reasons.KEY_ROLES,
            ended_on__lte=as_of,
            ended_on__gt=as_of - timedelta(days=reasons.LEFT_WITHIN_DAYS),
        )
        .order_by("ended_on")
        .values_list("customer_id", "person__name", "role", "ended_on")
    )
    return {pk: (name, role, on) for pk, name, role, on in rows}
