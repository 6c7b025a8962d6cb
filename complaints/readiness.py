"""Whether calendars know the holidays, and whether anything late has not been escalated."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.domain.holidays import missing_years
from complaints.models import BusinessCalendar, Escalation
from core.readiness import Condition, Finding, register_readiness

#: A level that is due is late after this time: the scan has stopped.
PATIENCE = timedelta(minutes=10)


def register_parts() -> None:
    """Register calendars and ladders."""
    register_readiness("calendars", check_calendars, label=gettext_lazy("Business calendars"), order=85)
    register_readiness("escalation", check_escalation, label=gettext_lazy("Escalation of cases"), order=86)


def check_calendars(at: datetime) -> Finding:
    """Look for years of which nobody has entered the holidays."""
    today = timezone.localdate(at)
    rows = BusinessCalendar.objects.active().filter(follows_china=True)
    missing = sorted({year for row in rows for year in missing_years(row, today)})
    if not missing:
        return Finding(text=_("Holidays are entered."))
    years = ", ".join(str(year) for year in missing)
    # No warning: until the notice is out there is nothing that anybody could do.
    return Finding(
        Condition.OK,
        _("The public holidays of %(years)s are not entered yet: deadlines count weekly hours only.")
        % {"years": years},
        _("Update the package chinesecalendar once the notice is out, or enter the days by hand."),
        {"missing": missing},
    )


def check_escalation(at: datetime) -> Finding:
    """Look for levels that should have fired some time ago."""
    late = Escalation.objects.planned().filter(fire_at__lt=at - PATIENCE).count()
    figures = {"late": late}
    if not late:
        return Finding(text=_("Every level fired in time."), figures=figures)
    text = _("Levels that should have fired and have not: %(n)s.") % {"n": late}
    return Finding(Condition.WARNING, text, _("Look under Jobs whether workers and schedules run."), figures)
