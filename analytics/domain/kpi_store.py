"""Dashboard figures as rows: what changed is written, what had its time is forgotten."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q

from analytics.figures import Figure
from analytics.models import KpiValue
from analytics.periods import month_start
from analytics.scopes import Scope

KEEP_DAYS = 40
"""Figures of single days are kept so long, those of month ends for ever."""

_STORED = ("value", "n", "low", "high", "before", "change_low", "change_high")
_IDENTITY = ("scope", "on", "kpi", "period", "key")


@transaction.atomic
def store_kpis(rows: list[KpiValue], as_of: date) -> int:
    """Write what is new or differs, take away what no longer is, and days that have had their time."""
    days = {row.on for row in rows}
    # What stood on a month end besides the figures of periods is history and stays.
    stored = KpiValue.objects.filter(Q(on=as_of) | ~Q(period=""), on__in=days | {as_of})
    known = {tuple(one[1:6]): one for one in stored.values_list("pk", *_IDENTITY, *_STORED)}
    wanted = {tuple(getattr(row, name) for name in _IDENTITY): row for row in rows}
    changed = [
        row
        for key, row in wanted.items()
        if key not in known or known[key][6:] != tuple(getattr(row, name) for name in _STORED)
    ]
    KpiValue.objects.bulk_create(
        changed,
        batch_size=1_000,
        update_conflicts=True,
        unique_fields=list(_IDENTITY),
        update_fields=[*_STORED, "team", "tag"],
    )
    gone = [one[0] for key, one in known.items() if key not in wanted]
    for start in range(0, len(gone), 500):
        KpiValue.objects.filter(pk__in=gone[start : start + 500]).delete()
    _forget(as_of)
    return len(changed) + len(gone)


def _forget(as_of: date) -> None:
    old = KpiValue.objects.filter(on__lt=as_of - timedelta(days=KEEP_DAYS))
    days = set(old.order_by().values_list("on", flat=True).distinct())
    single = [day for day in days if month_start(day + timedelta(days=1)) != day + timedelta(days=1)]
    KpiValue.objects.filter(on__in=single).delete()


def kpi_row(figure: Figure, on: date, period: str, scope: Scope) -> KpiValue:
    """Return the unsaved row of a figure."""
    return KpiValue(
        kpi=figure.kpi,
        on=on,
        period=period,
        scope=scope.key,
        team_id=scope.team_id,
        tag_id=scope.tag_id,
        key=figure.key,
        **{name: getattr(figure, name) for name in _STORED},
    )
