"""Clocks as pages show them: what is left, how far it has run, and in which colour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from complaints.choices.cases import ClockState, Unit
from complaints.models import Clock

#: From this part of its time on a clock is outlined.
NEAR = 0.75


@dataclass(frozen=True)
class Shown:
    """One clock: its words, `percent` run, and `tone` (good, warn, bad or none)."""

    clock: Clock
    label: str
    left: str
    percent: int
    tone: str
    is_running: bool


def show(clock: Clock, at: datetime, *, paused_at: datetime | None = None) -> Shown:
    """Return what the page says of the clock at the moment.

    `paused_at` is since when the customer is waited for: what was late by then is no less late for that.
    """
    end = clock.met_at or at
    whole = max((clock.due_at - clock.started_at).total_seconds(), 1)
    run = (end - clock.started_at).total_seconds() / whole
    percent = max(0, min(100, round(run * 100)))
    label = f"{clock} · {target_in_words(clock.amount, clock.unit)}"
    if clock.state == ClockState.MET:
        in_time = end <= clock.due_at
        took = duration(end - clock.started_at)
        left = took if in_time else _("%(time)s too late") % {"time": duration(end - clock.due_at)}
        return Shown(clock, label, left, percent, "good" if in_time else "bad", False)
    if clock.state == ClockState.PAUSED:
        if paused_at is not None and clock.due_at < paused_at:
            words = _("paused, %(time)s late") % {"time": duration(paused_at - clock.due_at)}
            return Shown(clock, label, words, 100, "bad", False)
        return Shown(clock, label, _("paused"), percent, "", False)
    if at > clock.due_at:
        late = _("%(time)s late") % {"time": duration(at - clock.due_at)}
        return Shown(clock, label, late, 100, "bad", True)
    left = _("%(time)s left") % {"time": duration(clock.due_at - at)}
    return Shown(clock, label, left, percent, "warn" if run >= NEAR else "", True)


def duration(span: timedelta) -> str:
    """Return a span in its two largest units, never rounded up."""
    seconds = int(abs(span).total_seconds())
    days, hours, minutes = seconds // 86_400, seconds // 3_600 % 24, seconds // 60 % 60
    if days >= 3:
        return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    if days and hours:
        return _("%(days)d d %(hours)d h") % {"days": days, "hours": hours}
    if days:
        return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    if hours and minutes:
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
    if hours:
        return _("%(hours)d h") % {"hours": hours}
    if minutes >= 2:
        return _("%(minutes)d min") % {"minutes": minutes}
    return _("%(seconds)d s") % {"seconds": seconds}


def target_in_words(amount: int, unit: str) -> str:
    """Return a target: 30 working minutes, 2 working days."""
    forms = {
        Unit.SECONDS: ngettext("%(n)d second", "%(n)d seconds", amount),
        Unit.WORKING_MINUTES: ngettext("%(n)d working minute", "%(n)d working minutes", amount),
        Unit.WORKING_HOURS: ngettext("%(n)d working hour", "%(n)d working hours", amount),
        Unit.WORKING_DAYS: ngettext("%(n)d working day", "%(n)d working days", amount),
        Unit.WORKING_DAYS_CLOSE: ngettext("close of working day %(n)d", "close of working day %(n)d", amount),
        Unit.CALENDAR_HOURS: ngettext("%(n)d hour", "%(n)d hours", amount),
        Unit.CALENDAR_DAYS: ngettext("%(n)d calendar day", "%(n)d calendar days", amount),
        Unit.WEEKS: ngettext("%(n)d week", "%(n)d weeks", amount),
    }
    return str(forms[Unit(unit)] % {"n": amount})


def offset_in_words(minutes: int, *, working: bool) -> str:
    """Return when a level fires, seen from the due time."""
    if minutes == 0:
        return _("when it is due")
    span = duration(timedelta(minutes=minutes))
    words = {
        (True, True): _("%(time)s of work before it is due"),
        (True, False): _("%(time)s before it is due"),
        (False, True): _("%(time)s of work after it was due"),
        (False, False): _("%(time)s after it was due"),
    }
    return words[minutes < 0, working] % {"time": span}
