"""Stage, tier and relationship: the three dated judgements about a customer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.choices import AuditAction
from core.domain.audit import record
from core.domain.versions import locked
from core.errors import Conflict, DomainError
from core.models import User
from customers.choices import Axis, EventKind, Relationship, Stage, Tier
from customers.domain.changes import bump
from customers.domain.timeline import record_event
from customers.models import AxisChange, Customer
from customers.rules import ensure_live

#: Called with the customer and the change, in its transaction, after every move of an axis.
AxisFollower = Callable[[Customer, AxisChange], None]

_followers: dict[str, AxisFollower] = {}


def follow_axes(name: str, follower: AxisFollower) -> None:
    """Let a higher package follow stage, tier and relationship; registering a name again replaces it."""
    _followers[name] = follower


AXIS_VALUES = {Axis.STAGE: Stage, Axis.TIER: Tier, Axis.RELATIONSHIP: Relationship}


@transaction.atomic
def move_axis(
    customer: Customer,
    axis: str,
    new: str,
    *,
    reason: str,
    by: User | None,
    rule: str = "",
    evidence: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> AxisChange:
    """Move one axis and keep the history: by a person with a reason, or by a rule with its evidence.

    Afterwards the customer holds the new value and since when. Refuses the value it has already, an
    unknown value, a missing reason, and customers in the recycle bin.
    """
    moment = at or timezone.now()
    reason = reason.strip()
    _ensure_move(axis, new, reason, rule)
    stored = locked(customer)
    ensure_live(stored)
    old: str = getattr(stored, axis)
    if old == new:
        raise Conflict(
            "same_value",
            _("It is “%(value)s” already.") % {"value": _label(axis, new)},
            fields={"new": _("Choose another value.")},
        )
    bump(stored, at=timezone.now(), **{axis: new, f"{axis}_since": timezone.localdate(moment)})
    change = AxisChange.objects.create(
        customer=stored,
        axis=axis,
        old=old,
        new=new,
        reason=reason,
        rule=rule,
        evidence=dict(evidence or {}),
        by=by,
        at=moment,
    )
    data = {"axis": axis, "old": old, "new": new, "reason": reason, "rule": rule, "evidence": change.evidence}
    record_event(stored, EventKind.STAGE, at=moment, by=by, data=data)
    record(AuditAction.CHANGED, by=by, subject=stored, changes={axis: (old, new)}, note=reason or rule)
    _follow(customer, stored, axis)
    for follower in _followers.values():
        follower(stored, change)
    return change


def _ensure_move(axis: str, new: str, reason: str, rule: str) -> None:
    if axis not in Axis.values or new not in AXIS_VALUES[Axis(axis)].values:
        raise DomainError(
            "unknown_value", _("This value is not known."), fields={"new": _("Choose one of the values.")}
        )
    if not reason and not rule:
        raise DomainError(
            "reason_missing",
            _("Say why, so that others understand it later."),
            fields={"reason": _("A reason is needed.")},
        )
    if len(reason) > 500:
        raise DomainError(
            "reason_too_long", _("The reason is too long."), fields={"reason": _("At most 500 characters.")}
        )


def _label(axis: str, value: str) -> str:
    return str(AXIS_VALUES[Axis(axis)](value).label)


def _follow(held: Customer, stored: Customer, axis: str) -> None:
    """Let the caller's object show what is stored now."""
    for field in (axis, f"{axis}_since", "version", "updated_at"):
        setattr(held, field, getattr(stored, field))
