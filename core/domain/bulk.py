"""Actions on many rows: asked for, worked through in steps that survive a kill, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from core.access import can, require
from core.bulk import BulkAction, BulkForm
from core.choices import BulkOutcome, BulkState, JobState
from core.domain.jobs import later, progress
from core.domain.views import definition_of
from core.errors import Conflict, DomainError
from core.lists import ListDefinition
from core.models import BulkRow, BulkRun, User

#: Rows of one transaction.
STEP = 50


def action_of(key: str, action: str, *, by: User) -> tuple[ListDefinition, BulkAction]:
    """Return the list and its action; one that the person may not do does not exist."""
    definition = definition_of(key, by=by)
    found = definition.action(action)
    if found is None or not can(by, found.right, definition.model):
        raise DomainError("unknown_action", _("There is no such action, or not for you."), status=404)
    return definition, found


def selection(
    definition: ListDefinition, *, query: str, ids: Sequence[int] | None, by: User
) -> models.QuerySet[Any]:
    """Return the visible rows that are meant: those ticked, or all that the filters show."""
    manager: Any = definition.model._default_manager
    rows: models.QuerySet[Any] = manager.visible_to(by)
    if ids is not None:
        return rows.filter(pk__in=list(ids))
    filterset = definition.filterset_class(QueryDict(query), queryset=rows, user=by)
    if not filterset.is_valid():
        raise DomainError("bad_filter", _("The filters of this list are not understood. Set them again."))
    found: models.QuerySet[Any] = filterset.qs
    return found


def form_of(action: BulkAction, data: Any, *, by: User) -> BulkForm:
    """Return the bound form of the action."""
    return action.form(data, by=by)


@transaction.atomic
def request_bulk(
    key: str, action: str, *, query: str, ids: Sequence[int] | None, data: QueryDict, by: User
) -> BulkRun:
    """Freeze the selection and let a job do the action; return the run.

    Refused: an action that is not the person's, values that the form refuses, no rows.
    """
    require(by, "add", BulkRun)
    definition, found = action_of(key, action, by=by)
    form = form_of(found, data, by=by)
    if not form.is_valid():
        raise DomainError("invalid", _("The values of the action are not as they must be."))
    rows = selection(definition, query=query, ids=ids, by=by).order_by()
    facts = rows.aggregate(count=models.Count("pk"), last=models.Max("pk"))
    if not facts["count"]:
        raise DomainError("no_rows", _("No row is left of what you chose."))
    run = BulkRun.objects.create(
        list_key=key,
        action=action,
        values={name: data.getlist(name) for name in data if name in form.fields},
        query=query if ids is None else "",
        ids=None if ids is None else sorted(set(ids)),
        last_id=facts["last"],
        expected=facts["count"],
        created_by=by,
    )
    run.job = _ask(run, "run", _("%(list)s: %(action)s") % {"list": definition.title, "action": found.label})
    run.save(update_fields=["job"])
    return run


def _ask(run: BulkRun, verb: str, title: str) -> Any:
    return later(
        f"core.tasks.{verb}_bulk",
        dedupe=f"bulk-{verb}-{run.pk}",
        title=title,
        by=run.created_by,
        url=run.get_absolute_url(),
        run_id=run.pk,
    )


def run_bulk(run_id: int) -> dict[str, int]:
    """Do the action to the rows that are left, step by step; return what became of the rows.

    Each step is one transaction with the rows' outcomes and the place reached, so a killed run goes on
    where it was and no row is done twice. Rights are asked again for each row.
    """
    run = BulkRun.objects.select_related("created_by").get(pk=run_id)
    definition, action = action_of(run.list_key, run.action, by=run.created_by)
    data = QueryDict(mutable=True)
    for name, given in run.values.items():
        data.setlist(name, given)
    form = form_of(action, data, by=run.created_by)
    if not form.is_valid():
        raise DomainError("invalid", _("The values of the action are not as they must be."))
    BulkRun.objects.filter(pk=run.pk, state=BulkState.WAITING).update(state=BulkState.RUNNING)
    worker = _Worker(definition, action, run)
    done = BulkRow.objects.filter(run=run).count()
    while step := worker.step(form.cleaned_data):
        done += step
        progress(min(done, run.expected), run.expected)
    finished = BulkRun.objects.filter(pk=run.pk, state=BulkState.RUNNING)
    finished.update(state=BulkState.DONE, finished_at=timezone.now())
    return counts_of(run)


class _Worker:
    """Works through the rows of one run in the order of their keys."""

    def __init__(self, definition: ListDefinition, action: BulkAction, run: BulkRun) -> None:
        self.definition, self.action, self.run = definition, action, run
        self.by: User = run.created_by

    @transaction.atomic
    def step(self, values: Any) -> int:
        """Do the next rows and return how many; a second worker waits for the row of the run."""
        run = BulkRun.objects.select_for_update().get(pk=self.run.pk)
        if run.state == BulkState.DONE:
            return 0
        if run.state != BulkState.RUNNING:
            raise Conflict("not_running", _("This action is not running any more."))
        rows = selection(self.definition, query=run.query, ids=run.ids, by=self.by)
        keys = list(
            rows.filter(pk__gt=run.cursor, pk__lte=run.last_id)
            .order_by("pk")
            .values_list("pk", flat=True)[:STEP]
        )
        if not keys:
            return 0
        manager: Any = self.definition.model._default_manager
        allowed = manager.visible_to(self.by, self.action.right).in_bulk(keys)
        named = manager.in_bulk([key for key in keys if key not in allowed])
        found = [self._one(key, allowed.get(key), named.get(key), values) for key in keys]
        BulkRow.objects.bulk_create(found)
        # On SQLite there is no lock on the row: the condition lets only one worker pass.
        if not BulkRun.objects.filter(pk=run.pk, cursor=run.cursor).update(cursor=keys[-1]):
            raise Conflict("not_running", _("Another worker has this action."))
        return len(keys)

    def _one(self, key: int, row: Any, named: Any, values: Any) -> BulkRow:
        done = BulkRow(run=self.run, object_id=key, label=str(row or named or key)[:200])
        if row is None:
            done.outcome, done.reason = BulkOutcome.REFUSED, _("Your role may not change this record.")
            return done
        try:
            with transaction.atomic():
                effect = self.action.apply(row, values, self.by)
        except (DomainError, PermissionDenied) as error:
            done.outcome, done.reason = BulkOutcome.REFUSED, str(getattr(error, "message", error))[:300]
            return done
        done.outcome = BulkOutcome.CHANGED if effect is not None else BulkOutcome.SAME
        if effect is not None:
            done.old, done.new = effect.old, effect.new
        return done


# ---- taking back ------------------------------------------------------------------------------------
def may_undo(run: BulkRun, *, by: User) -> bool:
    """Tell whether the person may take the action back: an own one that has ended and has a way back."""
    if not has_ended(run) or run.created_by_id != by.pk or not can(by, "undo", BulkRun):
        return False
    try:
        _definition, action = action_of(run.list_key, run.action, by=by)
    except DomainError:
        return False
    return action.undo is not None and run.rows.filter(outcome=BulkOutcome.CHANGED).exists()


def has_ended(run: BulkRun) -> bool:
    """Tell whether no more rows are changed: the action is done, or its job was stopped."""
    if run.state == BulkState.DONE:
        return True
    stopped = run.job is not None and run.job.state in {JobState.CANCELLED, JobState.FAILED}
    return stopped and run.state in {BulkState.WAITING, BulkState.RUNNING}


@transaction.atomic
def request_undo(run: BulkRun, *, by: User) -> BulkRun:
    """Let a job put back the old values. Refused once it was asked for, and where there is no way back."""
    if not may_undo(run, by=by):
        raise Conflict("cannot_undo", _("This action cannot be taken back."))
    if not BulkRun.objects.filter(pk=run.pk, state=run.state).update(state=BulkState.UNDOING):
        raise Conflict("cannot_undo", _("This action is being taken back already."))
    run.refresh_from_db()
    run.job = _ask(run, "undo", _("Undo: %(what)s") % {"what": title_of(run)})
    run.save(update_fields=["job"])
    return run


def undo_bulk(run_id: int) -> dict[str, int]:
    """Put back the old values of rows that are still as the action left them; name the others."""
    run = BulkRun.objects.select_related("created_by").get(pk=run_id)
    definition, action = action_of(run.list_key, run.action, by=run.created_by)
    total = run.rows.filter(outcome=BulkOutcome.CHANGED).count()
    done = 0
    while step := _undo_step(run, definition, action):
        done += step
        progress(min(done, total), max(total, done))
    finished = BulkRun.objects.filter(pk=run.pk, state=BulkState.UNDOING)
    finished.update(state=BulkState.UNDONE, finished_at=timezone.now())
    return counts_of(run)


@transaction.atomic
def _undo_step(run: BulkRun, definition: ListDefinition, action: BulkAction) -> int:
    """Take back the next rows, the last done first: each outcome is written with the change itself."""
    BulkRun.objects.select_for_update().get(pk=run.pk)
    rows = list(run.rows.filter(outcome=BulkOutcome.CHANGED).order_by("-object_id")[:STEP])
    manager: Any = definition.model._default_manager
    by_key = manager.in_reach(run.created_by, action.right).in_bulk([row.object_id for row in rows])
    for done in rows:
        outcome, reason = _undo_one(action, by_key.get(done.object_id), done, run.created_by)
        fresh = BulkRow.objects.filter(pk=done.pk, outcome=BulkOutcome.CHANGED)
        if not fresh.update(outcome=outcome, reason=reason):
            raise Conflict("not_running", _("Another worker has this action."))
    return len(rows)


def _undo_one(action: BulkAction, row: Any, done: BulkRow, by: User) -> tuple[str, str]:
    if row is None or action.undo is None:
        return BulkOutcome.KEPT, _("The record is gone, or out of your reach.")
    try:
        with transaction.atomic():
            restored = action.undo(row, done.old, done.new, by)
    except (DomainError, PermissionDenied) as error:
        return BulkOutcome.KEPT, str(getattr(error, "message", error))[:300]
    return (BulkOutcome.UNDONE, "") if restored else (BulkOutcome.KEPT, _("Changed since by somebody."))


def counts_of(run: BulkRun) -> dict[str, int]:
    """Return outcome → rows."""
    rows = run.rows.order_by().values_list("outcome").annotate(count=models.Count("pk"))
    return dict(rows)


def title_of(run: BulkRun) -> str:
    """Return what was done, in words."""
    from core.lists import list_named

    definition = list_named(run.list_key)
    action = definition.action(run.action) if definition is not None else None
    if definition is None or action is None:
        return run.action
    return _("%(list)s: %(action)s") % {"list": definition.title, "action": action.label}
