"""Seeing is logged: one audit line for each person, record and day on which sensitive fields were shown.

What shows more than a few records is a list: one line for each set of filters and day.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import date, timedelta

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.access import can, sensitive_fields
from core.choices import AuditAction
from core.domain.audit import record as write_line
from core.models import Attachment, Sight, User

#: Sights are only needed on their day; the second keeps those of another time zone apart.
KEPT = timedelta(days=2)
#: An answer with more records than this is a list: one line for all.
FEW = 3
#: What was typed into a search may be a name or a number of somebody who is forgotten one day.
_TYPED = re.compile(r"(?<=[?&]q=)[^&]+")


def saw(
    records: Iterable[models.Model],
    *,
    by: User,
    former: Iterable[models.Model] = (),
    asked: str = "",
) -> int:
    """Note that `by` was shown the sensitive fields of these records; return how many lines were written.

    Records without sensitive fields, with nothing in them, or masked for `by` leave no line; those of
    `former`, of which a history told earlier values, do in any case. More than three of one kind count as
    a list, with one line a day for what was `asked`, however often it is opened. The line keeps that
    something was searched for, not what.
    """
    kinds: dict[type[models.Model], list[models.Model]] = {}
    for found in [*(row for row in records if _shows(row)), *former]:
        kinds.setdefault(type(found), []).append(found)
    return sum(_saw_of(model, rows, by, asked) for model, rows in kinds.items() if can(by, "reveal", model))


def _shows(record: models.Model) -> bool:
    fields = sensitive_fields().get(record._meta.label_lower, frozenset())
    return any(getattr(record, field) not in (None, "") for field in fields)


def _saw_of(model: type[models.Model], rows: list[models.Model], by: User, asked: str) -> int:
    day, kind = timezone.localdate(), model._meta.label_lower
    wanted: dict[int, models.Model] = {row.pk: row for row in rows}
    if len(wanted) > FEW:
        text = _("List of %(count)s: %(asked)s") % {"count": len(wanted), "asked": _TYPED.sub("…", asked)}
        return _note(_mark(asked), model(), by, day, note=text[:300])
    known = set(
        Sight.objects.filter(user=by, day=day, kind=kind, record__in=wanted).values_list("record", flat=True)
    )
    return sum(_note(pk, row, by, day) for pk, row in wanted.items() if pk not in known)


def _mark(asked: str) -> int:
    """Return a number below zero that tells one list from another."""
    return -1 - (int.from_bytes(hashlib.sha256(asked.encode()).digest()[:8]) >> 1)


def _note(
    place: int,
    row: models.Model,
    by: User,
    day: date,
    *,
    note: str = "",
    action: AuditAction = AuditAction.VIEWED,
) -> int:
    kind = row._meta.label_lower
    with transaction.atomic():
        _sight, is_new = Sight.objects.get_or_create(user=by, day=day, kind=kind, record=place)
        if is_new:
            write_line(action, by=by, subject=row, note=note)
    return int(is_new)


def fetched(file: Attachment, *, by: User) -> int:
    """Note that `by` was sent the bytes of the file; one line for each person, file and day."""
    note = f"{file.subject_type} {file.subject_id}"
    return _note(file.pk, file, by, timezone.localdate(), note=note, action=AuditAction.EXPORTED)


def forget_sights(*, before: date) -> int:
    """Forget sights of days before that day; their audit lines stay."""
    return Sight.objects.filter(day__lt=before).delete()[0]
