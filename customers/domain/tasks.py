"""Tasks: given, done, cancelled, opened again, handed over, put off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, cast

from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.choices import AuditAction
from core.domain.audit import record
from core.domain.mentions import mentioned_in_vain, settled, tell_mentioned
from core.domain.notifications import mark_read_about, notify
from core.domain.versions import ensure_fresh, locked
from core.errors import Conflict, DomainError
from core.models import Team, User
from customers.choices import EventKind, Priority, TaskState
from customers.domain.changes import ensure_known, ensure_valid, write_changes
from customers.domain.timeline import record_event, weak_subject
from customers.models import Customer, Task
from customers.rules import can_move_task, ensure_can_be_owner, ensure_live, ensure_may_add

TASK_CHANGES = ("title", "note", "owner", "team", "due_on", "priority", "customer")


@transaction.atomic
def create_task(
    title: str,
    *,
    customer: Customer | None = None,
    owner: User | None = None,
    team: Team | None = None,
    due_on: date | None = None,
    priority: str = Priority.NORMAL,
    note: str = "",
    subject: models.Model | None = None,
    subject_url: str = "",
    dedupe: str | None = None,
    by: User | None = None,
    tell: bool = True,
) -> Task:
    """Give somebody a task and return it; a second call with the same `dedupe` returns the first task.

    Without `owner` it goes to the customer's owner, else to `by`. The owner is told when somebody else
    gave it, unless `tell` is False because the caller sums many tasks up in one message. Refuses owners
    who cannot sign in, customers in the recycle bin, and those that are lent to `by` for other things.
    """
    if dedupe is not None and (existing := Task.objects.filter(dedupe=dedupe).first()) is not None:
        return cast(Task, existing)
    if customer is not None:
        ensure_live(customer)
        ensure_may_add(Task, customer, by=by)
    owner = owner or _usual_owner(customer, by)
    ensure_can_be_owner(owner)
    task = Task(
        title=title.strip(),
        customer=customer,
        owner=owner,
        team=team or _usual_team(customer, owner),
        due_on=due_on,
        priority=priority,
        note=settled(note),
        dedupe=dedupe,
        created_by=by,
        **weak_subject(subject, subject_url),
    )
    ensure_valid(task, ["title", "priority", "note", "due_on"])
    try:
        with transaction.atomic():
            task.save(force_insert=True)
    except IntegrityError:
        # Another worker was first with the same dedupe key.
        return Task.objects.get(dedupe=dedupe)
    record(AuditAction.CREATED, by=by, subject=task)
    if tell:
        _tell_owner(task, by)
    _tell_mentioned(task, before="", by=by)
    return task


def _usual_owner(customer: Customer | None, by: User | None) -> User | None:
    owner: User | None = customer.owner if customer is not None else None
    return owner if owner is not None and owner.is_active else by


def _usual_team(customer: Customer | None, owner: User | None) -> Team | None:
    if owner is not None and owner.team is not None:
        return owner.team
    return customer.team if customer is not None else None


def _tell_owner(task: Task, by: User | None) -> None:
    if task.owner is None or task.owner == by:
        return
    notify(
        [task.owner],
        kind="task_assigned",
        title=gettext_lazy("Task for you: %(title)s"),
        body=gettext_lazy("Given by %(by)s.") if by else "",
        params={"title": task.title, "by": by},
        url=page_of(task),
        subject=task,
    )


def page_of(task: Task) -> str:
    """Return where a message about the task leads: to its customer, else to the list."""
    return task.customer.get_absolute_url() if task.customer else reverse("customers:task-list")


def _tell_mentioned(task: Task, *, before: str, by: User | None) -> None:
    tell_mentioned(task, after=task.note, before=before, by=by, url=page_of(task))


def unreached_by(task: Task) -> list[User]:
    """Return those whom the note mentions though they may not see the task, and who were told nothing."""
    return mentioned_in_vain(task, task.note)


@transaction.atomic
def update_task(
    task: Task,
    data: Mapping[str, Any],
    *,
    by: User | None,
    version: int | None = None,
    tell: bool = True,
) -> Task:
    """Write the fields that differ and return the task; a new owner is told unless `tell` is False.

    Refuses closed tasks, a stale `version`, owners who cannot sign in, and another customer that is in the
    recycle bin or lent to `by` for other things.
    """
    ensure_known(data, TASK_CHANGES)
    stored = locked(task)
    _ensure_open(stored)
    ensure_fresh(stored, version)
    values = {**data, "note": settled(data["note"] or "")} if "note" in data else dict(data)
    before = stored.note
    handed_over = "owner" in values and values["owner"] != stored.owner
    if handed_over:
        ensure_can_be_owner(values["owner"])
        if "team" not in values and values["owner"] is not None and values["owner"].team is not None:
            values["team"] = values["owner"].team
    if values.get("customer") is not None and values["customer"] != stored.customer:
        ensure_live(values["customer"])
        ensure_may_add(Task, values["customer"], by=by)
    write_changes(stored, values, by=by, at=timezone.now())
    if handed_over and tell:
        _tell_owner(stored, by)
    _tell_mentioned(stored, before=before, by=by)
    return stored


def reassign_task(task: Task, owner: User, *, by: User | None) -> Task:
    """Hand the task to `owner`, who is told."""
    return update_task(task, {"owner": owner}, by=by)


def reschedule_task(task: Task, due_on: date | None, *, by: User | None) -> Task:
    """Give the task another day, or none."""
    return update_task(task, {"due_on": due_on}, by=by)


def _ensure_open(task: Task) -> None:
    if task.state != TaskState.OPEN:
        raise _already(task)


def _already(task: Task) -> Conflict:
    messages = {
        TaskState.DONE: _("“%(title)s” is done already."),
        TaskState.CANCELLED: _("“%(title)s” is cancelled already."),
        TaskState.OPEN: _("“%(title)s” is open already."),
    }
    return Conflict(f"already_{task.state}", messages[TaskState(task.state)] % {"title": task.title})


@transaction.atomic
def complete_task(task: Task, *, outcome: str = "", by: User | None, at: datetime | None = None) -> Task:
    """Close the task as done and tell it on the customer's timeline. Refuses a task that is closed."""
    return _move(task, TaskState.DONE, outcome=outcome, by=by, at=at or timezone.now())


@transaction.atomic
def cancel_task(task: Task, *, reason: str = "", by: User | None, at: datetime | None = None) -> Task:
    """Close the task as no longer needed. Refuses a task that is closed."""
    return _move(task, TaskState.CANCELLED, outcome=reason, by=by, at=at or timezone.now())


@transaction.atomic
def reopen_task(task: Task, *, by: User | None, at: datetime | None = None) -> Task:
    """Open a closed task again. Refuses an open one, and one of a customer in the recycle bin."""
    if task.customer is not None:
        ensure_live(task.customer)
    return _move(task, TaskState.OPEN, outcome="", by=by, at=at or timezone.now())


def _move(task: Task, state: str, *, outcome: str, by: User | None, at: datetime) -> Task:
    """Settle concurrent moves in the database: the row must still be in a state that allows this one."""
    outcome = outcome.strip()
    if len(outcome) > 300:
        raise DomainError(
            "too_long", _("The outcome is too long."), fields={"outcome": _("At most 300 characters.")}
        )
    rows = Task.objects.filter(pk=task.pk)
    before = rows.select_for_update(no_key=True, of=("self",)).get()
    closed_at = None if state == TaskState.OPEN else at
    moved = can_move_task(before, state) and rows.filter(state=before.state).update(
        state=state, closed_at=closed_at, outcome=outcome, version=F("version") + 1, updated_at=timezone.now()
    )
    stored: Task = rows.select_related("customer", "owner", "team").get()
    if not moved:
        raise _already(stored)
    record(AuditAction.CHANGED, by=by, subject=stored, changes={"state": (before.state, state)}, note=outcome)
    if state != TaskState.OPEN and stored.owner is not None:
        mark_read_about(stored, user=stored.owner, at=at)
    if stored.customer is not None:
        data = {"action": state, "title": stored.title, "outcome": outcome, "due_on": stored.due_on}
        url = stored.subject_url or stored.customer.get_absolute_url()
        record_event(
            stored.customer, EventKind.TASK, at=at, by=by, data=data, subject=stored, subject_url=url
        )
    return stored
