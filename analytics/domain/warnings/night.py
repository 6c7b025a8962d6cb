"""The night: warnings of customers who came back are settled, the others refreshed, new ones raised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from analytics import extract
from analytics.choices import DismissReason, RiskLevel, SuggestedAction, WarningState
from analytics.domain.evidence import Finding, findings
from analytics.domain.policy import stake_threshold, warned_by
from analytics.domain.scores import Progress, fit_of
from analytics.domain.warnings.moves import language_of, step_of, tell_step
from analytics.models import ChurnWarning, ModelFit, ScoringPolicy
from analytics.reasons import headline
from analytics.rules import suggested_action
from core.display import format_money
from core.domain.changed import records_changed
from core.domain.notifications import notify
from core.errors import Conflict
from core.models import Organisation, User
from customers.choices import Priority, Tier
from customers.domain.tasks import create_task
from customers.models import Customer, Metrics, Task

BATCH = 50
"""Customers per transaction and per set of queries while warnings are raised."""


def raise_warnings(
    as_of: date, *, frame: pd.DataFrame | None = None, progress: Progress = lambda _share: None
) -> dict[str, Any]:
    """Settle, refresh and raise warnings from the figures of the day; again on the same day changes nothing.

    A warned customer who ordered again is saved. The others show today's risk, reasons and value at
    stake, and are proposed as lost after the policy's windows of silence. New warnings go to customers
    whom the policy names (`warned_by`), the most valuable first, so many an owner and night; each leaves
    a task, a line on the timeline and an audit line, and the owner gets one message.
    """
    policy = ScoringPolicy.load()
    settled = _settle(as_of)
    kept = ModelFit.objects.filter(as_of=as_of).first()
    fit = fit_of(kept) if kept else None
    if kept is None or fit is None:
        return {"settled": settled, "refreshed": 0, "raised": 0, "over_the_cap": 0}
    statistics = extract.statistics(as_of) if frame is None else frame
    threshold = stake_threshold(policy, as_of)

    def look(rows: Sequence[Metrics]) -> list[Finding]:
        return findings(rows, statistics, kept, fit, policy, threshold)

    refreshed = sum(_refresh(look(part), as_of, kept, policy) for part in _batches(_watched(as_of)))
    progress(0.3)
    chosen, over = _chosen(as_of, policy, kept.window_days or 0)
    raised = 0
    for part in _batches(chosen):
        raised += _open(look(part), as_of, kept)
        progress(0.3 + 0.6 * raised / max(len(chosen), 1))
    _tell_owners(as_of)
    return {
        "settled": settled,
        "refreshed": refreshed,
        "raised": raised,
        "over_the_cap": over,
        "threshold": None if threshold is None else str(threshold),
    }


def _batches(rows: Sequence[Metrics]) -> Iterator[Sequence[Metrics]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]


def _settle(as_of: date) -> int:
    """Close warnings of customers with an order that the warning did not know of."""
    rows = (
        ChurnWarning.objects.live()
        .unclosed()
        .filter(opened_on__lte=as_of, customer__metrics__as_of=as_of)
        .select_related("customer__metrics")
    )
    settled = 0
    for warning in rows:
        silent = warning.customer.metrics.recency_days
        known = date.fromisoformat(warning.evidence["inputs"]["last_day"])
        if silent is None or (last := as_of - timedelta(days=silent)) <= known:
            continue
        try:
            _settle_one(warning, last)
        except Conflict:  # a person was faster
            continue
        settled += 1
    return settled


def _settle_one(warning: ChurnWarning, ordered_on: date) -> None:
    waited = (ordered_on - warning.opened_on).days
    evidence = {"ordered_on": ordered_on.isoformat(), "days_after": waited}
    if waited < 0:
        step_of(warning, WarningState.DISMISSED, by=None, reason=DismissReason.DATA_WRONG, evidence=evidence)
    else:
        evidence["within_window"] = waited <= warning.window_days
        step_of(warning, WarningState.SAVED, by=None, evidence=evidence)


def _watched(as_of: date) -> list[Metrics]:
    """Figures of customers with an unclosed warning."""
    unclosed = ChurnWarning.objects.unclosed().filter(opened_on__lte=as_of, as_of__lte=as_of)
    rows = Metrics.objects.live().filter(
        as_of=as_of, churn_risk__isnull=False, purchase_days__gt=0, customer__in=unclosed.values("customer")
    )
    return list(rows.select_related("customer").order_by("pk"))


@transaction.atomic
def _refresh(found: Iterable[Finding], as_of: date, kept: ModelFit, policy: ScoringPolicy) -> int:
    by_customer = {finding.customer.pk: finding for finding in found}
    rows = list(ChurnWarning.objects.unclosed().filter(customer__in=list(by_customer)).select_for_update())
    limit = policy.lost_after_windows * (kept.window_days or 0)
    for warning in rows:
        finding = by_customer[warning.customer_id]
        warning.as_of = as_of
        warning.risk, warning.level = finding.risk, finding.level
        if finding.stake is not None:  # a customer who counts as lost keeps what was at stake
            warning.value_at_stake = finding.stake
            warning.stake_low, warning.stake_high = finding.low, finding.high
        warning.reasons = finding.reasons
        warning.owner_id = finding.customer.owner_id
        warning.looks_lost = (as_of - finding.last_day).days > limit
    fields = [
        "as_of",
        "risk",
        "level",
        "value_at_stake",
        "stake_low",
        "stake_high",
        "reasons",
        "owner",
        "looks_lost",
    ]
    ChurnWarning.objects.bulk_update(rows, fields)
    records_changed(ChurnWarning, [warning.pk for warning in rows])
    return len(rows)


def _chosen(as_of: date, policy: ScoringPolicy, window_days: int) -> tuple[list[Metrics], int]:
    """Figures of the customers to warn about tonight, and how many more the cap left out."""
    rows = _not_asked_lately(warned_by(policy, as_of, window_days), as_of, window_days)
    taken: dict[int | None, int] = dict(
        ChurnWarning.objects.filter(opened_on=as_of)
        .order_by()
        .values_list("owner")
        .annotate(count=Count("pk"))
    )
    chosen, over = [], 0
    for one in rows.select_related("customer").order_by("-value_at_stake", "customer"):
        owner = one.customer.owner_id
        if taken.get(owner, 0) >= policy.max_new_per_owner:
            over += 1
            continue
        taken[owner] = taken.get(owner, 0) + 1
        chosen.append(one)
    return chosen, over


def _not_asked_lately(rows: QuerySet[Metrics], as_of: date, window_days: int) -> QuerySet[Metrics]:
    """Leave out customers who are being looked after, were within the last window, or were given up."""
    own = ChurnWarning.objects.filter(customer=OuterRef("customer"))
    unclosed = own.unclosed()
    lately = own.filter(Q(closed_at__date__gt=as_of - timedelta(days=window_days)) | Q(opened_on=as_of))
    given_up = own.filter(
        state=WarningState.LOST, closed_at__date__gte=OuterRef("customer__totals__last_day")
    )
    return rows.filter(~Exists(unclosed), ~Exists(lately), ~Exists(given_up))


@transaction.atomic
def _open(found: Iterable[Finding], as_of: date, kept: ModelFit) -> int:
    return sum(_open_one(finding, as_of, kept) for finding in found)


def _open_one(finding: Finding, as_of: date, kept: ModelFit) -> bool:
    customer = finding.customer
    now = timezone.now()
    warning = ChurnWarning(
        customer=customer,
        opened_on=as_of,
        as_of=as_of,
        risk=finding.risk,
        level=finding.level,
        value_at_stake=finding.stake or Decimal(0),
        stake_low=finding.low,
        stake_high=finding.high,
        window_days=kept.window_days or 0,
        reasons=finding.reasons,
        suggested_action=suggested_action(tier=customer.tier, stage=customer.stage),
        evidence=finding.evidence,
        owner_id=customer.owner_id,
        opened_at=now,
    )
    try:
        with transaction.atomic():
            warning.save(force_insert=True)
    except IntegrityError:  # another worker raised it a moment ago
        return False
    warning.task = _task_for(warning, customer)
    warning.save(update_fields=["task"])
    tell_step(warning, old="", by=None, at=now)
    return True


def _task_for(warning: ChurnWarning, customer: Customer) -> Task:
    urgent = warning.level == RiskLevel.HIGH or customer.tier in {Tier.STRATEGIC, Tier.CORE}
    with translation.override(language_of(customer.owner)):
        title = _("%(action)s: %(reason)s") % {
            "action": SuggestedAction(warning.suggested_action).label,
            "reason": headline(warning.reasons),
        }
    return create_task(
        title[:200],
        customer=customer,
        due_on=timezone.localdate() + timedelta(days=3 if urgent else 7),
        priority=Priority.HIGH if urgent else Priority.NORMAL,
        subject=warning,
        dedupe=f"warning-{customer.pk}-{warning.opened_on:%Y-%m-%d}",
        tell=False,
    )


def _tell_owners(as_of: date) -> None:
    """One message an owner and night, however many warnings."""
    rows = (
        ChurnWarning.objects.live()
        .filter(opened_on=as_of, owner__is_active=True)
        .order_by()
        .values("owner")
        .annotate(count=Count("pk"), stake=Sum("value_at_stake"))
    )
    currency = Organisation.load().base_currency
    owners = User.objects.in_bulk([row["owner"] for row in rows])
    for row in rows:
        owner = owners[row["owner"]]
        with translation.override(language_of(owner)):
            stake = format_money(row["stake"], currency, 0)
        notify(
            [owner],
            kind="churn_warnings",
            title=ngettext_lazy(
                "%(count)d new churn warning, %(stake)s at stake",
                "%(count)d new churn warnings, %(stake)s at stake",
                row["count"],
            ),
            params={"count": row["count"], "stake": stake},
            url=f"{reverse('analytics:warning-list')}?owner={owner.pk}&state=open",
            dedupe=f"warnings-{as_of:%Y-%m-%d}",
        )
