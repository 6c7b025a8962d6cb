"""Whether the figures are from last night."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.choices import RunState
from analytics.models import NightlyRun
from core.display import format_moment
from core.models import Schedule
from core.readiness import Condition, Finding, register_readiness

#: A run that was due is late after this time.
PATIENCE = timedelta(hours=6)


def register_parts() -> None:
    """Register the nightly run."""
    register_readiness("nightly", check_nightly, label=gettext_lazy("Nightly run"), order=80)


def check_nightly(at: datetime) -> Finding:
    """Compare the last run that ended with when the schedule wanted one. Late figures are a warning."""
    run = NightlyRun.objects.filter(state=RunState.DONE).order_by("-finished_at", "-id").first()
    ended = run.finished_at if run else None
    figures = {
        "as_of": run.as_of.isoformat() if run else None,
        "seconds_since": int((at - ended).total_seconds()) if ended else None,
        "seconds_taken": _seconds_taken(run),
    }
    schedule = Schedule.objects.filter(key="nightly-scoring").first()
    due = schedule.last_due if schedule else None
    is_late = due is not None and at - due > PATIENCE and (ended is None or ended < due)
    if is_late:
        text = _("The figures of the last night are missing.")
        advice = _("Open Jobs: the run says there why it stopped, and can be started again.")
        return Finding(Condition.WARNING, text, advice, figures)
    if schedule is not None and not schedule.is_enabled:
        return Finding(text=_("It is switched off."), figures=figures)
    if ended is None:
        return Finding(text=_("The first night is still to come."), figures=figures)
    return Finding(
        text=_("The last one ended %(moment)s.") % {"moment": format_moment(ended)}, figures=figures
    )


def _seconds_taken(run: NightlyRun | None) -> int | None:
    if run is None or run.finished_at is None or run.started_at is None:
        return None
    return int((run.finished_at - run.started_at).total_seconds())
