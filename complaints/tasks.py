"""Background work of the package: ids in, one domain call, safe to run twice."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from complaints.domain import (
    calendar_settings,
    callback_letters,
    callbacks,
    closing,
    dispatching,
    escalation,
    holidays,
    level_failures,
    status_letters,
    tiers,
    work_reminders,
)
from complaints.domain.alerts import look_back, look_for_repeats
from complaints.domain.applying import run_applying
from complaints.domain.conduct import expire_designations
from complaints.domain.conduct_forgetting import anonymise_of_deleted
from complaints.domain.improvements import measure_all, remind
from complaints.domain.mail import letters, polling, receiving, taking
from complaints.domain.reports import make_reports
from complaints.domain.satisfaction import look_for_falls
from complaints.domain.surges import look_for_surges
from complaints.domain.texts import look_at_texts
from complaints.models import BusinessCalendar, Complaint


@shared_task(name="complaints.tasks.dispatch")
def dispatch(complaint_id: int) -> dict[str, bool]:
    """Give a new case to somebody."""
    case = Complaint.objects.filter(pk=complaint_id).first()
    return {"given": case is not None and dispatching.dispatch(case) is not None}


@shared_task(name="complaints.tasks.dispatch_waiting")
def dispatch_waiting() -> dict[str, int]:
    """Try again for what nobody has."""
    return {"given": dispatching.dispatch_waiting(timezone.now())}


@shared_task(name="complaints.tasks.escalate")
def escalate() -> dict[str, int]:
    """Fire the levels whose time has come, and send what waited for the end of quiet hours."""
    at = timezone.now()
    return {"fired": escalation.fire_due(at), "told": escalation.tell_waiting(at)}


@shared_task(name="complaints.tasks.tell_of_failed_level")
def tell_of_failed_level(level_id: int) -> dict[str, int]:
    """Tell of a level that failed too often."""
    return {"told": level_failures.tell_of_failed_level(level_id)}


@shared_task(name="complaints.tasks.follow_notices")
def follow_notices() -> dict[str, int]:
    """Enter public holidays that a new release of the data knows."""
    return {"days": holidays.follow_notices()}


@shared_task(name="complaints.tasks.follow_calendar")
def follow_calendar(calendar_id: int) -> dict[str, int]:
    """Work out the open cases of a calendar that was changed."""
    calendar = BusinessCalendar.objects.filter(pk=calendar_id).first()
    return {"cases": calendar_settings.follow_calendar(calendar) if calendar is not None else 0}


@shared_task(name="complaints.tasks.follow_tier")
def follow_tier(change_id: int) -> dict[str, int]:
    """Let the open cases of a customer follow its tier."""
    return {"cases": tiers.follow_change(change_id)}


@shared_task(name="complaints.tasks.apply_policy")
def apply_policy(applying_id: int) -> dict[str, int]:
    """Apply a changed policy to the open cases that are left."""
    return run_applying(applying_id)


@shared_task(name="complaints.tasks.remind_of_work_orders")
def remind_of_work_orders() -> dict[str, int]:
    """Tell people of work orders that are due soon, and leads of late ones."""
    return work_reminders.remind_of_work_orders(timezone.now())


@shared_task(name="complaints.tasks.close_unopposed")
def close_unopposed() -> dict[str, int]:
    """Close solved cases to which no objection came."""
    return {"closed": closing.close_unopposed(timezone.now())}


@shared_task(name="complaints.tasks.send_callback_link")
def send_callback_link(callback_id: int) -> None:
    """Mail the question of a call-back, if it was not mailed and is still due."""
    callback_letters.send_link(callback_id)


@shared_task(name="complaints.tasks.remind_of_callbacks")
def remind_of_callbacks() -> dict[str, int]:
    """Tell of call-backs whose time has passed."""
    return {"reminded": callbacks.remind_of_late(timezone.now())}


@shared_task(name="complaints.tasks.look_for_signs")
def look_for_signs() -> dict[str, int]:
    """Look for surges, repeat complainers and angry texts, and back at earlier warnings."""
    at = timezone.now()
    return {
        "surges": look_for_surges(at),
        "repeats": look_for_repeats(at),
        "texts": look_at_texts(at),
        "looked_back": look_back(at),
    }


@shared_task(name="complaints.tasks.make_daily_report")
def make_daily_report() -> dict[str, int]:
    """Make the TOP 3 of yesterday, and those of days that were missed."""
    made = make_reports(timezone.localdate())
    return {"reports": len(made), "complaints": sum(report.total for report in made)}


@shared_task(name="complaints.tasks.look_after_improvements")
def look_after_improvements() -> dict[str, int]:
    """Measure what is being checked, and remind of what is due."""
    at = timezone.now()
    return {"measured": measure_all(at), "reminded": remind(timezone.localdate(at))}


@shared_task(name="complaints.tasks.end_designations")
def end_designations() -> dict[str, int]:
    """End designations that have run out, and anonymise those of removed customers."""
    at = timezone.now()
    return {"expired": expire_designations(at), "anonymised": anonymise_of_deleted(at)}


@shared_task(name="complaints.tasks.foresee")
def foresee() -> dict[str, int]:
    """Look for falls of satisfaction, draw the portraits, make the forecast of the day."""
    # Loaded by the job: no other work needs the numerical libraries.
    from complaints.domain.forecasts.making import make_forecast
    from complaints.domain.portraits.making import make_portraits

    at = timezone.now()
    return {
        "falls": look_for_falls(at),
        "portraits": make_portraits(at),
        "likely": make_forecast(at).listed,
    }


@shared_task(name="complaints.tasks.send_status_link")
def send_status_link(complaint_id: int) -> None:
    """Mail a link to the status page of a case."""
    status_letters.send_status_link(complaint_id)


@shared_task(name="complaints.tasks.find_case")
def find_case(number: str, email: str) -> None:
    """Mail the link to the status page of that case to that address, if they belong together."""
    status_letters.find_case(number, email)


@shared_task(name="complaints.tasks.poll_mailboxes")
def poll_mailboxes() -> dict[str, int]:
    """Fetch the mailboxes, and take up what was left lying."""
    at = timezone.now()
    found = {**polling.poll_all(), "late": letters.send_overlooked(at)}
    overlooked = receiving.overlooked(at)
    for mail_id in overlooked:
        taking.take(mail_id)
    return {**found, "overlooked": len(overlooked)}


@shared_task(name="complaints.tasks.take_mail")
def take_mail(mail_id: int) -> dict[str, str]:
    """Work on a received mail."""
    return {"state": taking.take(mail_id)}


@shared_task(name="complaints.tasks.send_letter")
def send_letter(letter_id: int) -> dict[str, str]:
    """Send a mail to a customer."""
    return {"state": letters.send(letter_id)}


@shared_task(name="complaints.tasks.forget_originals")
def forget_originals() -> dict[str, int]:
    """Empty the originals of mails that were kept long enough."""
    return {"emptied": receiving.forget_originals(timezone.now())}
