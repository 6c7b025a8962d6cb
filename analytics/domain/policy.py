"""The scoring policy: read as rules, changed with an audit line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.models import ScoringPolicy
from analytics.parameters import Rules
from core.choices import AuditAction
from core.domain.audit import differences, record
from core.errors import Conflict
from core.models import User
from customers.models import Metrics

EDITABLE = (
    "model",
    "discount_per_month",
    "margin_share",
    "rfm_window",
    "window_percentile",
    "window_min",
    "window_max",
    "risk_high",
    "risk_mid",
    "min_risk",
    "min_stake",
    "min_purchase_days",
    "silence_factor",
    "lost_after_windows",
    "max_new_per_owner",
)


def rules_of(policy: ScoringPolicy) -> Rules:
    """Return the part of the policy that the arithmetic needs."""
    return Rules(
        model=policy.model,
        discount=float(policy.discount_per_month),
        margin=float(policy.margin_share),
        rfm_window=policy.rfm_window,
        window_percentile=policy.window_percentile,
        window_min=policy.window_min,
        window_max=policy.window_max,
        risk_high=policy.risk_high,
        risk_mid=policy.risk_mid,
        lost_after_windows=policy.lost_after_windows,
    )


@transaction.atomic
def change_policy(data: Mapping[str, Any], *, by: User, version: int) -> ScoringPolicy:
    """Change the policy; it counts from the next run on. Refused when somebody changed it meanwhile."""
    policy = ScoringPolicy.load()
    values = {name: data[name] for name in EDITABLE if name in data}
    changes = differences(policy, values)
    changed = ScoringPolicy.objects.filter(pk=policy.pk, version=version).update(
        **values, version=F("version") + 1, updated_at=timezone.now(), updated_by=by
    )
    if not changed:
        raise Conflict("policy_changed", _("Somebody else changed the policy meanwhile. Look at it again."))
    record(AuditAction.CHANGED, by=by, subject=policy, changes=changes)
    return ScoringPolicy.load()


def stake_threshold(policy: ScoringPolicy, as_of: date) -> Decimal | None:
    """Return the value at stake from which customers are warned about.

    The policy's own, or where it names none the 80th percentile of what is at stake with customers
    whose risk is high enough: the fifth with the most to lose. None when nothing is at stake.
    """
    if policy.min_stake is not None:
        return policy.min_stake
    rows = at_risk(as_of, policy.min_risk, policy.min_purchase_days)
    count = rows.count()
    if not count:
        return None
    place = min(int(count * 0.8), count - 1)
    threshold: Decimal | None = rows.order_by("value_at_stake").values_list("value_at_stake", flat=True)[
        place
    ]
    return threshold


def at_risk(as_of: date, min_risk: float, min_purchase_days: int) -> QuerySet[Metrics]:
    """Return the figures of live customers with a habit, and a risk of at least `min_risk`."""
    return Metrics.objects.live().filter(
        as_of=as_of, churn_risk__gte=min_risk, purchase_days__gte=min_purchase_days, value_at_stake__gt=0
    )


def warned_by(policy: ScoringPolicy, as_of: date, window_days: int) -> QuerySet[Metrics]:
    """Return the figures of the customers whom the policy warns about: its whole rule in one place.

    Risk, purchase days, silence in usual gaps, silence not beyond "lost", and value at stake.
    """
    threshold = stake_threshold(policy, as_of)
    rows = at_risk(as_of, policy.min_risk, policy.min_purchase_days)
    if threshold is None:
        return rows.none()
    return rows.filter(
        Q(usual_gap__isnull=True) | Q(recency_days__gte=F("usual_gap") * policy.silence_factor),
        recency_days__lte=policy.lost_after_windows * window_days,
        value_at_stake__gte=threshold,
    )
