"""A changed policy applied to open cases: asked for once, done by a job that survives a kill.

Every case is put under the policy that fits it now by the same function as a regraded one: from its
beginning, with the pauses it had. Levels that have fired stay fired. Of the levels whose moment lies in
the past nobody is flooded with: see `complaints.domain.clocks`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.choices.grading import ApplyState
from complaints.domain.entries import tell
from complaints.domain.rebasing import rebase_clocks
from complaints.domain.taxonomy import codes_below
from complaints.models import Clock, Complaint, Escalation, Level, Policy, PolicyApplying, Target
from complaints.querysets.cases import ComplaintQuerySet
from core.choices import AuditAction, JobState
from core.domain.audit import record
from core.domain.jobs import later, progress
from core.domain.versions import locked
from core.errors import Conflict
from core.models import User

#: Cases that one look at the table takes.
CHUNK = 100
REASON = "policy_applied"


# ---- which cases ------------------------------------------------------------------------------------
def cases_of(policy: Policy) -> ComplaintQuerySet:
    """Return the open cases that applying the policy may change.

    Those that it fits first now, and those with an open clock of it, which another may fit meanwhile.
    """
    under = Exists(Clock.objects.open().filter(complaint=OuterRef("pk"), policy=policy))
    rows = Complaint.objects.open().filter(kind=policy.kind)
    found: ComplaintQuerySet = rows.filter(fitting_first(policy) | Q(under))
    return found


def fitting_first(policy: Policy) -> Q:
    """Return the condition that the policy is the first in use, by place, that fits a case of its kind."""
    if not policy.is_active:
        return Q(pk__in=[])
    below = codes_below(policy.kind)
    fits = _fitting(policy, below)
    same = Policy.objects.active().of_kind(policy.kind).exclude(pk=policy.pk)
    for other in same.filter(position__lte=policy.position):
        if _is_before(other, policy, below):
            fits &= ~_fitting(other, below)
    return fits


def _is_before(other: Policy, policy: Policy, below: Mapping[str, tuple[str, ...]]) -> bool:
    """Tell whether the other is asked before the policy where both fit, as `benches.first_for` does."""
    if other.position != policy.position:
        return other.position < policy.position
    if other.category_code == policy.category_code:
        return other.pk < policy.pk
    return policy.category_code == "" or other.category_code in below.get(policy.category_code, ())


def _fitting(policy: Policy, below: Mapping[str, tuple[str, ...]]) -> Q:
    fits = Q(pk__isnull=False)
    if policy.grade:
        fits &= Q(grade=policy.grade)
    if policy.tier:
        fits &= Q(customer__tier=policy.tier)
    if policy.category_code:
        codes = below.get(policy.category_code, (policy.category_code,))
        fits &= Q(category__code__in=codes)
    return fits


def fingerprint(policy: Policy) -> str:
    """Return what tells one state of the policy from another, its targets and ladder included."""
    targets = Target.objects.filter(policy=policy).order_by("clock", "name")
    levels = Level.objects.filter(policy=policy).order_by("clock", "number").values_list()
    state = [
        policy.version,
        list(targets.values_list("clock", "name", "amount", "unit", "met_by")),
        list(levels),
    ]
    return hashlib.sha256(json.dumps(state, default=str).encode()).hexdigest()[:32]


# ---- asked for --------------------------------------------------------------------------------------
@transaction.atomic
def apply_policy(policy: Policy, *, by: User, seen: str | None = None) -> PolicyApplying:
    """Let a job apply the policy to the open cases, and return the row that says how it goes.

    Whoever asks while it runs gets the same row. Refused: where the policy was changed since `seen` (the
    `fingerprint` that the preview showed), and where no open case is concerned.
    """
    stored = locked(policy)
    running = running_of(stored)
    if running is not None:
        return running
    if seen is not None and seen != fingerprint(stored):
        raise Conflict("policy_changed", _("The policy was changed meanwhile. Look at the preview again."))
    rows = cases_of(stored)
    expected = rows.count()
    if not expected:
        raise Conflict("nothing_open", _("No open case is under this policy."))
    made = PolicyApplying.objects.create(
        policy=stored,
        asked_by=by,
        expected=expected,
        up_to=rows.order_by("-pk").values_list("pk", flat=True)[0],
    )
    made.job = later(
        "complaints.tasks.apply_policy",
        dedupe=f"apply-policy-{made.pk}",
        title=_("Apply policy “%(name)s” to open cases") % {"name": stored.name},
        by=by,
        url=reverse("complaints:policy-apply", args=[stored.pk]),
        queue="sla",
        applying_id=made.pk,
    )
    made.save(update_fields=["job"])
    record(AuditAction.RAN, by=by, subject=stored, note=_("Applied to %(n)d open cases") % {"n": expected})
    return made


def running_of(policy: Policy) -> PolicyApplying | None:
    """Return the applying of the policy that still runs; one whose job was stopped is closed here."""
    row = PolicyApplying.objects.filter(policy=policy, state=ApplyState.RUNNING).select_related("job").first()
    if row is None or not _was_stopped(row):
        return row
    _finish(row, ApplyState.STOPPED)
    return None


def _was_stopped(row: PolicyApplying) -> bool:
    return row.job is None or row.job.state in {JobState.CANCELLED, JobState.FAILED}


def _finish(row: PolicyApplying, state: str) -> None:
    rows = PolicyApplying.objects.filter(pk=row.pk, state=ApplyState.RUNNING)
    rows.update(state=state, finished_at=timezone.now())


# ---- done -------------------------------------------------------------------------------------------
def run_applying(applying_id: int) -> dict[str, int]:
    """Do the cases that are left, one transaction each, and return what became of all of them."""
    row = PolicyApplying.objects.select_related("policy").get(pk=applying_id)
    done = row.moved + row.same + row.skipped
    while found := _next_cases(row):
        for pk in found:
            _apply_to(row, pk)
            done += 1
            progress(min(done, row.expected), row.expected)
        row.refresh_from_db()
    _finish(row, ApplyState.DONE)
    row.refresh_from_db()
    return {"changed": row.moved, "same": row.same, "skipped": row.skipped}


def _next_cases(row: PolicyApplying) -> list[int]:
    if row.state != ApplyState.RUNNING:
        return []
    rows = cases_of(row.policy).filter(pk__gt=row.last_case, pk__lte=row.up_to).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:CHUNK])


@transaction.atomic
def _apply_to(row: PolicyApplying, case_id: int) -> None:
    """Do one case; the place reached is taken in the same transaction, so no worker does it again."""
    mine = PolicyApplying.objects.filter(pk=row.pk, state=ApplyState.RUNNING)
    if not mine.filter(last_case__lt=case_id).update(last_case=case_id):
        return
    case = locked(Complaint.objects.get(pk=case_id))
    if not case.is_open:
        outcome = "skipped"
    else:
        outcome = "moved" if _rebase(case, by=row.asked_by, name=row.policy.name) else "same"
    mine.update(**{outcome: F(outcome) + 1})


def _rebase(case: Complaint, *, by: User | None, name: str) -> bool:
    """Put the locked case under the policy that fits it now; False where nothing differs."""
    at = timezone.now()
    before, due_before = _state_of(case), case.next_due_at
    rebase_clocks(case, at=at, by=by, reason=REASON, pass_over=True)
    after = _state_of(case)
    if before == after:
        return False
    moved = [
        {"clock": kind, "name": label, "old": _moment(before.get(key)), "new": _moment(after.get(key))}
        for key in sorted({*before, *after}, key=str)
        if key[0] == "clock" and before.get(key) != after.get(key)
        for kind, label in [(key[1], key[2])]
    ]
    tell(case, "policy_applied", at=at, by=by, policy=name, moved=moved)
    changes = {"next_due_at": (due_before, case.next_due_at)} if due_before != case.next_due_at else {}
    record(AuditAction.CHANGED, by=by, subject=case, changes=changes, note=_("Policy applied: %s") % name)
    return True


def _moment(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else ""


def _state_of(case: Complaint) -> dict[tuple[Any, ...], Any]:
    """Return due times and ladder of the case, to tell whether anything was changed."""
    clocks = Clock.objects.open().filter(complaint=case)
    keys = ("kind", "name", "cycle", "turn")
    state: dict[tuple[Any, ...], Any] = {
        ("clock", *row[:4]): row[4] for row in clocks.values_list(*keys, "due_at")
    }
    state |= {("met by", pk): how for pk, how in clocks.values_list("pk", "met_by")}
    levels = Escalation.objects.filter(complaint=case, clock__in=clocks).values_list(
        "clock", "number", "state", "offset", "in_working_time", "recipient", "person", "by_mail",
        "through_quiet_hours", "action", "fire_at",
    )  # fmt: skip
    return state | {("level", *row[:2]): row[2:] for row in levels}
