"""Grading rules as administrators keep them: made, changed, ordered, switched off, deleted, brought back."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.choices.cases import CaseKind, Grade
from complaints.choices.grading import Fact
from complaints.conditions import BadCondition, Condition, as_json, read_conditions
from complaints.domain.grading_seed import SEED
from complaints.grading import Rule
from complaints.models import Category, GradingRule, GradingSetting
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.numbers import take_numbers, take_turns
from core.domain.versions import ensure_fresh, locked
from core.errors import Conflict, DomainError
from core.models import User
from customers.domain.changes import ensure_known, ensure_valid, write_changes

logger = logging.getLogger(__name__)

RULE_FIELDS = ("name_en", "name_zh_hans", "name_zh_hant", "grade", "conditions", "is_active")
#: More rules than anybody could keep in mind.
MOST_RULES = 100
_TURN = "complaints-grading-rules"


# ---- for grading ------------------------------------------------------------------------------------
def rules_in_force() -> list[Rule]:
    """Return the rules in use, in their order. One query."""
    return [rule for rule in map(as_rule, GradingRule.objects.active()) if rule is not None]


def as_rule(row: GradingRule) -> Rule | None:
    """Return the row as grading takes it; None for one that nobody could evaluate."""
    try:
        conditions = read_conditions(row.conditions)
    except BadCondition:
        logger.exception("Grading rule %s has conditions that cannot be read; it is left out", row.code)
        return None
    return Rule(row.code, row.grade, conditions, row.names)


def default_grade() -> str:
    """Return the grade where no rule applies."""
    rows = GradingSetting.objects.values_list("default_grade", flat=True)
    return str(rows.first() or Grade.MINOR)


# ---- for administrators -----------------------------------------------------------------------------
@transaction.atomic
def save_rule(
    data: Mapping[str, Any], *, by: User, rule: GradingRule | None = None, version: int | None = None
) -> GradingRule:
    """Make or change a rule and return it; complaints that are graded already stay as they are.

    Refused: without a name, conditions that nobody could evaluate, a category that is not there, a stale
    version, and one rule too many.
    """
    ensure_known(data, RULE_FIELDS)
    values = checked_rule(data, rule)
    if rule is not None:
        stored = locked(rule)
        ensure_fresh(stored, version)
        write_changes(stored, values, by=by, at=timezone.now())
        return stored
    take_turns(_TURN)
    if GradingRule.objects.count() >= MOST_RULES:
        raise Conflict("too_many_rules", _("At most %(n)d rules.") % {"n": MOST_RULES})
    made = GradingRule(code=_own_code(), position=_last_place() + 1, created_by=by, **values)
    ensure_valid(made, set(values))
    made.save(force_insert=True)
    record(AuditAction.CREATED, by=by, subject=made)
    return made


def _own_code() -> str:
    return f"own-{take_numbers('complaints-grading-rule')[0]}"


def _last_place() -> int:
    return GradingRule.objects.order_by("-position").values_list("position", flat=True).first() or 0


def checked_rule(data: Mapping[str, Any], rule: GradingRule | None = None) -> dict[str, Any]:
    """Return the values as they are kept. Refuses what `save_rule` refuses of them."""
    values = dict(data)
    names = {name: values.get(name, getattr(rule, name, "")) for name in RULE_FIELDS[:3]}
    if not any(str(name).strip() for name in names.values()):
        text = _("Give a name in at least one language.")
        raise DomainError("name_needed", text, fields={"name_en": text})
    if rule is None and "grade" not in values:
        text = _("Choose a grade.")
        raise DomainError("grade_needed", text, fields={"grade": text})
    if "conditions" in values or rule is None:
        values["conditions"] = as_json(checked_conditions(values.get("conditions", [])))
    return values


def checked_conditions(raw: object) -> tuple[Condition, ...]:
    """Return the conditions. Refuses what nobody could evaluate, and categories that are not in use."""
    try:
        conditions = read_conditions(raw)
    except BadCondition as bad:
        text = _bad_in_words(bad)
        raise DomainError("bad_conditions", text, fields={"conditions": text}) from bad
    codes = next((one.value for one in conditions if one.fact == Fact.CATEGORY), ())
    known = Category.objects.filter(kind=CaseKind.COMPLAINT, code__in=codes)
    unknown = set(codes) - set(known.values_list("code", flat=True))
    if unknown:
        text = _("There is no category %(codes)s.") % {"codes": ", ".join(sorted(unknown))}
        raise DomainError("unknown_category", text, fields={"conditions": text})
    return conditions


def _bad_in_words(bad: BadCondition) -> str:
    fact = str(Fact(bad.fact).label) if bad.fact in Fact.values else bad.fact
    words = {
        "none": _("Name at least one condition: a rule without any would apply to every complaint."),
        "too_many": _("More conditions than there are facts."),
        "twice": _("“%(fact)s” is asked twice; one condition a fact."),
        "no_object": _("A condition is an object with fact, operator and value."),
        "unknown_fact": _("There is no fact “%(fact)s”."),
        "unknown_key": _("“%(fact)s”: a condition has fact, operator, value and days, nothing else."),
        "unknown_operator": _("“%(fact)s” cannot be asked in this way."),
        "bad_days": _("“%(fact)s”: say within how many days, 1 to 730; other facts have no days."),
        "bad_value": _("“%(fact)s”: this value does not fit."),
    }
    return words[bad.code] % {"fact": fact}


@transaction.atomic
def move_rule(rule: GradingRule, *, up: bool, by: User) -> bool:
    """Let the rule and its neighbour change places; False at the end of the list."""
    take_turns(_TURN)
    rows = list(GradingRule.objects.order_by("position", "id"))
    here = next((place for place, row in enumerate(rows) if row.pk == rule.pk), None)
    if here is None:
        raise Conflict("gone", _("This record no longer exists."))
    there = here - 1 if up else here + 1
    if not 0 <= there < len(rows):
        return False
    before = rows[here].position
    rows[here], rows[there] = rows[there], rows[here]
    _number(rows)
    moved = rows[there]
    record(AuditAction.CHANGED, by=by, subject=moved, changes={"position": (before, moved.position)})
    return True


def _number(rows: Iterable[GradingRule]) -> None:
    """Give the rules the places 1, 2, 3 … in this order."""
    for place, row in enumerate(rows, start=1):
        if row.position != place:
            row.position = place
            GradingRule.objects.filter(pk=row.pk).update(position=place)


@transaction.atomic
def switch_rule(rule: GradingRule, *, is_active: bool, by: User) -> GradingRule:
    """Switch the rule on or off. Nothing is written where it is so already."""
    stored = locked(rule)
    write_changes(stored, {"is_active": is_active}, by=by, at=timezone.now())
    return stored


@transaction.atomic
def delete_rule(rule: GradingRule, *, by: User, version: int | None = None) -> None:
    """Delete the rule; complaints that it graded keep its name and what it saw. The second time nothing.

    Refuses a stale `version`.
    """
    stored = GradingRule.objects.select_for_update().filter(pk=rule.pk).first()
    if stored is None:
        return
    ensure_fresh(stored, version)
    kept = {name: getattr(stored, name) for name in ("code", *RULE_FIELDS)}
    record(
        AuditAction.DELETED,
        by=by,
        subject=stored,
        changes={name: (value, None) for name, value in kept.items()},
    )
    stored.delete()


@transaction.atomic
def set_default_grade(grade: str, *, by: User, version: int | None = None) -> GradingSetting:
    """Say which grade a complaint has where no rule applies. Refused: an unknown grade, a stale version."""
    if grade not in Grade.values:
        text = _("Choose a grade.")
        raise DomainError("unknown_grade", text, fields={"default_grade": text})
    stored = locked(GradingSetting.load())
    ensure_fresh(stored, version)
    write_changes(stored, {"default_grade": grade}, by=by, at=timezone.now())
    return stored


# ---- the rules of the product -----------------------------------------------------------------------
def seeded_rules() -> list[Rule]:
    """Return the rules that the product comes with, as grading takes them."""
    return [Rule(row.code, row.grade, read_conditions(row.conditions), row.names) for row in _fresh()]


def _fresh() -> list[GradingRule]:
    return [
        GradingRule(
            code=code,
            name_en=english,
            name_zh_hans=simplified,
            name_zh_hant=traditional,
            grade=str(grade),
            conditions=conditions,
            position=place,
        )
        for place, (code, english, simplified, traditional, grade, conditions) in enumerate(SEED, start=1)
    ]


def seed_rules() -> int:
    """Enter the rules of the product the first time; what was deleted later never comes back by itself."""
    with transaction.atomic():
        take_turns(_TURN)
        _row, is_first = GradingSetting.objects.get_or_create(pk=1)
        if not is_first or GradingRule.objects.exists():
            return 0
        return len(GradingRule.objects.bulk_create(_fresh()))


@transaction.atomic
def restore_seeded(*, by: User) -> int:
    """Bring the rules of the product back as they came, switch off all others; return how many changed.

    Nobody's work is lost: own rules are switched off, not deleted. The default grade is minor again.
    """
    take_turns(_TURN)
    now, changed = timezone.now(), 0
    rows = {row.code: row for row in GradingRule.objects.select_for_update()}
    ordered = []
    for fresh in _fresh():
        stored = rows.pop(fresh.code, None)
        if stored is None:
            fresh.created_by = by
            fresh.save(force_insert=True)
            record(AuditAction.CREATED, by=by, subject=fresh)
            changed += 1
        else:
            values = {name: getattr(fresh, name) for name in RULE_FIELDS}
            changed += bool(write_changes(stored, values, by=by, at=now))
        ordered.append(stored or fresh)
    others = sorted(rows.values(), key=lambda row: (row.position, row.pk))
    for row in others:
        changed += bool(write_changes(row, {"is_active": False}, by=by, at=now))
    _number([*ordered, *others])
    set_default_grade(Grade.MINOR, by=by)
    return changed
