"""Sum the facts of cases by day and month, and keep what is open: what figures of complaints are made of.

A month is the unit: it is summed anew when its facts have changed since, in one transaction, and only rows
that differ are written. So a case that was reopened, merged or regraded changes the past that it belongs to,
a second run changes nothing, and a killed one goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone

from analytics.choices import Grain, Side
from analytics.complaint_kpis.sums import Sums, add_fact, merged
from analytics.models import CaseTally, TallyMonth, TallyState
from analytics.periods import months_before
from analytics.scopes import teams_above
from complaints.choices.facts import Fact
from complaints.domain.facts import facts_of, measure_changed
from complaints.measures import age_band
from complaints.models import CaseFact, FactMonth
from core.zones import zone_named

Progress = Callable[[float], None]
#: How long what was open on a day is kept.
KEEP_OPEN = timedelta(days=40)
_IDENTITY = ("grain", "on", "kind", "scope", "side", "key")
_READ = (
    "what", "on", "hit", "net", "gross", "amount",
    "kind", "grade", "category", "intake", "team_id", "owner_id",
)  # fmt: skip


class Cell(NamedTuple):
    """Where a sum belongs."""

    grain: str
    on: date
    kind: str
    scope: str
    side: str
    key: str


def compute_figures(
    at: datetime | None = None, *, rebuild: bool = False, progress: Progress = lambda _share: None
) -> dict[str, Any]:
    """Measure what changed and sum what is old by that; with `rebuild` measure and sum everything.

    Returns counts. Again, at the same moment, changes nothing.
    """
    moment = at or timezone.now()
    state = TallyState.load()
    since = None if rebuild else state.computed_at
    counts: dict[str, Any] = measure_changed(moment, since=since, progress=lambda one: progress(one / 2))
    above = teams_above()
    teams = sorted([pk, *line] for pk, line in above.items())
    if rebuild or teams != state.teams:
        TallyMonth.objects.all().delete()
    months = old_months()
    counts |= {"months": len(months), "rows": 0}
    for place, month in enumerate(months, start=1):
        counts["rows"] += sum_month(month, above)
        progress(0.5 + 0.5 * place / len(months))
    day = moment.astimezone(zone_named("")).date()
    counts["open"] = _keep_open(day, above)
    TallyState.objects.filter(pk=1).update(
        computed_at=moment, as_of=day, teams=teams, counts=counts, changed_at=timezone.now()
    )
    return counts


def old_months() -> list[date]:
    """Return the months whose facts have changed since they were summed, the oldest first."""
    summed = dict(TallyMonth.objects.values_list("month", "version"))
    known = FactMonth.objects.order_by("month").values_list("month", "version")
    return [month for month, version in known if summed.get(month) != version]


@transaction.atomic
def sum_month(month: date, above: Mapping[int, list[int]]) -> int:
    """Sum the facts of one month by day and as a whole; return how many rows that changed."""
    # One computation after the other: the second reads what the first has written.
    TallyState.objects.select_for_update().get(pk=1)
    # Read before the facts: what is written meanwhile makes the month old again.
    version = FactMonth.objects.get(month=month).version
    last = months_before(month, -1) - timedelta(days=1)
    days: dict[Cell, Sums] = {}
    for fact in facts_of(month, last).values_list(*_READ).iterator(chunk_size=5_000):
        _count(days, Grain.DAY, fact, above)
    stored = CaseTally.objects.filter(grain__in=[Grain.DAY, Grain.MONTH], on__range=(month, last))
    changed = _store({**days, **_whole(days, month)}, stored)
    TallyMonth.objects.update_or_create(month=month, defaults={"version": version})
    return changed


def _whole(days: Mapping[Cell, Sums], month: date) -> dict[Cell, Sums]:
    """Add the days up: a month is the sum of its days by construction."""
    parts: dict[Cell, list[Sums]] = {}
    for cell, sums in days.items():
        parts.setdefault(cell._replace(grain=Grain.MONTH.value, on=month), []).append(sums)
    return {cell: merged(sums) for cell, sums in parts.items()}


def _count(
    cells: dict[Cell, Sums], grain: str, fact: tuple[Any, ...], above: Mapping[int, list[int]]
) -> None:
    what, on, hit, net, gross, amount, kind, grade, category, intake, team, owner = fact
    cents = None if amount is None else int(amount * 100)
    sides = [
        ("", ""),
        (Side.GRADE.value, grade),
        (Side.CATEGORY.value, category),
        (Side.INTAKE.value, intake),
    ]
    if what == Fact.GIVEN:
        sides.append((Side.COST.value, str(team or "")))
    elif what == Fact.OPEN:
        sides.append((Side.AGE.value, str(age_band(gross))))
    wanted = [("all", sides)]
    wanted += [(f"team:{pk}", sides) for pk in above.get(team, ())]
    if owner is not None:
        own = [pair for pair in sides if pair[0] in {"", Side.GRADE, Side.AGE}]
        wanted.append((f"user:{owner}", own))
    for scope, pairs in wanted:
        for side, key in pairs:
            sums = cells.setdefault(Cell(grain, on, kind, scope, side, key), {})
            add_fact(sums, what, hit=hit, net=net, gross=gross, cents=cents)


@transaction.atomic
def _keep_open(day: date, above: Mapping[int, list[int]]) -> int:
    """Keep what is open today, by age; the days before stay for a while. Returns how many cases are open."""
    TallyState.objects.select_for_update().get(pk=1)
    cells: dict[Cell, Sums] = {}
    total = 0
    rows = CaseFact.objects.filter(what=Fact.OPEN).order_by().values_list(*_READ)
    for fact in rows.iterator(chunk_size=5_000):
        total += 1
        _count(cells, Grain.OPEN, (fact[0], day, *fact[2:]), above)
    # How old each is stands in its band; the sketch of ages would grow with every case.
    for sums in cells.values():
        sums.pop("open:gross", None)
    for (kind, scope), pk in _oldest(above).items():
        cells[Cell(Grain.OPEN, day, kind, scope, "", "")]["oldest"] = pk
    _store(cells, CaseTally.objects.filter(grain=Grain.OPEN, on=day))
    CaseTally.objects.filter(grain=Grain.OPEN, on__lt=day - KEEP_OPEN).delete()
    return total


def _oldest(above: Mapping[int, list[int]]) -> dict[tuple[str, str], int]:
    """Return the oldest open case of each kind and scope."""
    found: dict[tuple[str, str], int] = {}
    rows = CaseFact.objects.filter(what=Fact.OPEN).order_by("-gross", "complaint")
    for pk, kind, team, owner in rows.values_list("complaint_id", "kind", "team_id", "owner_id").iterator():
        scopes = ["all", *(f"team:{one}" for one in above.get(team, ()))]
        for scope in [*scopes, f"user:{owner}"] if owner is not None else scopes:
            found.setdefault((kind, scope), pk)
    return found


def _store(wanted: Mapping[Cell, Sums], stored: Any) -> int:
    """Write rows that are new or differ, take away what no longer is; return how many."""
    known = {Cell(*row[1:7]): (row[0], row[7]) for row in stored.values_list("pk", *_IDENTITY, "sums")}
    changed = [_row(cell, sums) for cell, sums in wanted.items() if known.get(cell, (0, None))[1] != sums]
    CaseTally.objects.bulk_create(
        changed,
        batch_size=1_000,
        update_conflicts=True,
        unique_fields=list(_IDENTITY),
        update_fields=["sums", "team", "owner"],
    )
    gone = [pk for cell, (pk, _sums) in known.items() if cell not in wanted]
    for start in range(0, len(gone), 500):
        CaseTally.objects.filter(pk__in=gone[start : start + 500]).delete()
    return len(changed) + len(gone)


def _row(cell: Cell, sums: Sums) -> CaseTally:
    axis, _colon, number = cell.scope.partition(":")
    return CaseTally(
        **cell._asdict(),
        team_id=int(number) if axis == "team" else None,
        owner_id=int(number) if axis == "user" else None,
        sums=sums,
    )
