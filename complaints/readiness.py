"""Whether calendars know the holidays, anything late was not escalated, and mail comes and goes."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.domain.holidays import missing_years
from complaints.models import BusinessCalendar, CaseLetter, Escalation, InboundMail, Mailbox
from core.readiness import Condition, Finding, register_readiness

#: A level that is due is late after this time: the scan has stopped.
PATIENCE = timedelta(minutes=10)
#: Cases that a finding names.
MOST_NAMED = 5


def register_parts() -> None:
    """Register calendars and ladders."""
    register_readiness("calendars", check_calendars, label=gettext_lazy("Business calendars"), order=85)
    register_readiness("case-mail", check_mail, label=gettext_lazy("E-mail of customers"), order=87)
    register_readiness("escalation", check_escalation, label=gettext_lazy("Escalation of cases"), order=86)


def check_mail(at: datetime) -> Finding:
    """Look for mailboxes that cannot be opened, and for mails that lie about."""
    limit = at - timedelta(minutes=30)
    late = Q(polled_well_at__lt=limit) | Q(polled_well_at__isnull=True, updated_at__lt=limit)
    broken = sorted(str(row) for row in Mailbox.objects.polled().filter(late))
    waiting = InboundMail.objects.unread().filter(received_at__lt=at - PATIENCE).count()
    unsent = CaseLetter.objects.stuck(at).count()
    held = InboundMail.objects.held().count()
    ignored = InboundMail.objects.ignored(since=at - timedelta(days=1)).count()
    figures = {
        "mailboxes": broken, "waiting": waiting, "unsent": unsent, "held": held, "ignored": ignored,
    }  # fmt: skip
    if broken:
        text = _("Mailboxes that could not be opened for half an hour: %(names)s.")
        advice = _("Settings, E-mail of customers: the error of the server stands beside each.")
        return Finding(Condition.WARNING, text % {"names": ", ".join(broken)}, advice, figures)
    if waiting or unsent:
        text = (
            _("Mails of customers that wait: %(waiting)s to be worked on, %(unsent)s to be sent.") % figures
        )
        advice = _("Look under Jobs whether workers and schedules run.")
        return Finding(Condition.WARNING, text, advice, figures)
    if held:
        text = _("Mails beyond the limit of their senders that nobody has decided on: %(held)s.") % figures
        advice = _("Received mail: turn what is wanted into cases, and leave out the rest.")
        return Finding(Condition.WARNING, text, advice, figures)
    if ignored:
        words = _("Mail comes and goes; %(ignored)s were ignored within a day, see Received mail.") % figures
        return Finding(text=words, figures=figures)
    return Finding(text=_("Mail comes and goes."), figures=figures)


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
    """Look for levels that failed too often, and for those that should have fired some time ago."""
    aside = Escalation.objects.set_aside()
    late = Escalation.objects.due(at).filter(fire_at__lt=at - PATIENCE).count()
    failed = aside.count()
    figures = {"late": late, "set_aside": failed}
    if failed:
        cases = aside.order_by("set_aside_at").values_list("complaint__number", flat=True)
        numbers = ", ".join(dict.fromkeys(cases[:MOST_NAMED]))
        text = _("Levels that could not be carried out: %(n)s (%(cases)s).") % {"n": failed, "cases": numbers}
        advice = _("The ladder on the page of the case says why, and has a button to try again.")
        return Finding(Condition.WARNING, text, advice, figures)
    if not late:
        return Finding(text=_("Every level fired in time."), figures=figures)
    text = _("Levels that should have fired and have not: %(n)s.") % {"n": late}
    return Finding(Condition.WARNING, text, _("Look under Jobs whether workers and schedules run."), figures)
