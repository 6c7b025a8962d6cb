"""What is decided about a crisis: its kind and lead when it is opened, later changes, and its steps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from complaints.choices.learning import CRISIS_ENDED, CrisisState
from complaints.domain.crises import CRISIS_FIELDS, ensure_running, tell_lead
from complaints.domain.crisis_plans import lay_out_plan
from complaints.models import Crisis, CrisisStep
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.notifications import notify
from core.domain.versions import ensure_fresh, locked
from core.errors import Conflict, DomainError
from core.models import User
from customers.domain.changes import ensure_known, write_changes

STEP_FIELDS = ("owner", "due_at")
LONGEST_STEP = 300


@transaction.atomic
def open_proposed(
    crisis: Crisis,
    data: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    note: str = "",
    at: datetime | None = None,
) -> Crisis:
    """Open a proposed crisis as one of its kind, and lay out the plan of that kind.

    Who opens it leads where nobody else is named. Refused: a crisis that is not proposed any more, and one
    that somebody changed since `version`.
    """
    ensure_known(data, CRISIS_FIELDS)
    moment = at or timezone.now()
    stored = locked(crisis)
    if stored.state != CrisisState.PROPOSED:
        raise Conflict(
            "crisis_moved", _("This crisis is “%(state)s”.") % {"state": stored.get_state_display()}
        )
    ensure_fresh(stored, version)
    lead = data.get("owner") or stored.owner or by
    write_changes(stored, {**data, "owner": lead, "state": CrisisState.OPEN}, by=by, at=moment, note=note)
    lay_out_plan(stored, at=moment)
    tell_lead(stored)
    return stored


@transaction.atomic
def edit_crisis(
    crisis: Crisis,
    data: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    at: datetime | None = None,
) -> Crisis:
    """Write the fields that differ. A new lead takes over the open steps of the one before.

    Another kind takes what is open of its former plan out, and lays out its own; what is done and what
    people added stays. Refused: once it has ended, without a lead while it runs, and what somebody else
    changed since `version`.
    """
    ensure_known(data, CRISIS_FIELDS)
    moment = at or timezone.now()
    stored = locked(crisis)
    ensure_fresh(stored, version)
    if stored.state in CRISIS_ENDED:
        raise Conflict("crisis_not_running", _("This crisis is not open."))
    if stored.is_running and data.get("owner", stored.owner) is None:
        text = _("Name who leads.")
        raise DomainError("lead_needed", text, fields={"owner": text})
    kind, lead = stored.kind, stored.owner_id
    if not write_changes(stored, data, by=by, at=moment):
        return stored
    if stored.owner_id != lead:
        if lead is not None:
            stored.steps.filter(owner=lead, done_at__isnull=True).update(owner=stored.owner)
        tell_lead(stored)
    if stored.is_running and stored.kind != kind:
        _change_plan(stored, kind, by=by, at=moment)
    return stored


def _change_plan(crisis: Crisis, former: str, *, by: User, at: datetime) -> None:
    gone = crisis.steps.filter(plan=former, done_at__isnull=True)
    taken_out = [step.text for step in gone]
    gone.delete()
    last = crisis.steps.aggregate(last=Max("position"))["last"] or 0
    lay_out_plan(crisis, at=at)
    laid_out = [step.text for step in crisis.steps.filter(position__gt=last)]
    changes = {"steps": ("; ".join(taken_out), "; ".join(laid_out))}
    record(AuditAction.CHANGED, by=by, subject=crisis, changes=changes)


@transaction.atomic
def add_step(
    crisis: Crisis, text: str, *, due_at: datetime, owner: User | None = None, by: User
) -> CrisisStep:
    """Add a step of one's own at the end; its owner is told. Refused: without a text, once it has ended."""
    stored = locked(crisis)
    ensure_running(stored)
    words = text.strip()
    if not words or len(words) > LONGEST_STEP:
        message = _("Say in up to %(most)d characters what is to do.") % {"most": LONGEST_STEP}
        raise DomainError("bad_step", message, fields={"text": message})
    last = stored.steps.aggregate(last=Max("position"))["last"] or 0
    step: CrisisStep = CrisisStep.objects.create(
        crisis=stored,
        position=last + 1,
        texts={(get_language() or "en").lower(): words},
        owner=owner or stored.owner,
        due_at=due_at,
    )
    record(AuditAction.CHANGED, by=by, subject=stored, changes={"steps": ("", words)})
    _tell_owner(step, by=by)
    return step


@transaction.atomic
def change_step(step: CrisisStep, data: Mapping[str, Any], *, by: User) -> CrisisStep:
    """Give a step another owner or due time; a new owner is told.

    Refused: for a step that is done, once the crisis has ended, and without a due time.
    """
    ensure_known(data, STEP_FIELDS)
    crisis = locked(step.crisis)
    ensure_running(crisis)
    stored = locked(step)
    if stored.done_at is not None:
        raise Conflict("step_done", _("This step is done."))
    before = {name: getattr(stored, name) for name in data}
    changes = {name: (before[name], value) for name, value in data.items() if value != before[name]}
    if not changes:
        return stored
    for name in changes:
        setattr(stored, name, data[name])
    stored.save(update_fields=list(changes))
    shown = {f"step_{name}": pair for name, pair in changes.items()}
    record(AuditAction.CHANGED, by=by, subject=crisis, changes=shown, note=stored.text[:200])
    if "owner" in changes:
        _tell_owner(stored, by=by)
    return stored


def _tell_owner(step: CrisisStep, *, by: User) -> None:
    if step.owner is None or step.owner == by:
        return
    notify(
        [step.owner],
        kind="crisis_step",
        title=gettext_lazy("Yours in the crisis %(title)s: %(step)s"),
        params={"title": step.crisis.title, "step": step.text[:100]},
        url=step.crisis.get_absolute_url(),
        subject=step.crisis,
        dedupe=f"crisis-step-{step.pk}-{step.owner.pk}",
    )
