"""Telling people what an action on many rows gave them: one message each, however many rows."""

from __future__ import annotations

from django.db import models
from django.db.models.fields.json import KT
from django.urls import reverse
from django.utils.translation import gettext_lazy

from core.choices import BulkOutcome
from core.domain.jobs import when_ended
from core.domain.notifications import notify
from core.lists import list_named
from core.models import BulkRun, Job, User


def tell_when_ended() -> None:
    """Have receivers told when the job of an action, or of its taking back, ends, whatever ends it."""
    when_ended("core.tasks.run_bulk", _after_run)
    when_ended("core.tasks.undo_bulk", _after_undo)


def _after_run(job: Job) -> None:
    _tell_receivers(job, undone=False)


def _after_undo(job: Job) -> None:
    _tell_receivers(job, undone=True)


def _tell_receivers(job: Job, *, undone: bool) -> None:
    """Tell whoever got rows by the run, or got them back by its undo, how many.

    Where a job that was stopped goes on later, they are told anew if there are more by then. Who asked
    for the action is not told: the page of the run says it.
    """
    run = BulkRun.objects.select_related("created_by").filter(pk=job.payload.get("run_id")).first()
    listed = list_named(run.list_key) if run is not None else None
    action = listed.action(run.action) if run is not None and listed is not None else None
    if run is None or action is None or action.told is None:
        return
    told = action.told
    counts = _receivers(run, told.key, undone)
    body = (
        gettext_lazy("%(by)s took back an action on many rows.")
        if undone
        else gettext_lazy("Given by %(by)s, all at once.")
    )
    definition = list_named(told.list_key or run.list_key)
    page = reverse(definition.url_name) if definition is not None else ""
    for user in User.objects.people().filter(pk__in=set(counts) - {run.created_by_id}):
        notify(
            [user],
            kind=told.kind,
            title=told.title,
            body=body,
            params={"count": counts[user.pk], "by": run.created_by},
            url=f"{page}?{told.key}={user.pk}" if page else "",
            dedupe=f"bulk-{run.pk}{'-undo' if undone else ''}-{counts[user.pk]}",
        )


def _receivers(run: BulkRun, key: str, undone: bool) -> dict[int, int]:
    """Return user → rows that went there; rows that go to nobody are left out."""
    rows = run.rows.filter(outcome=BulkOutcome.UNDONE if undone else BulkOutcome.CHANGED)
    found = (
        rows.order_by()
        .annotate(receiver=KT(f"{'old' if undone else 'new'}__{key}"))
        .values_list("receiver")
        .annotate(count=models.Count("pk"))
    )
    return {int(receiver): count for receiver, count in found if receiver is not None}
