"""Service policies: their targets and the levels of their ladders. Every change leaves an audit line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.choices.cases import ClockKind, MetBy, Recipient
from complaints.domain.free_names import ensure_free_name
from complaints.models import Category, Level, Policy, Target
from complaints.shown_clocks import target_in_words
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.versions import ensure_fresh, locked
from core.errors import DomainError
from core.models import User
from customers.domain.changes import ensure_known, ensure_valid, write_changes

LEVEL_FIELDS = (
    "clock", "name", "number", "offset", "in_working_time", "recipient", "person", "by_mail",
    "through_quiet_hours", "action",
)  # fmt: skip
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

    Cases that run keep the targets that they began with. Refused: a name that another policy has, a category
    of the other kind or not in use, and several deadlines of the law that their names do not tell apart.
    """
    ensure_free_name(Policy, data["name"], _("Another policy has this name."), but=policy)
    _ensure_category(data, policy)
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


def _ensure_category(data: Mapping[str, Any], policy: Policy | None) -> None:
    before = policy if policy is not None else Policy()
    kind, code = data.get("kind", before.kind), data.get("category_code", before.category_code)
    stays = policy is not None and (policy.kind, policy.category_code) == (kind, code)
    if code and not stays and not Category.objects.current().of_kind(kind).filter(code=code).exists():
        text = _("Choose a category that is in use for this kind.")
        raise DomainError("unknown_category", text, fields={"category_code": text})


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
    _ensure_told_apart([one.name for one in wanted])
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


def _ensure_told_apart(names: list[str]) -> None:
    if len(names) > 1 and "" in names:
        text = _("Give each statutory deadline a name.")
        raise DomainError("name_needed", text, fields={"targets": text})
    if len(set(names)) < len(names):
        text = _("Two statutory deadlines have the same name.")
        raise DomainError("same_name", text, fields={"targets": text})


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
def save_level(
    policy: Policy,
    data: Mapping[str, Any],
    *,
    by: User,
    level: Level | None = None,
    version: int | None = None,
) -> Level:
    """Make or change a level of a policy's ladder; new cases carry it. The ladder is part of the policy.

    Refused: a number that the deadline has already, a deadline that the policy does not name, a named
    person where nobody is named, and a policy that was changed since `version`.
    """
    ensure_known(data, LEVEL_FIELDS)
    stored = locked(policy)
    ensure_fresh(stored, version)
    row = locked(level) if level is not None else Level(policy=stored)
    before = _level_in_words(row) if level is not None else ""
    for name, value in data.items():
        setattr(row, name, value)
    if row.clock != ClockKind.STATUTORY:
        row.name = ""
    _ensure_sound(row)
    row.save()
    _note_level(stored, before, _level_in_words(row), by=by)
    return row


def _ensure_sound(level: Level) -> None:
    ensure_valid(level, LEVEL_FIELDS)
    deadlines = Target.objects.filter(policy=level.policy, clock=ClockKind.STATUTORY, name=level.name)
    if level.name and not deadlines.exists():
        text = _("This policy has no statutory deadline of this name.")
        raise DomainError("no_such_deadline", text, fields={"name": text})
    rows = Level.objects.filter(policy=level.policy, clock=level.clock, name=level.name)
    if rows.filter(number=level.number).exclude(pk=level.pk).exists():
        text = _("This clock has a level of this number.")
        raise DomainError("number_taken", text, fields={"number": text})
    if level.recipient == Recipient.PERSON and level.person is None:
        text = _("Say who.")
        raise DomainError("person_needed", text, fields={"person": text})


def _level_in_words(level: Level) -> str:
    deadline = level.name or level.get_clock_display()
    return f"{deadline} {level} {level.offset} {level.get_recipient_display()} {level.get_action_display()}"


def _note_level(policy: Policy, before: str, after: str, *, by: User) -> None:
    """Count the change as one of the policy: whoever read it before has read another ladder."""
    write_changes(policy, {}, by=by, at=timezone.now(), extra={"levels": (before, after)})


@transaction.atomic
def delete_level(level: Level, *, by: User, version: int | None = None) -> None:
    """Take a level off the ladder; cases that run keep theirs. Refused: a policy changed since `version`."""
    policy = locked(level.policy)
    ensure_fresh(policy, version)
    if Level.objects.filter(pk=level.pk).delete()[0]:
        _note_level(policy, _level_in_words(level), "", by=by)
