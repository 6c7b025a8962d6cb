"""Churn warnings that go to somebody else when their owner leaves."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from analytics.choices import UNCLOSED
from analytics.models import ChurnWarning
from core.choices import AuditAction
from core.domain.audit import audit_line
from core.domain.changed import records_changed
from core.domain.handing_over import gone
from core.models import AuditEntry
from core.responsibilities import HandOver, Moved, Responsibility, register_responsibility


def hand_over_warnings(order: HandOver) -> Moved:
    """Give the receiver the warnings that are still the leaver's and not closed."""
    rows = ChurnWarning.objects.filter(pk__in=order.ids, owner=order.leaver, state__in=UNCLOSED)
    found = list(rows.select_for_update(no_key=True, of=("self",)).order_by("pk"))
    pks = [row.pk for row in found]
    ChurnWarning.objects.filter(pk__in=pks, owner=order.leaver).update(owner=order.receiver)
    changes = {"owner": (order.leaver, order.receiver)}
    AuditEntry.objects.bulk_create(
        audit_line(AuditAction.CHANGED, by=order.by, subject=row, changes=changes, note=order.note)
        for row in found
    )
    records_changed(ChurnWarning, pks)
    return Moved(pks, gone(order, set(pks)))


def register_responsibilities() -> None:
    """Register the warnings that somebody works on."""
    register_responsibility(
        Responsibility(
            "analytics.warnings",
            _("Churn warnings"),
            25,
            lambda user: ChurnWarning.objects.filter(owner=user, state__in=UNCLOSED),
            _("The receiver works on them."),
            hand_over=hand_over_warnings,
            fields=("analytics.ChurnWarning.owner",),
        )
    )
