"""The life of a warning: contacted, saved, lost, dismissed; by people, or by what the customer did."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Sum
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from analytics.choices import UNCLOSED, DismissReason, SuggestedAction, WarningState
from analytics.models import ChurnWarning, WarningMove
from analytics.rules import can_move_warning
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.changed import records_changed
from core.errors import Conflict, DomainError
from core.models import User
from customers.choices import EventKind, Priority, TaskState
from customers.domain.tasks import cancel_task, complete_task, create_task
from customers.domain.timeline import record_event
from customers.models import Task


def language_of(owner: User | None) -> str:
    """Return the language in which texts for this person are stored."""
    return (owner.language if owner else "") or settings.LANGUAGE_CODE


@transaction.atomic
def move_warning(
    warning: ChurnWarning,
    state: str,
    *,
    by: User,
    reason: str = "",
    note: str = "",
    at: datetime | None = None,
) -> ChurnWarning:
    """Move the warning on and return it; closing it closes its task.

    Refused: a move that its state does not allow (also when somebody else was faster), a dismissal
    without a reason, a reason for anything else.
    """
    if state not in WarningState.values:
        raise DomainError(
            "unknown_state", _("There is no such state."), fields={"state": _("Choose a state.")}
        )
    if state == WarningState.DISMISSED and reason not in DismissReason.values:
        raise DomainError(
            "reason_needed", _("Say why this is no risk."), fields={"reason": _("Choose a reason.")}
        )
    if state != WarningState.DISMISSED and reason:
        raise DomainError(
            "reason_not_wanted",
            _("Only a dismissed warning has a reason."),
            fields={"reason": _("Leave this empty.")},
        )
    if len(note) > 500:
        raise DomainError(
            "too_long", _("The note is too long."), fields={"note": _("At most 500 characters.")}
        )
    return step_of(warning, state, by=by, reason=reason, note=note.strip(), at=at)


@transaction.atomic
def step_of(
    warning: ChurnWarning,
    state: str,
    *,
    by: User | None,
    reason: str = "",
    note: str = "",
    at: datetime | None = None,
    evidence: dict[str, Any] | None = None,
) -> ChurnWarning:
    """Do one step that `WARNING_MOVES` allows, by a person or (`by` None) by what was seen.

    The database settles who was first; history, audit line, timeline and task follow in the same
    transaction.
    """
    moment = at or timezone.now()
    rows = ChurnWarning.objects.filter(pk=warning.pk)
    before = rows.select_for_update(of=("self",)).get()
    changes: dict[str, Any] = {"state": state, "note": note or before.note}
    if state == WarningState.CONTACTED:
        changes["contacted_at"] = moment
    if state not in UNCLOSED:
        changes |= {"closed_at": moment, "closed_by": by, "dismiss_reason": reason}
    moved = can_move_warning(before, state) and rows.filter(state=before.state).update(**changes)
    stored: ChurnWarning = rows.select_related("customer", "task", "owner").get()
    if not moved:
        raise Conflict(
            "warning_moved",
            _("This warning is “%(state)s” already.") % {"state": stored.get_state_display()},
        )
    tell_step(stored, old=before.state, by=by, at=moment, reason=reason, note=note, evidence=evidence)
    if not stored.is_unclosed:
        _close_task(stored, by=by, at=moment)
    return stored


def tell_step(
    warning: ChurnWarning,
    *,
    old: str,
    by: User | None,
    at: datetime,
    reason: str = "",
    note: str = "",
    evidence: dict[str, Any] | None = None,
) -> None:
    """History, audit line and timeline of one step."""
    WarningMove.objects.create(
        warning=warning,
        old=old,
        new=warning.state,
        at=at,
        by=by,
        reason=reason,
        note=note,
        evidence=evidence or {},
    )
    action = AuditAction.CHANGED if old else AuditAction.CREATED
    record(action, by=by, subject=warning, changes={"state": (old, warning.state)}, note=note)
    record_event(
        warning.customer,
        EventKind.WARNING,
        at=at,
        by=by,
        data={
            "old": old,
            "new": warning.state,
            "reason": reason,
            "note": note,
            "risk": round(warning.risk * 100),
            "stake": str(warning.value_at_stake),
            "first_reason": warning.reasons[0] if warning.reasons and not old else {},
            "evidence": evidence or {},
        },
        subject=warning,
        subject_url=warning.get_absolute_url(),
    )


def _close_task(warning: ChurnWarning, *, by: User | None, at: datetime) -> None:
    task = warning.task
    if task is None or task.state != TaskState.OPEN:
        return
    with translation.override(language_of(warning.owner)):
        outcome = str(WarningState(warning.state).label)
    try:
        if warning.state == WarningState.DISMISSED:
            cancel_task(task, reason=outcome, by=by, at=at)
        else:
            complete_task(task, outcome=outcome, by=by, at=at)
    except Conflict:  # closed by hand in this very moment
        return


@transaction.atomic
def plan_action(warning: ChurnWarning, *, by: User, due_on: date | None = None) -> Task:
    """Give the owner a task for the suggested action, unless one is open; return the open one."""
    stored = (
        ChurnWarning.objects.select_for_update(of=("self",))
        .select_related("task", "customer")
        .get(pk=warning.pk)
    )
    if not stored.is_unclosed:
        raise Conflict("warning_closed", _("This warning is closed; nothing is left to plan."))
    if stored.task is not None and stored.task.state == TaskState.OPEN:
        planned: Task = stored.task
        return planned
    number = Task.objects.filter(
        dedupe__startswith=f"warning-{stored.customer_id}-{stored.opened_on:%Y-%m-%d}"
    ).count()
    task = create_task(
        str(SuggestedAction(stored.suggested_action).label)[:200],
        customer=stored.customer,
        due_on=due_on or timezone.localdate() + timedelta(days=3),
        priority=Priority.HIGH,
        subject=stored,
        dedupe=f"warning-{stored.customer_id}-{stored.opened_on:%Y-%m-%d}-{number + 1}",
        by=by,
    )
    ChurnWarning.objects.filter(pk=stored.pk).update(task=task)
    records_changed(ChurnWarning, [stored.pk])
    return task


def stake_of(rows: Any) -> tuple[Decimal, Decimal, Decimal, int]:
    """Return value at stake, its limits and the number of the unclosed warnings of `rows`.

    The limits of the customers are added up: as if all were wrong in the same direction, so rather wide.
    """
    found = (
        rows.unclosed()
        .order_by()
        .aggregate(
            value=Sum("value_at_stake", default=Decimal(0)),
            low=Sum("stake_low", default=Decimal(0)),
            high=Sum("stake_high", default=Decimal(0)),
            n=Count("pk"),
        )
    )
    return found["value"], found["low"], found["high"], found["n"]
