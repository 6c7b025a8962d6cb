"""Cases that an import brought in, taken back, unless somebody worked on them since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import Q

from complaints.choices.cases import EntryKind
from complaints.domain.facts import forget_facts
from complaints.models import (
    Assignment,
    CaseFact,
    Clock,
    ClockChange,
    Complaint,
    Entry,
    Escalation,
    Pause,
)
from core.choices import AuditAction
from core.domain.audit import audit_line
from core.domain.changed import records_changed
from core.models import Attachment, AuditEntry, Notification, User
from customers.models import Interaction, Task, TimelineEvent

#: What the product itself keeps of every case; all else was made by somebody.
_OWN = frozenset({Assignment, CaseFact, Clock, ClockChange, Entry, Escalation, Pause})
_LABEL = Complaint._meta.label_lower


def worked_on(since: Mapping[int, datetime]) -> set[int]:
    """Return which of the cases somebody worked on after the moment given for each.

    Somebody is a colleague or the customer: dispatch and deadlines are no work. The number of queries does
    not depend on how many cases there are.
    """
    keys = list(since)
    found = _built_upon(keys)
    acts = AuditEntry.objects.filter(subject_type=_LABEL, subject_id__in=keys, actor__isnull=False)
    said = Entry.objects.filter(Q(by__isnull=False) | ~Q(kind=EntryKind.SYSTEM), complaint__in=keys)
    for rows, name in ((acts, "subject_id"), (said, "complaint_id")):
        for pk, moment in rows.order_by().values_list(name).annotate(last=models.Max("at")):
            if moment > since[pk]:
                found.add(pk)
    return found


def _built_upon(keys: Sequence[int]) -> set[int]:
    """Return the cases that anything refers to which the product did not make by itself."""
    found: set[int] = set()
    for relation in Complaint._meta.get_fields(include_hidden=True):
        if not relation.auto_created or relation.concrete or relation.related_model in _OWN:
            continue
        field: Any = relation.field  # type: ignore[union-attr]
        rows = field.model._base_manager.filter(**{f"{field.name}__in": keys})
        found.update(rows.order_by().values_list(field.name, flat=True))
    kind = ContentType.objects.get_for_model(Complaint)
    for model in (Interaction, Task):
        about = model._base_manager.filter(subject_type=kind, subject_id__in=keys)
        found.update(pk for pk in about.order_by().values_list("subject_id", flat=True) if pk is not None)
    files = Attachment.objects.filter(subject_type=_LABEL, subject_id__in=keys)
    found.update(files.order_by().values_list("subject_id", flat=True))
    return found & set(keys)


@transaction.atomic
def take_back_cases(cases: Sequence[Complaint], *, by: User, note: str) -> None:
    """Delete cases that nobody worked on, with all that the product made of them; figures follow.

    The caller has asked `worked_on`. What refers to one of them nevertheless keeps it, and refuses.
    """
    keys = [case.pk for case in cases]
    if not keys:
        return
    lines = [audit_line(AuditAction.DELETED, by=by, subject=case, note=note) for case in cases]
    forget_facts(keys)
    kind = ContentType.objects.get_for_model(Complaint)
    TimelineEvent.objects.filter(subject_type=kind, subject_id__in=keys).delete()
    Notification.objects.filter(subject_type=_LABEL, subject_id__in=keys).delete()
    Complaint.objects.filter(pk__in=keys).delete()
    AuditEntry.objects.bulk_create(lines)
    records_changed(Complaint, keys)
