"""Working through the rows of an action in steps that survive a kill."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from core.access import renew
from core.bulk import BulkAction
from core.choices import BulkOutcome, BulkState
from core.domain.bulk.asking import action_of, counts_of, ensure_remembered, form_of
from core.domain.jobs import progress
from core.errors import Conflict, DomainError
from core.models import BulkRow, BulkRun, BulkSlice, User


def run_bulk(run_id: int) -> dict[str, int]:
    """Do the action to the rows that are left, step by step; return what became of the rows.

    Each step is one transaction with the rows' outcomes and the place reached, so a killed run goes on
    where it was and no row is done twice. Rights are asked again in each step, of the person as stored
    then. A run that is forgotten is refused.
    """
    run = BulkRun.objects.select_related("created_by").get(pk=run_id)
    ensure_remembered(run)
    _definition, action = action_of(run.list_key, run.action, by=run.created_by)
    data = QueryDict(mutable=True)
    for name, given in run.values.items():
        data.setlist(name, given)
    form = form_of(action, data, by=run.created_by)
    if not form.is_valid():
        raise DomainError("invalid", _("The values of the action are not as they must be."))
    BulkRun.objects.filter(pk=run.pk, state=BulkState.WAITING).update(state=BulkState.RUNNING)
    worker = _Worker(run)
    done = BulkRow.objects.filter(run=run).count()
    while step := worker.step(form.cleaned_data):
        done += step
        progress(min(done, run.expected), run.expected)
    _finish(run)
    return counts_of(run)


@transaction.atomic
def _finish(run: BulkRun) -> None:
    """Say that it is done: what was to be done is not kept. Whoever got rows is told when the job ends."""
    finished = BulkRun.objects.filter(pk=run.pk, state=BulkState.RUNNING)
    if finished.update(state=BulkState.DONE, finished_at=timezone.now()):
        run.slices.all().delete()


class _Worker:
    """Works through the slices of one run."""

    def __init__(self, run: BulkRun) -> None:
        self.run = run
        self.by: User = run.created_by

    @transaction.atomic
    def step(self, values: Any) -> int:
        """Do the next rows and return how many; a second worker waits for the row of the run."""
        run = BulkRun.objects.select_for_update().get(pk=self.run.pk)
        ensure_remembered(run)
        if run.state == BulkState.DONE:
            return 0
        if run.state != BulkState.RUNNING:
            raise Conflict("not_running", _("This action is not running any more."))
        part = run.slices.filter(done_at__isnull=True).order_by("number").first()
        if part is None:
            return 0
        # On SQLite there is no lock on the row: the condition lets only one worker pass.
        mine = BulkSlice.objects.filter(pk=part.pk, done_at__isnull=True)
        if not mine.update(done_at=timezone.now()):
            raise Conflict("not_running", _("Another worker has this action."))
        # Rights may go while the work goes on.
        definition, action = action_of(run.list_key, run.action, by=renew(self.by))
        keys = part.ids
        manager: Any = definition.model._default_manager
        allowed = manager.visible_to(self.by, action.right).in_bulk(keys)
        named = manager.in_bulk([key for key in keys if key not in allowed])
        found = [self._blank(key, allowed.get(key) or named.get(key)) for key in keys]
        for done in found:
            self._do(action, done, allowed.get(done.object_id), values)
        BulkRow.objects.bulk_create(found)
        return len(keys)

    def _blank(self, key: int, named: Any) -> BulkRow:
        return BulkRow(run=self.run, object_id=key, label=str(named or key)[:200])

    def _do(self, action: BulkAction, done: BulkRow, row: Any, values: Any) -> None:
        """Do the action to one row and note what became of it."""
        if row is None:
            done.outcome, done.reason = BulkOutcome.REFUSED, _("Your role may not change this record.")
            return
        try:
            with transaction.atomic():
                effect = action.apply(row, values, self.by)
        except (DomainError, PermissionDenied) as error:
            done.outcome, done.reason = BulkOutcome.REFUSED, str(getattr(error, "message", error))[:300]
            return
        except ObjectDoesNotExist:
            done.outcome, done.reason = BulkOutcome.REFUSED, _("The record is gone, or out of your reach.")
            return
        done.outcome = BulkOutcome.CHANGED if effect is not None else BulkOutcome.SAME
        if effect is not None:
            done.old, done.new = effect.old, effect.new
