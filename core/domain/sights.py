"""Seeing is logged: one audit line for each person, record and day on which sensitive fields were shown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.access import can, sensitive_fields
from core.choices import AuditAction
from core.domain.audit import record as write_line
from core.models import Sight, User

#: Sights are only needed on their day; the second keeps those of another time zone apart.
KEPT = timedelta(days=2)
#: A page with more records than this is a list: one line for all.
FEW = 3


def saw(records: Iterable[models.Model], *, by: User) -> int:
    """Note that `by` was shown the sensitive fields of these records; return how many lines were written.

    Records without sensitive fields, with nothing in them, or masked for `by` leave no line. More than
    three of one kind count as a list, which has one line a day however often it is opened.
    """
    kinds: dict[type[models.Model], list[models.Model]] = {}
    for found in records:
        if _shows(found):
            kinds.setdefault(type(found), []).append(found)
    return sum(_saw_of(model, rows, by) for model, rows in kinds.items() if can(by, "reveal", model))


def _shows(record: models.Model) -> bool:
    fields = sensitive_fields().get(record._meta.label_lower, frozenset())
    return any(getattr(record, field) not in (None, "") for field in fields)


def _saw_of(model: type[models.Model], rows: list[models.Model], by: User) -> int:
    day, kind = timezone.localdate(), model._meta.label_lower
    wanted: dict[int, models.Model | None] = {row.pk: row for row in rows}
    if len(wanted) > FEW:
        wanted = {0: None}
    known = set(
        Sight.objects.filter(user=by, day=day, kind=kind, record__in=wanted).values_list("record", flat=True)
    )
    return sum(_note(model, pk, row, by, day) for pk, row in wanted.items() if pk not in known)


def _note(model: type[models.Model], pk: int, row: models.Model | None, by: User, day: date) -> int:
    kind = model._meta.label_lower
    with transaction.atomic():
        _sight, is_new = Sight.objects.get_or_create(user=by, day=day, kind=kind, record=pk)
        if is_new:
            if row is not None:
                write_line(AuditAction.VIEWED, by=by, subject=row)
            else:
                write_line(AuditAction.VIEWED, by=by, subject=model(), note=_("In a list"))
    return int(is_new)


def forget_sights(*, before: date) -> int:
    """Forget sights of days before that day; their audit lines stay."""
    return Sight.objects.filter(day__lt=before).delete()[0]
