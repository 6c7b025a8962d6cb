"""The watch over satisfaction: one warning for each fall, told to who leads the group."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from complaints.chance import Fall
from complaints.choices.foresight import GroupKind
from complaints.choices.learning import AlertKind
from complaints.choices.solving import CallBackState
from complaints.domain.alerts import raise_alert
from complaints.domain.crises import managers
from complaints.domain.taxonomy import lines_above
from complaints.models import CallBack, Category, SatisfactionFall, SatisfactionPolicy
from complaints.satisfaction import Group, Limits, Scored, compared, fallen, has_recovered
from core.domain.versions import ensure_fresh, locked
from core.models import Team, User
from core.zones import midnight
from customers.domain.changes import ensure_known, write_changes
from customers.models import Customer

POLICY_FIELDS = ("days", "days_before", "least_answers", "least_before", "least_fall", "false_share")
#: Yields the answers received from the first moment until before the second.
Source = Callable[[datetime, datetime], Iterable[Scored]]


def groups_of(*, team: int | None, categories: Iterable[str], customer: int | None) -> tuple[Group, ...]:
    """Return the groups in which an answer counts: `categories` is its category with those above it."""
    found: list[Group] = [(GroupKind.TEAM.value, str(team))] if team else []
    found += [(GroupKind.CATEGORY.value, code) for code in categories]
    if customer:
        found.append((GroupKind.CUSTOMER.value, str(customer)))
    return tuple(found)


def called_back(since: datetime, until: datetime) -> Iterator[Scored]:
    """Yield how content customers were with the result, when they were called back or used the link."""
    rows = CallBack.objects.filter(
        state=CallBackState.DONE, done_at__gte=since, done_at__lt=until, result_score__isnull=False
    )
    names = ("complaint__team", "complaint__category__code", "complaint__customer")
    above = lines_above()
    for at, value, team, code, customer in rows.values_list("done_at", "result_score", *names).iterator():
        groups = groups_of(team=team, categories=above.get(code, ()), customer=customer)
        yield Scored(at, float(value), groups)


#: Whoever else asks customers adds its answers here: every source goes through the same test.
SOURCES: list[Source] = [called_back]


def limits_now() -> Limits:
    """Return the limits as they are set."""
    policy = SatisfactionPolicy.load()
    values = {name: getattr(policy, name) for name in POLICY_FIELDS}
    return Limits(**{**values, **{name: float(values[name]) for name in ("least_fall", "false_share")}})


def look_for_falls(at: datetime) -> int:
    """Warn of each group that fell, once until it recovered; return how many warnings were raised.

    Whole days are compared, up to yesterday, so that the lists behind the figures hold the same answers.
    A second run, and a second worker, find the row of the fall and raise nothing.
    """
    limits, until = limits_now(), midnight(timezone.localdate(at))
    scores = [score for source in SOURCES for score in source(limits.earliest(until), until)]
    seen = compared(scores, until, limits)
    _note_recoveries(seen, at, limits)
    return sum(_raise(group, seen[group], at, limits) for group in sorted(fallen(seen, limits)))


def _note_recoveries(seen: Mapping[Group, Fall], at: datetime, limits: Limits) -> None:
    for row in SatisfactionFall.objects.filter(recovered_at__isnull=True, fallen_at__lt=at):
        group = (row.group, row.key)
        if has_recovered(group, seen.get(group), row.fallen_at, at, limits):
            rows = SatisfactionFall.objects.filter(pk=row.pk, recovered_at__isnull=True)
            rows.update(recovered_at=at)


@transaction.atomic
def _raise(group: Group, fall: Fall, at: datetime, limits: Limits) -> bool:
    kind, key = group
    values = _about(group)
    if values is None:  # it is gone
        return False
    rows = SatisfactionFall.objects.select_for_update()
    row, first = rows.get_or_create(group=kind, key=key, defaults={"fallen_at": at})
    if not first:
        if row.recovered_at is None:
            return False
        again = rows.filter(pk=row.pk, recovered_at__isnull=False)
        if not again.update(episode=row.episode + 1, fallen_at=at, recovered_at=None):
            return False
        row.refresh_from_db()
    evidence = _evidence(group, fall, at, limits)
    made = raise_alert(
        AlertKind.SATISFACTION, f"{kind}:{key}:{row.episode}", at=at, evidence=evidence, **values
    )
    return made is not None


def _evidence(group: Group, fall: Fall, at: datetime, limits: Limits) -> dict[str, Any]:
    until = midnight(timezone.localdate(at))
    begin, middle = limits.windows(group, until)
    figures = {
        name: round(getattr(fall, name), 2)
        for name in ("mean_before", "mean_after", "difference", "low", "high")
    }
    second = timedelta(seconds=1)
    days = {"from": begin, "before_to": middle - second, "middle": middle, "to": until - second}
    return {
        "group": group[0],
        "key": group[1],
        "n_before": fall.n_before,
        "n_after": fall.n_after,
        "p": round(fall.p, 5),
        **figures,
        **{name: f"{timezone.localdate(moment):%Y-%m-%d}" for name, moment in days.items()},
    }


def _about(group: Group) -> dict[str, Any] | None:
    """Return what the warning names and who is to act; None where the group does not exist any more."""
    kind, key = group
    if kind == GroupKind.TEAM:
        team = Team.objects.filter(pk=int(key)).first()
        return None if team is None else {"team": team, "owner": _who_acts(team)}
    if kind == GroupKind.CATEGORY:
        rows = Category.objects.filter(code=key).select_related("queue__team__lead")
        category = rows.order_by(F("retired_at").desc(nulls_first=True), "-edition").first()
        if category is None:
            return None
        team = category.queue.team if category.queue is not None else None
        return {"category": category, "team": team, "owner": _who_acts(team)}
    customer = Customer.objects.live().filter(pk=int(key)).select_related("owner", "team").first()
    return None if customer is None else {"customer": customer}


def _who_acts(team: Team | None) -> User | None:
    return lead_of(team) or next(iter(managers()), None)


def lead_of(team: Team | None) -> User | None:
    """Return who leads the team, or the nearest team above it that has a lead who can sign in."""
    seen: set[int] = set()
    while team is not None and team.pk not in seen:
        if team.lead is not None and team.lead.is_active:
            return team.lead
        seen.add(team.pk)
        team = team.parent
    return None


@transaction.atomic
def set_satisfaction_policy(
    policy: SatisfactionPolicy, data: Mapping[str, Any], *, by: User, version: int | None = None
) -> SatisfactionPolicy:
    """Change from where on a fall is warned of. Refused where somebody changed it since `version`."""
    ensure_known(data, POLICY_FIELDS)
    stored = locked(policy)
    ensure_fresh(stored, version)
    write_changes(stored, data, by=by, at=timezone.now())
    return stored
