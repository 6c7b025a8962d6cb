"""Asking for an action on many rows: who may, which rows are meant, and the frozen selection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models, transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from core.access import can, require
from core.bulk import BulkAction, BulkForm
from core.domain.jobs import later
from core.domain.views import definition_of
from core.errors import Conflict, DomainError
from core.lists import ListDefinition, list_named
from core.models import BulkRun, BulkSlice, User

#: Rows of one transaction.
STEP = 50
#: Rows of one action: more are asked for in parts.
MOST_ROWS = 500_000
#: Slices that one statement writes.
_BATCH = 500


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

    The numbers of the rows are read in one statement and kept with the run: what matches the filters
    later is not touched, and a token such as `@today` means the day of asking to the end.
    Refused: an action that is not the person's, values that the form refuses, no rows, too many rows.
    """
    require(by, "add", BulkRun)
    definition, found = action_of(key, action, by=by)
    form = form_of(found, data, by=by)
    if not form.is_valid():
        raise DomainError("invalid", _("The values of the action are not as they must be."))
    rows = selection(definition, query=query, ids=ids, by=by).order_by("pk")
    # One of several rows of a join stands for its record.
    keys = sorted(set(rows.values_list("pk", flat=True)[: MOST_ROWS + 1]))
    _ensure_number(len(keys))
    run = BulkRun.objects.create(
        list_key=key,
        action=action,
        values={name: data.getlist(name) for name in data if name in form.fields},
        query=query if ids is None else "",
        expected=len(keys),
        created_by=by,
    )
    slices = [
        BulkSlice(run=run, number=number, ids=keys[start : start + STEP])
        for number, start in enumerate(range(0, len(keys), STEP))
    ]
    BulkSlice.objects.bulk_create(slices, batch_size=_BATCH)
    run.job = ask(run, "run", _("%(list)s: %(action)s") % {"list": definition.title, "action": found.label})
    run.save(update_fields=["job"])
    return run


def _ensure_number(count: int) -> None:
    if not count:
        raise DomainError("no_rows", _("No row is left of what you chose."))
    if count > MOST_ROWS:
        text = _("At most %(most)s rows at once: narrow the filters down.") % {"most": MOST_ROWS}
        raise DomainError("too_many_rows", text)


def ask(run: BulkRun, verb: str, title: str) -> Any:
    """Ask for the job that does (`run`) or takes back (`undo`) the action."""
    return later(
        f"core.tasks.{verb}_bulk",
        dedupe=f"bulk-{verb}-{run.pk}",
        title=title,
        by=run.created_by,
        url=run.get_absolute_url(),
        run_id=run.pk,
    )


def ensure_remembered(run: BulkRun) -> None:
    """Refuse a run of which only the counts are kept."""
    if run.counts is not None:
        text = _("What this action was to do was deleted after its time: it cannot go on any more.")
        raise Conflict("action_forgotten", text)


def counts_of(run: BulkRun) -> dict[str, int]:
    """Return outcome → rows, also of a run whose rows are forgotten."""
    if run.counts is not None:
        return dict(run.counts)
    rows = run.rows.order_by().values_list("outcome").annotate(count=models.Count("pk"))
    return dict(rows)


def title_of(run: BulkRun) -> str:
    """Return what was done, in words."""
    definition = list_named(run.list_key)
    action = definition.action(run.action) if definition is not None else None
    if definition is None or action is None:
        return run.action
    return _("%(list)s: %(action)s") % {"list": definition.title, "action": action.label}
