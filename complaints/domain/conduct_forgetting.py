"""Taking out of designations that are over who they are about."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.anonymising import GAP, anonymised
from complaints.choices.conduct import OVER
from complaints.domain.conduct import MOST_EXPIRED, locked_designation
from complaints.models import (
    ConductObjection,
    Designation,
)
from core.choices import AuditAction
from core.domain.audit import record
from core.errors import Conflict
from core.models import User

#: So long a removed customer may still be restored with what is known of it.
KEPT_IN_BIN = timedelta(days=30)


@transaction.atomic
def anonymise_designation(row: Designation, *, by: User | None, at: datetime | None = None) -> Designation:
    """Take out of an ended designation who it is about: names, numbers, links and evidence go.

    What was decided, when and by whom stays. Refused while it is proposed or holds; twice changes nothing.
    """
    moment = at or timezone.now()
    stored = locked_designation(row)
    if stored.state not in OVER:
        raise Conflict("still_holds", _("Only a designation that is over is anonymised."))
    if stored.anonymised_at is not None:
        return stored
    names = _names_of(stored)
    texts = {
        name: anonymised(getattr(stored, name), names)
        for name in ("reason", "decision_note", "end_note", "notice")
    }
    Designation.objects.filter(pk=stored.pk).update(
        **texts,
        customer=None,
        person=None,
        anonymised_at=moment,
        version=stored.version + 1,
        updated_at=moment,
    )
    for objection in stored.objections.all():
        ConductObjection.objects.filter(pk=objection.pk).update(
            text=anonymised(objection.text, names), note=anonymised(objection.note, names)
        )
    stored.evidence.all().delete()
    # The audit line names no old text: that would keep what is taken out.
    record(AuditAction.CHANGED, by=by, subject=stored, changes={"anonymised_at": (None, moment)})
    stored.refresh_from_db()
    return stored


def _names_of(row: Designation) -> list[str]:
    case = row.complaint
    names = [case.contact_name]
    for customer in (case.customer, row.customer):
        if customer is not None:
            names += [customer.name, customer.short_name]
    names += [person.name for person in (case.person, row.person) if person is not None]
    return [name for name in names if name and name != GAP]


def anonymise_of_deleted(at: datetime) -> int:
    """Anonymise what is over and whose customer or complainant was removed a month ago."""
    rows = Designation.objects.filter(state__in=OVER, anonymised_at__isnull=True)
    before = at - KEPT_IN_BIN
    gone = rows.filter(complaint__customer__deleted_at__lte=before) | rows.filter(
        complaint__person__deleted_at__lte=before
    )
    found = list(gone.select_related("complaint").order_by("id")[:MOST_EXPIRED])
    for row in found:
        anonymise_designation(row, by=None, at=at)
    return len(found)
