"""A member of staff leaves: one job hands over everything, chunk by chunk, and switches the login off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.access import can, reach_of, require, teams_in_reach
from core.choices import AuditAction, DepartureState
from core.domain.audit import record
from core.domain.jobs import later, progress
from core.domain.notifications import notify
from core.domain.users import administrators, switch_off
from core.errors import Conflict, DomainError
from core.models import Departure, DepartureStep, Organisation, Team, User
from core.responsibilities import HandOver, Moved, Responsibility, responsibilities, responsibility
from core.roles import Reach, Role
from core.zones import zone_named

CHUNK = 200
WAYS = ("one", "spread", "team")
#: Reasons of a step for what it could not hand over.
REASONS = {
    "changed": gettext_lazy("Meanwhile with somebody else, closed or deleted"),
    "receiver": gettext_lazy("The receiver can no longer sign in"),
    "away": gettext_lazy("The receiver is away on these days, or is the absent person"),
    "no_handler": gettext_lazy("The receiver handles no cases: add the queue in the settings of complaints"),
    "kind": gettext_lazy("This kind of record is no longer known"),
}


@dataclass(frozen=True)
class Holding:
    """How much of one kind somebody holds, and how much of it may be handed over by who asks."""

    kind: Responsibility
    held: int
    movable: int


def holdings(leaver: User, *, by: User) -> list[Holding]:
    """Return what the leaver is responsible for, kind by kind, empty kinds left out."""
    found = []
    for kind in responsibilities():
        held = kind.held_by(leaver).count()
        if held:
            movable = kind.within(leaver, by).count() if kind.hand_over else 0
            found.append(Holding(kind, held, movable))
    return found


def today_here() -> date:
    """Return the day in the zone of the organisation."""
    return timezone.localdate(timezone=zone_named(Organisation.load().time_zone))


def leavers_of(by: User) -> Any:
    """Return the users whose leaving `by` may arrange: those in reach, no administrators for others.

    Who is switched off has left, unless the last departure handed nothing over.
    """
    last = Departure.objects.filter(user=OuterRef("pk")).order_by("-created_at", "-id").values("state")[:1]
    unfinished = Q(last_departure__in=[DepartureState.PLANNED, DepartureState.CANCELLED])
    rows = User.objects.alias(last_departure=Subquery(last)).filter(Q(is_active=True) | unfinished)
    rows = rows.filter(is_service=False).exclude(pk=by.pk)
    if reach_of(by, Departure, "add") == Reach.TEAM:
        rows = rows.filter(team__in=teams_in_reach(by), is_superuser=False)
        rows = rows.exclude(groups__name=Role.ADMINISTRATOR)
    return rows if can(by, "add", Departure) else rows.none()


def receivers_for(leaver: User, *, by: User) -> Any:
    """Return who may get the records: people who can sign in, within the reach of `by`."""
    rows = User.objects.people().exclude(pk=leaver.pk)
    if reach_of(by, Departure, "add") == Reach.TEAM:
        rows = rows.filter(team__in=teams_in_reach(by))
    return rows


def shares(leaver: User, plan: Mapping[str, Any], *, by: User) -> dict[str, dict[int, list[int]]]:
    """Return kind → receiver → numbers of the records that go there, as the plan says now."""
    found: dict[str, dict[int, list[int]]] = {}
    for kind in responsibilities():
        if kind.hand_over is None:
            continue
        share = _share(kind, leaver, plan.get(kind.key) or plan.get("") or {}, by)
        if share:
            found[kind.key] = share
    return found


def _share(kind: Responsibility, leaver: User, rule: Mapping[str, Any], by: User) -> dict[int, list[int]]:
    rows, users = kind.within(leaver, by).order_by("pk"), list(rule.get("users", ()))
    if not users:
        return {}
    found: dict[int, list[int]] = defaultdict(list)
    if rule.get("way") == "team" and kind.team_path:
        leads = _leads(leaver, by)
        for place, (pk, team) in enumerate(rows.values_list("pk", kind.team_path)):
            found[leads.get(team) or users[place % len(users)]].append(pk)
        return dict(found)
    several = users if rule.get("way") == "spread" else users[:1]
    for place, pk in enumerate(rows.values_list("pk", flat=True)):
        found[several[place % len(several)]].append(pk)
    return dict(found)


def _leads(leaver: User, by: User) -> dict[int, int]:
    able = receivers_for(leaver, by=by)
    return dict(Team.objects.filter(lead__in=able).values_list("pk", "lead_id"))


@transaction.atomic
def arrange_departure(leaver: User, *, last_day: date, plan: Mapping[str, Any], by: User) -> Departure:
    """Store who leaves, after which day, and who gets what; a day that has come starts the job at once.

    A second call finds the departure that is open. Refused: oneself, somebody out of reach or switched
    off, receivers who may not get anything, and records without a receiver.
    """
    require(by, "add", Departure)
    if leaver.pk == by.pk:
        raise DomainError("not_yourself", _("Somebody else must arrange your leaving."))
    if not leavers_of(by).filter(pk=leaver.pk).exists():
        raise DomainError("not_your_people", _("You cannot arrange this person's leaving."), status=403)
    _check_plan(leaver, plan, by)
    try:
        with transaction.atomic():
            departure = Departure.objects.create(
                user=leaver, last_day=last_day, plan=dict(plan), created_by=by, created_at=timezone.now()
            )
    except IntegrityError:
        raise Conflict("already_leaving", _("This person's leaving is arranged already.")) from None
    changes = {"user": (None, leaver), "last_day": (None, last_day)}
    record(AuditAction.CREATED, by=by, subject=departure, changes=changes)
    if last_day <= today_here():
        _ask(departure)
    return departure


def _check_plan(leaver: User, plan: Mapping[str, Any], by: User) -> None:
    named = {pk for rule in plan.values() for pk in rule.get("users", ())}
    able = set(receivers_for(leaver, by=by).filter(pk__in=named).values_list("pk", flat=True))
    if named - able:
        text = _("One of these people cannot take records over.")
        raise DomainError("bad_receiver", text, fields={"users": text})
    if any(rule.get("way") not in WAYS for rule in plan.values()):
        raise DomainError("bad_plan", _("Choose how the records are shared."))
    for holding in holdings(leaver, by=by):
        rule = plan.get(holding.kind.key) or plan.get("") or {}
        if holding.movable and not rule.get("users"):
            text = _("Say who gets “%(kind)s”.") % {"kind": holding.kind.label}
            raise DomainError("no_receiver", text, fields={"users": text})


@transaction.atomic
def call_off_departure(departure: Departure, *, by: User) -> Departure:
    """Call off a departure that has not started. Refused afterwards."""
    if not Departure.objects.visible_to(by, "change").filter(pk=departure.pk).exists():
        raise DomainError("not_your_people", _("You cannot arrange this person's leaving."), status=403)
    planned = Departure.objects.filter(pk=departure.pk, state=DepartureState.PLANNED)
    if not planned.update(state=DepartureState.CANCELLED, finished_at=timezone.now()):
        raise Conflict("departure_started", _("The handing over has started already, or was called off."))
    departure.refresh_from_db()
    changes = {"state": (DepartureState.PLANNED.value, DepartureState.CANCELLED.value)}
    record(AuditAction.CHANGED, by=by, subject=departure, changes=changes)
    return departure


def start_due_departures(*, at: datetime) -> int:
    """Ask for the job of every departure whose last day is over; return how many."""
    due = list(Departure.objects.due(at.astimezone(zone_named(Organisation.load().time_zone)).date()))
    for departure in due:
        with transaction.atomic():
            _ask(departure)
    return len(due)


def _ask(departure: Departure) -> None:
    later(
        "core.tasks.run_departure",
        dedupe=f"departure-{departure.pk}",
        title=gettext_lazy("Hand over what %(name)s held") % {"name": departure.user},
        by=departure.created_by,
        url=departure.get_absolute_url(),
        departure_id=departure.pk,
    )


def run_departure(departure_id: int) -> dict[str, int]:
    """Hand over chunk by chunk, switch the login off, hand over what came meanwhile, tell the receivers.

    Each chunk is one transaction that also ticks it off: a killed run goes on with the next chunk, and
    two runs never move a record twice. Where who arranged it may not any more, the login is switched off
    all the same, nothing is handed over, and administrators are told: refused with `arranger_left`.
    """
    departure = Departure.objects.select_related("user", "created_by").get(pk=departure_id)
    if departure.state == DepartureState.PLANNED and not can(departure.created_by, "add", Departure):
        _leave_to_administrators(departure)
        text = _("%(name)s arranged this and may not any more. Call it off and arrange it anew.")
        raise DomainError("arranger_left", text % {"name": departure.created_by})
    _begin(departure)
    departure.refresh_from_db(fields=["state"])
    if departure.state == DepartureState.RUNNING:
        _run_steps(departure)
        _switch_off(departure)
        _add_steps(departure)  # what was given to the person while the first round ran
        _run_steps(departure)
        _finish(departure)
    counts = _counts(departure)
    return {"handed_over": sum(counts.values()), "not_handed_over": _refused(departure)}


@transaction.atomic
def _leave_to_administrators(departure: Departure) -> None:
    """Keep the person out as arranged, and have somebody else see to the handing over."""
    _switch_off(departure)
    notify(
        administrators().filter(is_service=False),
        kind="core.job_failed",
        title=gettext_lazy("Nobody hands over what %(name)s held"),
        body=gettext_lazy(
            "%(by)s arranged it and may not any more. The login is switched off. Call the departure off and"
            " arrange the handing over anew."
        ),
        params={"name": departure.user, "by": departure.created_by},
        url=departure.get_absolute_url(),
        dedupe=f"departure-{departure.pk}-left",
    )


@transaction.atomic
def _begin(departure: Departure) -> None:
    planned = Departure.objects.filter(pk=departure.pk, state=DepartureState.PLANNED)
    if planned.update(state=DepartureState.RUNNING, started_at=timezone.now()):
        _add_steps(departure)


@transaction.atomic
def _add_steps(departure: Departure) -> None:
    """Write the chunks of what is to be handed over now, after those that there are."""
    Departure.objects.select_for_update().get(pk=departure.pk)
    number = departure.steps.count()
    steps = []
    for key, share in shares(departure.user, departure.plan, by=departure.created_by).items():
        for receiver, ids in share.items():
            for start in range(0, len(ids), CHUNK):
                number += 1
                chunk = ids[start : start + CHUNK]
                steps.append(
                    DepartureStep(
                        departure=departure, kind=key, number=number, receiver_id=receiver, ids=chunk
                    )
                )
    DepartureStep.objects.bulk_create(steps)


def _run_steps(departure: Departure) -> None:
    steps = departure.steps.order_by("number")
    total = steps.count()
    for step in steps.filter(done_at__isnull=True).select_related("receiver"):
        run_step(departure, step)
        progress(min(step.number, total), total)


@transaction.atomic
def run_step(departure: Departure, step: DepartureStep) -> bool:
    """Hand over one chunk and tick it off; False when it was done already."""
    now = timezone.now()
    if not DepartureStep.objects.filter(pk=step.pk, done_at__isnull=True).update(done_at=now):
        return False
    kind = responsibility(step.kind)
    if kind is None or kind.hand_over is None:
        moved = _all_refused(step, "kind")
    elif not User.objects.people().filter(pk=step.receiver_id).exists():
        moved = _all_refused(step, "receiver")
    else:
        order = HandOver(
            ids=step.ids,
            leaver=departure.user,
            receiver=step.receiver,
            by=departure.created_by,
            at=now,
            note=_("%(name)s leaves") % {"name": departure.user},
        )
        moved = kind.hand_over(order)
    DepartureStep.objects.filter(pk=step.pk).update(moved=moved.moved, refused=moved.refused)
    return True


def _all_refused(step: DepartureStep, reason: str) -> Moved:
    return Moved([], [[pk, "", reason] for pk in step.ids])


@transaction.atomic
def _switch_off(departure: Departure) -> None:
    if User.objects.filter(pk=departure.user_id, is_active=True).exists():
        switch_off(departure.user, by=departure.created_by, at=timezone.now())


@transaction.atomic
def _finish(departure: Departure) -> None:
    running = Departure.objects.filter(pk=departure.pk, state=DepartureState.RUNNING)
    if not running.update(state=DepartureState.DONE, finished_at=timezone.now()):
        return
    counts = _counts(departure)
    changes = {
        "state": (DepartureState.RUNNING.value, DepartureState.DONE.value),
        "handed_over": (None, sum(counts.values())),
    }
    record(AuditAction.CHANGED, by=departure.created_by, subject=departure, changes=changes)
    receivers: Sequence[User] = list(User.objects.filter(pk__in=[pk for pk, n in counts.items() if n]))
    for receiver in receivers:
        notify(
            [receiver],
            kind="core.records_handed_over",
            title=gettext_lazy("You took over %(count)s records from %(name)s"),
            body=gettext_lazy("Arranged by %(by)s."),
            params={"count": counts[receiver.pk], "name": departure.user, "by": departure.created_by},
            url="/",
            dedupe=f"departure-{departure.pk}",
        )


def _counts(departure: Departure) -> dict[int, int]:
    """Return receiver → how many records went there."""
    found: dict[int, int] = defaultdict(int)
    for receiver, moved in departure.steps.values_list("receiver_id", "moved"):
        found[receiver] += len(moved)
    return dict(found)


def _refused(departure: Departure) -> int:
    return sum(len(refused) for refused in departure.steps.values_list("refused", flat=True))
