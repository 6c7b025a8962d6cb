"""Crises: proposed by the scan or opened by a person, worked off by a plan, closed with what was learned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.choices.learning import CRISIS_MOVES, CrisisState, StatementState
from complaints.crisis_kinds import Signs, kind_of
from complaints.domain.crisis_plans import lay_out_plan
from complaints.domain.entries import tell
from complaints.models import Affected, Complaint, ComplaintCause, Crisis, CrisisStep, Statement
from complaints.querysets.learning import CrisisQuerySet
from core.access import can
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.notifications import notify
from core.domain.versions import locked
from core.errors import Conflict, DomainError
from core.models import User
from customers.domain.changes import ensure_known, ensure_valid, write_changes

CRISIS_FIELDS = ("kind", "title", "category", "reason", "stop_rule", "owner")
MOST_ADDED = 1_000


@transaction.atomic
def open_crisis(data: Mapping[str, Any], *, by: User | None, at: datetime | None = None) -> Crisis:
    """Open a crisis with the plan of its kind; its opener leads where nobody else is named."""
    ensure_known(data, CRISIS_FIELDS)
    moment = at or timezone.now()
    values = {**data, "owner": data.get("owner") or by}
    if values["owner"] is None:
        text = _("Name who leads.")
        raise DomainError("lead_needed", text, fields={"owner": text})
    crisis = Crisis(**values, created_by=by, opened_at=moment)
    ensure_valid(crisis, {*data, "title"})
    crisis.save(force_insert=True)
    record(AuditAction.CREATED, by=by, subject=crisis)
    lay_out_plan(crisis, at=moment)
    tell_lead(crisis)
    return crisis


def propose_crisis(key: str, values: Mapping[str, Any], *, at: datetime) -> Crisis | None:
    """Propose a crisis once for each key, however many workers see the surge; managers are told.

    None where it was proposed before.
    """
    with transaction.atomic():
        crisis, first = Crisis.objects.get_or_create(
            key=key, defaults={**values, "state": CrisisState.PROPOSED, "opened_at": at}
        )
        if not first:
            return None
        record(AuditAction.CREATED, by=None, subject=crisis)
        notify(
            managers(),
            kind="crisis",
            title=gettext_lazy("Proposed crisis: %(title)s"),
            params={"title": crisis.title},
            url=crisis.get_absolute_url(),
            subject=crisis,
            dedupe=f"crisis-{crisis.pk}-proposed",
        )
    return crisis


def managers() -> list[User]:
    """Return the people who may open a crisis."""
    people = User.objects.people().filter(is_active=True, groups__name="manager").distinct()
    return list(people.order_by("pk"))


def kind_from(cases: Sequence[Complaint]) -> dict[str, Any]:
    """Return the kind that the cases speak for, and in the evidence why."""
    links = ComplaintCause.objects.filter(complaint__in=cases).order_by()
    causes: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for pk, branch, gap in links.values_list("complaint", "cause__branch", "cause__gap"):
        causes[pk].append((branch, gap))
    signs = [
        Signs(
            case.category.code if case.category is not None else "",
            case.is_legal,
            case.is_media,
            case.is_safety,
            frozenset(branch for branch, _gap in causes[case.pk]),
            frozenset(gap for _branch, gap in causes[case.pk]),
        )
        for case in cases
    ]
    kind, reason = kind_of(signs)
    return {"kind": kind, "evidence": {"kind_from": reason} if reason else {}}


@transaction.atomic
def summon(case: Complaint, at: datetime, by: User | None = None) -> Crisis:
    """Summon the crisis team for a case: one proposed crisis, with the case in it, until that has ended.

    Once it was rejected or closed, the next summons proposes another. The caller holds the case locked.
    """
    own = f"case:{case.pk}"
    earlier = Crisis.objects.filter(Q(key=own) | Q(key__startswith=f"{own}:"))
    found = running_of(earlier)
    if found is None:
        count = earlier.count()
        values = {"title": str(case)[:200], "category": case.category, **kind_from([case])}
        key = f"{own}:{count + 1}" if count else own
        found = propose_crisis(key, values, at=at) or Crisis.objects.get(key=key)
    add_cases(found, [case], by=by, at=at)
    return found


def running_of(rows: CrisisQuerySet) -> Crisis | None:
    """Return the latest of the crises in which somebody still has to act, locked so that it does not end."""
    unclosed = rows.unclosed().order_by("-pk").select_for_update(no_key=True, of=("self",))
    found: Crisis | None = unclosed.first()
    return found


@transaction.atomic
def move_crisis(
    crisis: Crisis, state: str, *, by: User, note: str = "", at: datetime | None = None
) -> Crisis:
    """Move the crisis on: open a proposed one, contain, close, open again, reject.

    Refused: a move that its state does not allow, closing with open steps, closing or rejecting without
    a word on what was learned or why.
    """
    moment, text = at or timezone.now(), note.strip()
    stored = locked(crisis)
    if (stored.state, state) == (CrisisState.PROPOSED, CrisisState.OPEN):
        from complaints.domain.crisis_editing import open_proposed  # which builds on this module

        return open_proposed(stored, {}, by=by, note=text, at=moment)
    if state not in CRISIS_MOVES[stored.state]:
        raise Conflict(
            "crisis_moved", _("This crisis is “%(state)s”.") % {"state": stored.get_state_display()}
        )
    ends = state in (CrisisState.CLOSED, CrisisState.DISMISSED)
    _ensure_told(stored, state, text if ends else "-")
    values: dict[str, Any] = {"state": state, "closed_at": moment if ends else None}
    if ends:
        values["outcome"] = text
    if state == CrisisState.CONTAINED:
        values["contained_at"] = moment
    if state == CrisisState.OPEN and stored.owner_id is None:
        values["owner"] = by
    write_changes(stored, values, by=by, at=moment, note=text)
    if state == CrisisState.OPEN and not stored.steps.exists():
        lay_out_plan(stored, at=moment)
    return stored


def _ensure_told(stored: Crisis, state: str, text: str) -> None:
    if not text:
        words = _("Say what was learned, or why it is none.")
        raise DomainError("note_needed", words, fields={"note": words})
    if state == CrisisState.CLOSED and stored.steps.filter(done_at__isnull=True).exists():
        raise Conflict("steps_open", _("Some steps are still open. Do them first."))


def tell_lead(crisis: Crisis) -> None:
    """Tell who leads, once for each person."""
    if crisis.owner is not None:
        notify(
            [crisis.owner],
            kind="crisis",
            title=gettext_lazy("You lead a crisis: %(title)s"),
            params={"title": crisis.title},
            url=crisis.get_absolute_url(),
            subject=crisis,
            dedupe=f"crisis-{crisis.pk}-lead-{crisis.owner.pk}",
        )


@transaction.atomic
def finish_step(step: CrisisStep, *, by: User, at: datetime | None = None) -> CrisisStep:
    """Mark a step as done; a second click changes nothing.

    Refused: to who neither owns the step nor may lead, and once the crisis has ended.
    """
    if step.owner_id != by.pk and not may_lead(by):
        raise Conflict(
            "not_your_step", _("A step is done by its owner, or by somebody who may lead a crisis.")
        )
    ensure_running(locked(step.crisis))
    rows = CrisisStep.objects.filter(pk=step.pk, done_at__isnull=True)
    if rows.update(done_at=at or timezone.now(), done_by=by):
        record(AuditAction.CHANGED, by=by, subject=step.crisis, note=step.text[:200])
    step.refresh_from_db()
    return step


def ensure_running(crisis: Crisis) -> None:
    """Refuse what is only done while people work on the crisis."""
    if not crisis.is_running:
        raise Conflict("crisis_not_running", _("This crisis is not open."))


@transaction.atomic
def write_statement(
    crisis: Crisis, body: str, *, audience: str, by: User, at: datetime | None = None
) -> Statement:
    """Write a statement as a draft. Refused: without a text or audience, and once the crisis has ended."""
    ensure_running(locked(crisis))
    missing = {
        name: _("Write something.")
        for name, text in (("body", body), ("audience", audience))
        if not text.strip()
    }
    if missing:
        raise DomainError("empty", _("There is no text."), fields=missing)
    statement: Statement = Statement.objects.create(
        crisis=crisis,
        body=body.strip(),
        audience=audience.strip()[:120],
        author=by,
        created_at=at or timezone.now(),
    )
    record(AuditAction.CHANGED, by=by, subject=crisis, note=statement.body[:200])
    return statement


@transaction.atomic
def approve_statement(statement: Statement, *, by: User, at: datetime | None = None) -> Statement:
    """Approve a draft. Refused: to its author, and when it is no draft any more."""
    if statement.author_id == by.pk:
        raise Conflict("own_text", _("Somebody else than its author must approve a statement."))
    moment = at or timezone.now()
    rows = Statement.objects.filter(pk=statement.pk, state=StatementState.DRAFT)
    values = {"state": StatementState.APPROVED, "approved_by": by, "approved_at": moment}
    return _statement_moved(statement, rows.update(**values), by=by)


@transaction.atomic
def publish_statement(statement: Statement, *, by: User, at: datetime | None = None) -> Statement:
    """Note that an approved statement went out. Refused: for a draft, and the second time."""
    rows = Statement.objects.filter(pk=statement.pk, state=StatementState.APPROVED)
    values = {"state": StatementState.PUBLISHED, "published_at": at or timezone.now()}
    return _statement_moved(statement, rows.update(**values), by=by)


def _statement_moved(statement: Statement, moved: int, *, by: User) -> Statement:
    statement.refresh_from_db()
    if not moved:
        text = _("This statement is “%(state)s”.") % {"state": statement.get_state_display()}
        raise Conflict("statement_moved", text)
    note = f"{statement.get_state_display()}: {statement.body[:150]}"
    record(AuditAction.CHANGED, by=by, subject=statement.crisis, note=note)
    return statement


@transaction.atomic
def add_cases(
    crisis: Crisis, cases: Iterable[Complaint], *, by: User | None, at: datetime | None = None
) -> int:
    """Add cases that are affected, each once, and return how many are new; each case's log tells it."""
    moment = at or timezone.now()
    stored = locked(crisis)
    known = set(stored.affected.values_list("complaint", flat=True))
    new = [case for case in list(cases)[:MOST_ADDED] if case.pk not in known]
    Affected.objects.bulk_create(Affected(crisis=stored, complaint=case, at=moment, by=by) for case in new)
    for case in new:
        tell(case, "crisis_joined", at=moment, by=by, title=stored.title)
    if new:
        note = _("%(n)d affected cases added.") % {"n": len(new)}
        record(AuditAction.CHANGED, by=by, subject=stored, note=note)
    return len(new)


def may_lead(user: User) -> bool:
    """Tell whether the person may open and move crises."""
    return can(user, "change", Crisis)
