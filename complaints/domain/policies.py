"""Service policies: their targets and the levels of their ladders. Every change leaves an audit line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.choices.cases import ClockKind, MetBy
from complaints.domain.free_names import ensure_free_name
from complaints.models import Level, Policy, Target
from complaints.shown_clocks import target_in_words
from core.choices import AuditAction
from core.domain.audit import record
from core.errors import DomainError
from core.models import User
from customers.domain.changes import ensure_fresh, ensure_valid, locked, write_changes

#: clock → (amount, unit), None for no such clock. The statutory ones are named apart.
Targets = Mapping[str, tuple[int, str] | None]


@dataclass(frozen=True)
class Statutory:
    """One deadline of the law: `was` is the name that it had, so that its levels keep to it."""

    name: str
    amount: int
    unit: str
    met_by: str = MetBy.SOLUTION
    was: str = ""


@transaction.atomic
def save_policy(
    data: Mapping[str, Any],
    targets: Targets,
    *,
    by: User,
    policy: Policy | None = None,
    version: int | None = None,
    statutory: Iterable[Statutory] | None = None,
) -> Policy:
    """Make or change a policy with its targets; without `statutory` the deadlines of the law stay.

    Cases that run keep the targets that they began with. Refused: a name that another policy has, and two
    deadlines of the law of one name.
    """
    ensure_free_name(Policy, data["name"], _("Another policy has this name."), but=policy)
    if policy is None:
        stored: Policy = Policy(created_by=by, **data)
        ensure_valid(stored, set(data))
        stored.save(force_insert=True)
        record(AuditAction.CREATED, by=by, subject=stored)
    else:
        stored = locked(policy)
        ensure_fresh(stored, version)
    extra = _write_targets(stored, targets)
    if statutory is not None:
        extra |= _write_statutory(stored, list(statutory))
    write_changes(stored, data, by=by, at=timezone.now(), extra=extra)
    return stored


def _write_targets(policy: Policy, targets: Targets) -> dict[str, tuple[Any, Any]]:
    changes: dict[str, tuple[Any, Any]] = {}
    for clock, wanted in targets.items():
        rows = Target.objects.filter(policy=policy, clock=clock)
        row = rows.first()
        before = (row.amount, row.unit) if row is not None else None
        if before == wanted:
            continue
        rows.delete()
        if wanted is not None:
            Target.objects.create(policy=policy, clock=clock, amount=wanted[0], unit=wanted[1])
        changes[f"target_{clock}"] = (_told(before), _told(wanted))
    return changes


def _told(target: tuple[int, str] | None) -> str:
    return target_in_words(*target) if target is not None else ""


def _write_statutory(policy: Policy, wanted: list[Statutory]) -> dict[str, tuple[Any, Any]]:
    names = [one.name for one in wanted]
    if len(set(names)) < len(names):
        text = _("Two statutory deadlines have the same name.")
        raise DomainError("same_name", text, fields={"statutory_1_name": text})
    rows = Target.objects.filter(policy=policy, clock=ClockKind.STATUTORY)
    before = [Statutory(row.name, row.amount, row.unit, row.met_by) for row in rows.order_by("name")]
    after = [
        Statutory(one.name, one.amount, one.unit, one.met_by)
        for one in sorted(wanted, key=lambda one: one.name)
    ]
    if before == after:
        return {}
    levels = _levels_by_deadline(policy, wanted)
    rows.delete()
    for one in wanted:
        Target.objects.create(
            policy=policy,
            clock=ClockKind.STATUTORY,
            amount=one.amount,
            unit=one.unit,
            name=one.name,
            met_by=one.met_by,
        )
    for name, keys in levels.items():
        Level.objects.filter(pk__in=keys).update(name=name)
    return {f"target_{ClockKind.STATUTORY.value}": (_told_statutory(before), _told_statutory(after))}


def _levels_by_deadline(policy: Policy, wanted: list[Statutory]) -> dict[str, list[int]]:
    """Drop the levels of deadlines that are no longer asked for; return the others by their new names.

    Those that change their names carry none meanwhile, under numbers that nobody has.
    """
    named = Level.objects.filter(policy=policy, clock=ClockKind.STATUTORY).exclude(name="")
    new_names = {one.was: one.name for one in wanted if one.was}
    new_names |= {one.name: one.name for one in wanted if not one.was}
    named.exclude(name__in=new_names).delete()
    moved: dict[str, list[int]] = {}
    for pk, name in named.values_list("pk", "name"):
        if new_names[name] != name:
            moved.setdefault(new_names[name], []).append(pk)
    for keys in moved.values():
        for pk in keys:
            Level.objects.filter(pk=pk).update(name=f"\x1f{pk}")
    return moved


def _told_statutory(rows: Iterable[Statutory]) -> str:
    return "; ".join(
        f"{target_in_words(one.amount, one.unit)} {one.name} ({MetBy(one.met_by).label})" for one in rows
    )


@transaction.atomic
def save_level(policy: Policy, data: Mapping[str, Any], *, by: User, level: Level | None = None) -> Level:
    """Make or change a level of a policy's ladder; new cases carry it.

    Refused: a number that the deadline has already, a deadline that the policy does not name, and a named
    person where nobody is named.
    """
    stored = locked(policy)
    values = {"name": "", **data}
    if values["clock"] != ClockKind.STATUTORY:
        values["name"] = ""
    _ensure_deadline(stored, values["name"])
    same = Level.objects.filter(
        policy=stored, clock=values["clock"], name=values["name"], number=values["number"]
    )
    if level is not None:
        same = same.exclude(pk=level.pk)
    if same.exists():
        text = _("This clock has a level of this number.")
        raise DomainError("number_taken", text, fields={"number": text})
    if values["recipient"] == "person" and values.get("person") is None:
        text = _("Say who.")
        raise DomainError("person_needed", text, fields={"person": text})
    row = level or Level(policy=stored)
    before = str(level) if level is not None else ""
    for name, value in values.items():
        setattr(row, name, value)
    ensure_valid(row, set(values))
    row.save()
    told = f"{row.name or row.get_clock_display()} {row} {row.offset} {row.get_recipient_display()}"
    record(AuditAction.CHANGED, by=by, subject=stored, changes={"levels": (before, told)})
    return row


def _ensure_deadline(policy: Policy, name: str) -> None:
    rows = Target.objects.filter(policy=policy, clock=ClockKind.STATUTORY, name=name)
    if name and not rows.exists():
        text = _("This policy has no statutory deadline of this name.")
        raise DomainError("no_such_deadline", text, fields={"name": text})


@transaction.atomic
def delete_level(level: Level, *, by: User) -> None:
    """Take a level off the ladder; cases that run keep theirs."""
    told = f"{level.name or level.get_clock_display()} {level}"
    if Level.objects.filter(pk=level.pk).delete()[0]:
        record(AuditAction.CHANGED, by=by, subject=level.policy, changes={"levels": (told, "")})
