"""Asking for the figures of cases to be computed now."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.models import TallyState
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.jobs import later
from core.models import Job, User

TASK = "analytics.tasks.compute_complaint_figures"


@transaction.atomic
def ask_for_figures(*, by: User | None, at: datetime | None = None) -> Job:
    """Ask a worker to compute the figures; while somebody's question is open, return that one."""
    moment = at or timezone.now()
    state = TallyState.load()
    TallyState.objects.select_for_update().get(pk=state.pk)
    waiting: list[Job] = [job for job in Job.objects.filter(task=TASK).order_by("-id")[:5] if job.is_open]
    if waiting:
        return waiting[0]
    record(AuditAction.RAN, by=by, subject=state)
    return later(
        TASK,
        dedupe=f"complaint-figures-{moment:%Y%m%d%H%M%S}",
        title=_("Compute the figures of complaints"),
        by=by,
        url=reverse("analytics:complaint-kpis"),
        queue="analytics",
    )


def open_job(user: User) -> Job | None:
    """Return the computation under way, if the person may see its job."""
    rows = Job.objects.visible_to(user).filter(task=TASK).order_by("-id")[:5]
    return next((job for job in rows if job.is_open), None)
