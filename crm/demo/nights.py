"""The demo company's past nights: scoring runs as they would have run, and what staff did about the warnings."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from analytics.choices import DismissReason, WarningState
from analytics.domain.nightly import run_now_here
from analytics.domain.warnings import move_warning
from analytics.models import ChurnWarning, ScoringPolicy
from core.models import Notification
from customers.models import Task, TimelineEvent

#: Nights before today that are made up for, in days.
NIGHTS = (110, 60, 24)
#: What the demo company thinks worth a call, in yuan a year.
MIN_STAKE = 25_000


def live_through(*, today: date, rng: random.Random) -> int:
    """Run the scoring of some past nights and of tonight, with people at work between; return the warnings."""
    ScoringPolicy.load()
    ScoringPolicy.objects.update(min_stake=MIN_STAKE)
    for days in NIGHTS:
        night = today - timedelta(days=days)
        run_now_here(night)
        _date_back(night)
        _work(night, today, rng)
    run_now_here(today)
    return ChurnWarning.objects.count()


def _moment(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour, 10)))


def _date_back(night: date) -> None:
    """Give what the run wrote just now the hour at which it would have been written."""
    at = _moment(night, 2)
    raised = ChurnWarning.objects.filter(opened_on=night)
    numbers = list(raised.values_list("pk", flat=True))
    raised.update(opened_at=at)
    Task.objects.filter(pk__in=raised.values("task")).update(
        created_at=at, due_on=night + timedelta(days=5), updated_at=at
    )
    TimelineEvent.objects.filter(kind="warning", subject_id__in=numbers).update(at=at)
    Notification.objects.filter(kind="warning", created_at__gt=at).update(created_at=at, read_at=at)


def _work(night: date, today: date, rng: random.Random) -> None:
    """Call most of the customers, dismiss a few warnings, give some up, and leave the rest untouched."""
    for warning in ChurnWarning.objects.filter(opened_on=night, state=WarningState.OPEN).select_related(
        "owner"
    ):
        at = _moment(
            min(night + timedelta(days=rng.randint(1, 9)), today - timedelta(days=1)), rng.randint(9, 17)
        )
        luck = rng.random()
        if luck < 0.55:
            move_warning(
                warning, WarningState.CONTACTED, by=warning.owner, note="已电话联系，约定下周沟通", at=at
            )
        elif luck < 0.68:
            move_warning(
                warning,
                WarningState.DISMISSED,
                by=warning.owner,
                reason=rng.choice(
                    [DismissReason.SEASONAL, DismissReason.KNOWN_PAUSE, DismissReason.ORDER_COMING]
                ),
                at=at,
            )
        elif luck < 0.8 and (today - night).days > 60:
            move_warning(warning, WarningState.LOST, by=warning.owner, note="已与其他机构签约", at=at)
