"""What the dashboard shows, read from stored figures of one scope: tiles with their change and their rows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from analytics.choices import Period
from analytics.definitions import BY_KEY
from analytics.domain.warnings import stake_of
from analytics.members import in_scope
from analytics.models import ChurnWarning, KpiValue, ModelFit, NightlyRun
from analytics.periods import month_ends, months_before, windows
from analytics.scopes import Scope
from core.access import can
from core.display import MINUS, format_money_short, format_number, format_percent
from core.models import Organisation, User

FEW = 30
"""Below this many observations a figure says "few data" and shows no trend."""
TILES = ("retention", "repurchase", "active", "customers", "revenue")
SPARK_MONTHS = 12


@dataclass(frozen=True)
class Board:
    """The stored figures behind one dashboard."""

    user: User
    run: NightlyRun
    scope: Scope
    period: str
    currency: str
    fit: ModelFit | None
    values: dict[tuple[str, str], KpiValue] = field(default_factory=dict)
    history: dict[str, dict[date, float | None]] = field(default_factory=dict)

    @property
    def as_of(self) -> date:
        """The day of the figures."""
        return self.run.as_of

    @property
    def is_empty(self) -> bool:
        """True when nobody in this scope has ordered."""
        return ("customers", "") not in self.values

    def parts(self, kpi: str) -> dict[str, KpiValue]:
        """Return the bars of a chart: key → value."""
        return {key: value for (name, key), value in self.values.items() if name == kpi}

    def url(self, name: str, *args: Any, **parameters: Any) -> str:
        """Return the address of rows, narrowed to the scope."""
        query = urlencode(self.scope.parameters | parameters, doseq=True)
        return f"{reverse(name, args=args)}?{query}" if query else reverse(name, args=args)

    def warnings(self) -> Any:
        """Return the warnings of the scope that the user may see."""
        return in_scope(ChurnWarning.objects.visible_to(self.user), self.scope, "customer__")


def load_board(user: User, scope: Scope, period: str) -> Board | None:
    """Read everything the dashboard shows in a handful of queries; None before the first computation."""
    run = NightlyRun.objects.latest_done()
    if run is None:
        return None
    rows = KpiValue.objects.visible_to(user).filter(scope=scope.key)
    now = rows.filter(on=run.as_of, period__in=["", period])
    ends = month_ends(run.as_of, SPARK_MONTHS)
    past = rows.filter(kpi__in=[*TILES, "at_stake"], period__in=["", period], on__in=ends, key="")
    history: dict[str, dict[date, float | None]] = {}
    for kpi, on, value in past.values_list("kpi", "on", "value"):
        history.setdefault(kpi, {})[on] = value
    return Board(
        user=user,
        run=run,
        scope=scope,
        period=period,
        currency=Organisation.load().base_currency,
        fit=ModelFit.objects.filter(as_of=run.as_of).first(),
        values={(row.kpi, row.key): row for row in now},
        history=history,
    )


# ---- tiles ------------------------------------------------------------------------------------------
def tiles(board: Board) -> list[dict[str, Any]]:
    """Return the six tiles."""
    return [
        _share(board, "retention"),
        _share(board, "repurchase"),
        _count(board, "active"),
        _money(board),
        _stake(board),
        _count(board, "customers"),
    ]


def _base(board: Board, kpi: str, row: KpiValue | None) -> dict[str, Any]:
    known = board.history.get(kpi, {})
    spark = [known.get(day) for day in month_ends(board.as_of, SPARK_MONTHS)]
    value = row.value if row else None
    return {
        "label": BY_KEY[kpi].label,
        "definition_url": f"{reverse('analytics:definitions')}#{kpi}",
        "value": "–",
        "n": row.n if row else 0,
        "spark": [*spark, value] if sum(one is not None for one in spark) > 1 else [],
        "url": _rows_url(board, kpi),
    }


def _rows_url(board: Board, kpi: str) -> str:
    if kpi == "customers":
        return board.url("customers:customer-list", has_orders="true")
    part = {"retention": "all", "repurchase": "all"}.get(kpi, "yes")
    return board.url("analytics:figure-rows", kpi, board.period, part)


def _share(board: Board, kpi: str) -> dict[str, Any]:
    row = board.values.get((kpi, ""))
    tile = _base(board, kpi, row)
    if row is None or row.value is None:
        return tile | {"few": True, "before": _("nobody ordered in the period before")}
    tile |= {
        "value": format_number(row.value * 100, 1),
        "unit": "%",
        "few": row.n < FEW,
        "interval": _("95%% interval %(low)s–%(high)s")
        % {"low": format_number((row.low or 0) * 100, 1), "high": format_number((row.high or 0) * 100, 1)},
    }
    if row.before is None:
        return tile | {"before": _("no earlier figure")}
    points = abs(row.value - row.before) * 100
    before = format_percent(row.before)
    return tile | _change(row, _("%(points)s pt") % {"points": format_number(points, 1)}, before)


def _count(board: Board, kpi: str) -> dict[str, Any]:
    row = board.values.get((kpi, ""))
    tile = _base(board, kpi, row)
    if row is None or row.value is None:
        return tile
    tile |= {"value": format_number(row.value), "definition": _period_words(board)}
    if kpi == "customers":
        tile["definition"] = _("with at least one order")
    if row.before is None:
        return tile | {"before": _("no earlier figure")}
    return tile | _change(row, format_number(abs(row.value - row.before)), format_number(row.before))


def _money(board: Board) -> dict[str, Any]:
    row = board.values.get(("revenue", ""))
    tile = _base(board, "revenue", row)
    if row is None or row.value is None:
        return tile
    tile |= _split(format_money_short(row.value, board.currency)) | {"definition": _period_words(board)}
    if not row.before:
        return tile | {"before": _("no earlier figure")}
    change = format_percent(abs(row.value - row.before) / abs(row.before))
    return tile | _change(row, change, format_money_short(row.before, board.currency))


def _stake(board: Board) -> dict[str, Any]:
    """Warnings live by day, so their sum is read from them and not from last night."""
    value, low, high, n = stake_of(board.warnings())
    tile = _base(board, "at_stake", None)
    seen = board.history.get("at_stake", {})
    spark = [seen.get(day) for day in month_ends(board.as_of, SPARK_MONTHS)]
    tile |= _split(format_money_short(value, board.currency)) | {
        "n": n,
        "url": board.url("analytics:warning-list", state=["open", "contacted"]),
        "spark": [*spark, float(value)] if sum(one is not None for one in spark) > 1 else [],
    }
    if n:
        limits = {
            "low": format_money_short(low, board.currency),
            "high": format_money_short(high, board.currency),
        }
        tile["interval"] = _("80%% interval %(low)s–%(high)s") % limits
    else:
        tile["definition"] = _("no open warning")
    before = seen.get(_month_end_before(board))
    if before is None:
        return tile | {"before": _("no earlier figure")}
    change = float(value) - before
    words = {
        "delta": format_money_short(abs(change), board.currency),
        "before": _("from %(before)s") % {"before": format_money_short(before, board.currency)},
    }
    if not change:
        return tile | {"before": _("as before")}
    return (
        tile
        | words
        | {"direction": "up" if change > 0 else "down", "verdict": "bad" if change > 0 else "good"}
    )


def _month_end_before(board: Board) -> date:
    now, _before, _earlier = windows(board.period, board.as_of)
    return month_ends(months_before(now.after, -1), 1)[0]


def _change(row: KpiValue, change: str, before: str) -> dict[str, Any]:
    """The delta of a tile: an arrow only where the change is more than chance."""
    assert row.value is not None and row.before is not None
    difference = row.value - row.before
    noise = (
        row.change_low is not None and row.change_high is not None and row.change_low <= 0 <= row.change_high
    )
    uncertain = row.change_low is None and row.kpi != "customers"
    if noise or uncertain or not difference:
        return {"delta": change, "before": _("no clear change")}
    return {
        "delta": change,
        "direction": "up" if difference > 0 else "down",
        "verdict": "good" if difference > 0 else "bad",
        "before": _("from %(before)s") % {"before": before},
    }


def _period_words(board: Board) -> str:
    return str(Period(board.period).label)


def _split(money: str) -> dict[str, str]:
    """Part "¥7.9m" into the figure and its unit."""
    found = re.fullmatch(rf"([{MINUS}\D]*[\d.,]+)(.*)", money)
    return {"value": found[1], "unit": found[2]} if found else {"value": money}


def may_compute(user: User) -> bool:
    """Tell whether the user may start a computation."""
    return can(user, "run", NightlyRun)
