"""The figures that dashboards read: computed for every scope at once, stored as rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pandas as pd
from django.db.models import FloatField
from django.db.models.functions import Cast

from analytics import extract
from analytics.choices import Period, Segment
from analytics.curves import concentration_figures, grouped_figures, month_figures
from analytics.domain.kpi_store import kpi_row, store_kpis
from analytics.domain.scores import Progress
from analytics.figures import (
    Days,
    Figure,
    Members,
    PeriodSums,
    add_period,
    period_figures,
)
from analytics.frames import DayNumber, id_ranges, read_rows
from analytics.maths.arrays import Floats, Ints
from analytics.models import ChurnWarning, KpiValue
from analytics.parameters import P_ALIVE_BINS
from analytics.periods import Window, day_number, month_ends, month_start, months_before, windows
from analytics.scopes import Scope, teams_above
from customers.models import Customer, Metrics

HISTORY = 12
"""Month ends before the day that sparklines show; computed anew each night, for old orders arrive late."""
MONTHS_SHOWN = 24
CELLS = [f"{r}{f}" for r in range(1, 6) for f in range(1, 6)]


@dataclass
class _Scopes:
    """Numbers of the scopes in the order in which they are met."""

    numbers: dict[Scope, int] = field(default_factory=dict)

    def number(self, scope: Scope) -> int:
        return self.numbers.setdefault(scope, len(self.numbers))


@dataclass
class _Sums:
    """What the pieces of customers add up to."""

    periods: dict[tuple[date, str], PeriodSums] = field(default_factory=dict)
    months: dict[str, Floats] = field(default_factory=dict)
    month_buyers: dict[str, Floats] = field(default_factory=dict)
    groups: dict[str, Floats] = field(default_factory=dict)
    values: dict[int, list[Floats]] = field(default_factory=dict)

    def add_group(self, name: str, values: Floats) -> None:
        self.groups[name] = self.groups[name] + values if name in self.groups else values


def write_kpis(as_of: date, *, progress: Progress = lambda _share: None) -> dict[str, int]:
    """Compute all figures as of the day, and those of the month ends before it, and store what changed.

    Reads customers in ranges; their figures must have been written for the day. Again writes the same.
    """
    scopes = _Scopes()
    scopes.number(Scope())
    above = teams_above()
    memberships = list(_memberships(scopes, above))
    sums = _Sums()
    for place, (ids, pairs) in enumerate(memberships, start=1):
        members = Members(pairs[:, 0], pairs[:, 1], ids.size, len(scopes.numbers))
        _add_days(sums, as_of, ids, members)
        _add_metrics(sums, as_of, ids, members)
        progress(0.9 * place / len(memberships))
    by_number = {number: scope for scope, number in scopes.numbers.items()}
    rows = [
        kpi_row(figure, on, period, by_number[figure.scope]) for figure, on, period in _figures(sums, as_of)
    ] + list(_stakes(as_of, above))
    written = store_kpis(rows, as_of)
    return {"figures": len(rows), "changed": written, "scopes": len(by_number)}


# ---- who belongs where ------------------------------------------------------------------------------
def _memberships(scopes: _Scopes, above: dict[int, list[int]]) -> Iterable[tuple[Ints, Ints]]:
    """Yield (sorted customer ids, pairs of place and scope number) of each range of live customers.

    Customers with the same team and tags share their scopes, so few combinations are worked out.
    """
    for first, last in id_ranges(Customer):
        live = Customer.objects.live().filter(pk__range=(first, last))
        teams = read_rows(live.order_by("pk").values_list("pk", "team_id"), ["customer_id", "team"])
        if teams.empty:
            continue
        tags = read_rows(
            live.filter(tags__isnull=False).order_by("pk", "tags").values_list("pk", "tags"),
            ["customer_id", "tag"],
        )
        ids = teams["customer_id"].to_numpy(dtype=np.int64)
        sets: dict[int, list[int]] = {}
        for pk, tag in zip(tags["customer_id"].tolist(), tags["tag"].tolist(), strict=True):
            sets.setdefault(int(pk), []).append(int(tag))
        kinds: dict[tuple[int, tuple[int, ...]], list[int]] = {}
        known = teams["team"].astype("float64").fillna(-1).astype("int64").tolist()
        for place, (pk, team) in enumerate(zip(ids.tolist(), known, strict=True)):
            kinds.setdefault((team, tuple(sets.get(pk, ()))), []).append(place)
        pairs = [_pairs(places, _numbers(scopes, above, *kind)) for kind, places in kinds.items()]
        yield ids, np.concatenate(pairs)


def _pairs(places: list[int], numbers: list[int]) -> Ints:
    """Every customer of a kind with every scope of the kind."""
    return np.column_stack(
        (
            np.repeat(np.array(places, dtype=np.int64), len(numbers)),
            np.tile(np.array(numbers, dtype=np.int64), len(places)),
        )
    )


def _numbers(scopes: _Scopes, above: dict[int, list[int]], team: int, tags: tuple[int, ...]) -> list[int]:
    teams: list[int | None] = [None, *above.get(team, [])]
    return [scopes.number(Scope(team_id, tag_id)) for team_id in teams for tag_id in (None, *tags)]


# ---- sums over customers ----------------------------------------------------------------------------
def _add_days(sums: _Sums, as_of: date, ids: Ints, members: Members) -> None:
    earliest = months_before(as_of, 12 * 4 + HISTORY + 1)
    first, last = int(ids[0]), int(ids[-1])
    days = Days.of(extract.order_days(earliest, as_of, first, last), ids)
    first_days = _first_days(as_of, ids)
    for on in [*month_ends(as_of, HISTORY), as_of]:
        for period in Period.values:
            spans = tuple(window.numbers for window in windows(period, on))
            known = np.where(first_days <= day_number(on), first_days, np.nan)
            add_period(sums.periods.setdefault((on, period), PeriodSums()), days, known, members, spans)
    for month in _months(as_of):
        span = Window(month - timedelta(days=1), min(_month_end(month), as_of)).numbers
        key = f"{month:%Y-%m}"
        for months, values in ((sums.months, days.amounts(span)), (sums.month_buyers, days.bought(span))):
            total = members.total(values)
            months[key] = months[key] + total if key in months else total


def _months(as_of: date) -> list[date]:
    return [month_start(months_before(month_start(as_of), turn)) for turn in range(MONTHS_SHOWN - 1, -1, -1)]


def _month_end(month: date) -> date:
    return months_before(month, -1) - timedelta(days=1)


def _first_days(as_of: date, ids: Ints) -> Floats:
    """First purchase day of each customer, NaN for none until `as_of`."""
    first, last = int(ids[0]), int(ids[-1])
    rows = (
        Customer.objects.live()
        .filter(pk__range=(first, last))
        .order_by("pk")
        .values_list(DayNumber("totals__first_day"))
    )
    days = read_rows(rows, ["first_day"])["first_day"].to_numpy(dtype=np.float64)
    return np.where(days <= day_number(as_of), days, np.nan)


_METRICS = ("customer_id", "r", "f", "segment", "p_alive", "clv", "low", "high", "worth", "recent", "stake")


def _add_metrics(sums: _Sums, as_of: date, ids: Ints, members: Members) -> None:
    figures = _metrics_of(as_of, ids)
    # A column without one figure arrives as objects, which count as numbers nowhere.
    figures = figures.astype({name: "float64" for name in _METRICS if name not in ("customer_id", "segment")})
    number = figures.set_index("customer_id").reindex(ids)
    one = np.ones(ids.size)
    cell = (number["r"].fillna(0) * 5 + number["f"].fillna(0) - 6).to_numpy(dtype=np.int64)
    cell = np.where(number["r"].isna(), -1, cell)
    segment = pd.Categorical(number["segment"], categories=Segment.values).codes.astype(np.int64)
    alive = number["p_alive"].to_numpy(dtype=np.float64)
    decile = np.where(np.isnan(alive), -1, np.minimum(np.nan_to_num(alive) * P_ALIVE_BINS, P_ALIVE_BINS - 1))
    for name, group, groups, values in (
        ("rfm_n", cell, 25, one),
        ("rfm", cell, 25, number["recent"].fillna(0)),
        ("stake", cell, 25, number["stake"].fillna(0)),
        ("p_alive_n", decile.astype(np.int64), P_ALIVE_BINS, one),
        ("segment_n", segment, len(Segment.values), one),
        ("segment", segment, len(Segment.values), number["clv"].fillna(0)),
        ("segment_low", segment, len(Segment.values), number["low"].fillna(0)),
        ("segment_high", segment, len(Segment.values), number["high"].fillna(0)),
    ):
        sums.add_group(name, members.by_group(group, groups, values))
    worth = number["worth"].to_numpy(dtype=np.float64)
    known = ~np.isnan(worth[members.customer])
    order = np.argsort(members.scope[known], kind="stable")
    scope, value = members.scope[known][order], worth[members.customer[known][order]]
    edges = np.searchsorted(scope, np.arange(members.scopes + 1))
    for number_of in np.unique(scope):
        sums.values.setdefault(int(number_of), []).append(value[edges[number_of] : edges[number_of + 1]])


def _metrics_of(as_of: date, ids: Ints) -> pd.DataFrame:
    """Figures of the day; `worth` is CLV of 36 months, or turnover of all time where none was fitted."""
    has_clv = Metrics.objects.filter(as_of=as_of, clv_36m__isnull=False).exists()
    worth = "clv_36m" if has_clv else "amount_total"
    money = [Cast(name, FloatField()) for name in ("clv_12m", "clv_12m_low", "clv_12m_high", worth)]
    rows = (
        Metrics.objects.live()
        .filter(as_of=as_of, purchase_days__gt=0, customer_id__gte=int(ids[0]), customer_id__lte=int(ids[-1]))
        .order_by("customer_id")
        .values_list(
            "customer_id",
            "r",
            "f",
            "segment",
            "p_alive",
            *money,
            Cast("amount_12m", FloatField()),
            Cast("value_at_stake", FloatField()),
        )
    )
    return read_rows(rows, _METRICS)


# ---- figures ----------------------------------------------------------------------------------------
def _figures(sums: _Sums, as_of: date) -> Iterable[tuple[Figure, date, str]]:
    for (on, period), found in sums.periods.items():
        for figure in period_figures(found):
            yield figure, on, period
    for figure in _chart_figures(sums, as_of):
        yield figure, as_of, ""


def _chart_figures(sums: _Sums, as_of: date) -> Iterable[Figure]:
    yield from month_figures(sums.months, sums.month_buyers)
    groups = sums.groups
    if groups:
        yield from grouped_figures("rfm", CELLS, groups["rfm"], groups["rfm_n"])
        yield from grouped_figures("rfm_stake", CELLS, groups["stake"], groups["rfm_n"])
        deciles = [str(place) for place in range(P_ALIVE_BINS)]
        yield from grouped_figures("p_alive", deciles, groups["p_alive_n"], groups["p_alive_n"])
        segments = Segment.values
        yield from grouped_figures(
            "segment",
            segments,
            groups["segment"],
            groups["segment_n"],
            groups["segment_low"],
            groups["segment_high"],
        )
    for scope, parts in sums.values.items():
        yield from concentration_figures(scope, np.concatenate(parts), seed=as_of.toordinal() + scope)


def _stakes(as_of: date, above: dict[int, list[int]]) -> Iterable[KpiValue]:
    """Value at stake of the unclosed warnings of each scope: kept for the line over time."""
    warnings = (
        ChurnWarning.objects.live()
        .unclosed()
        .filter(opened_on__lte=as_of)
        .select_related("customer")
        .prefetch_related("customer__tags")
    )
    found: dict[Scope, list[float]] = {}
    for warning in warnings:
        tags = [tag.pk for tag in warning.customer.tags.all()]
        for team_id in (None, *above.get(warning.customer.team_id or 0, [])):
            for tag_id in (None, *tags):
                total = found.setdefault(Scope(team_id, tag_id), [0.0, 0.0, 0.0, 0.0])
                for place, value in enumerate(
                    (1, warning.value_at_stake, warning.stake_low, warning.stake_high)
                ):
                    total[place] += float(value)
    for scope, (n, value, low, high) in found.items():
        figure = Figure("at_stake", 0, round(value, 2), int(n), low=round(low, 2), high=round(high, 2))
        yield kpi_row(figure, as_of, "", scope)
