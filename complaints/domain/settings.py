"""What administrators set up: queues, handlers, categories, policies. Every change leaves an audit line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.models import Category, Complaint, Handler, Queue
from core.choices import AuditAction
from core.domain.audit import differences, record
from core.domain.numbers import take_turns
from core.domain.versions import ensure_fresh, locked
from core.errors import Conflict, DomainError
from core.models import User
from customers.domain.changes import ensure_valid, write_changes


def _ensure_named(data: Mapping[str, Any]) -> None:
    if not any(str(data.get(f"name_{code}", "")).strip() for code in ("en", "zh_hans", "zh_hant")):
        text = _("Give a name in at least one language.")
        raise DomainError("name_needed", text, fields={"name_en": text})


# ---- queues -----------------------------------------------------------------------------------------
@transaction.atomic
def save_queue(
    data: Mapping[str, Any], *, by: User, queue: Queue | None = None, version: int | None = None
) -> Queue:
    """Make or change a queue and return it. One queue of each kind takes what belongs nowhere else.

    Refused: without a name, another kind for a queue that has cases, and switching off the default one.
    """
    _ensure_named(data)
    take_turns("complaints-queues")
    if data.get("is_default"):
        _only_default(data, queue)
    if queue is None:
        made: Queue = _created(Queue(created_by=by, **data), data, by=by)
        return made
    stored = locked(queue)
    ensure_fresh(stored, version)
    if data.get("kind", stored.kind) != stored.kind and Complaint.objects.filter(queue=stored).exists():
        text = _("This queue has cases: its kind stays.")
        raise DomainError("queue_in_use", text, fields={"kind": text})
    if stored.is_default and not (data.get("is_default", True) and data.get("is_active", True)):
        text = _("Make another queue the default first.")
        raise DomainError("default_needed", text, fields={"is_default": text})
    write_changes(stored, data, by=by, at=timezone.now())
    return stored


def _only_default(data: Mapping[str, Any], queue: Queue | None) -> None:
    others = Queue.objects.filter(kind=data["kind"], is_default=True)
    if queue is not None:
        others = others.exclude(pk=queue.pk)
    others.update(is_default=False)


def _created(row: Any, data: Mapping[str, Any], *, by: User) -> Any:
    ensure_valid(row, set(data))
    row.save(force_insert=True)
    record(AuditAction.CREATED, by=by, subject=row)
    return row


# ---- handlers ---------------------------------------------------------------------------------------
@transaction.atomic
def save_handler(user: User, data: Mapping[str, Any], *, by: User, version: int | None = None) -> Handler:
    """Say in which queues somebody handles cases, with which skills, and how many at once."""
    values, queues = dict(data), list(data["queues"])
    values.pop("queues")
    handler: Handler | None = Handler.objects.filter(user=user).first()
    if handler is None:
        handler = Handler(user=user, created_by=by, **values)
        _created(handler, values, by=by)
    else:
        handler = locked(handler)
        ensure_fresh(handler, version)
        extra = _queue_change(handler, queues)
        write_changes(handler, values, by=by, at=timezone.now(), extra=extra)
    handler.queues.set(queues)
    return handler


def _queue_change(handler: Handler, queues: list[Queue]) -> dict[str, tuple[Any, Any]]:
    before = sorted(str(queue) for queue in handler.queues.all())
    after = sorted(str(queue) for queue in queues)
    return {"queues": (", ".join(before), ", ".join(after))} if before != after else {}


# ---- categories -------------------------------------------------------------------------------------
@transaction.atomic
def save_category(
    data: Mapping[str, Any], *, by: User, category: Category | None = None, at: datetime | None = None
) -> Category:
    """Make a category, or a new edition of one; cases keep the edition of their day.

    Refused: without a name, a code that is in use, a parent that is not there or lies below it, and an
    edition that somebody has replaced meanwhile. A change of nothing makes no edition.
    """
    _ensure_named(data)
    moment = at or timezone.now()
    take_turns("complaints-categories")
    code = category.code if category is not None else str(data["code"])
    kind = category.kind if category is not None else data["kind"]
    values = {**data, "code": code, "kind": kind}
    _ensure_parent(kind, code, str(data.get("parent_code", "")))
    edition = 1
    if category is not None:
        stored = locked(category)
        changes = differences(stored, values)
        if not changes:
            return stored
        if not Category.objects.current().filter(pk=stored.pk).update(retired_at=moment):
            raise Conflict("category_replaced", _("Somebody changed this category meanwhile."))
        edition = stored.edition + 1
    made = Category(edition=edition, valid_from=moment, **values)
    ensure_valid(made, set(values))
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        text = _("This code is taken, if only by a category that was retired. Choose another one.")
        raise Conflict("code_taken", text, fields={"code": text}) from error
    record(AuditAction.CREATED, by=by, subject=made, note=f"{kind} {code}, {edition}")
    return made


def _ensure_parent(kind: str, code: str, parent: str) -> None:
    above = dict(Category.objects.current().of_kind(kind).values_list("code", "parent_code"))
    if parent and parent not in above:
        text = _("Choose a category that is in use.")
        raise DomainError("unknown_parent", text, fields={"parent_code": text})
    seen = {code}
    while parent:
        if parent in seen:
            text = _("A category cannot belong to itself or to one below it.")
            raise DomainError("circle", text, fields={"parent_code": text})
        seen.add(parent)
        parent = above.get(parent, "")


@transaction.atomic
def retire_category(category: Category, *, by: User, at: datetime | None = None) -> Category:
    """Offer the category no longer; its cases keep it. Refused while others belong to it."""
    moment = at or timezone.now()
    take_turns("complaints-categories")
    stored = locked(category)
    below = Category.objects.current().filter(kind=stored.kind, parent_code=stored.code)
    if below.exists():
        raise Conflict("has_children", _("Retire what belongs to this category first."))
    if not Category.objects.current().filter(pk=stored.pk).update(retired_at=moment):
        raise Conflict("retired", _("This category is retired already."))
    stored.refresh_from_db()
    record(AuditAction.CHANGED, by=by, subject=stored, changes={"retired_at": (None, moment)})
    return stored
