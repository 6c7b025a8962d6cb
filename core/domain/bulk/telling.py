"""Telling people what an action on many rows gave them: one message each, however many rows."""

from __future__ import annotations

from django.db import models
from django.db.models.fields.json import KT
from django.urls import reverse
from django.utils.translation import gettext_lazy

from core.bulk import BulkAction
from core.choices import BulkOutcome
from core.domain.jobs import MAX_ATTEMPTS, JobCancelled, LeaseLost, current_job
from core.domain.notifications import notify
from core.errors import DomainError
from core.lists import list_named
from core.models import BulkRun, User


def tell_receivers(run: BulkRun, action: BulkAction, *, undone: bool = False) -> None:
    """Tell whoever got rows by the run, or got them back by its undo, how many; once for each of both.

    Who asked for the action is not told: the page of the run says it.
    """
    told = action.told
    if told is None:
        return
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
            dedupe=f"bulk-{run.pk}{'-undo' if undone else ''}",
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


def is_last_word(error: Exception) -> bool:
    """Tell whether the job will not go on by itself after this exception."""
    if isinstance(error, LeaseLost):
        return False
    job = current_job()
    return isinstance(error, JobCancelled | DomainError) or (job is not None and job.attempts >= MAX_ATTEMPTS)
