"""Background work in templates: why a job waits, how it stands."""

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core.choices import ImportOutcome, JobStanding, JobState
from core.display import format_moment, format_number
from core.domain.jobs import MAX_ATTEMPTS, Waiting, why_waiting
from core.models import Job
from core.templatetags.ui import chip

register = template.Library()

_KINDS = {
    JobState.PENDING: ("", "clock"),
    JobState.RUNNING: ("info", "pulse"),
    JobState.DONE: ("good", "check"),
    JobState.FAILED: ("bad", "warn"),
    JobState.CANCELLED: ("", "stop"),
}
#: The counts of a result that mean something to people.
_RESULTS = {
    **dict(ImportOutcome.choices),
    "new_customers": _("New customers"),
    "rows": _("Rows"),
    "deleted": _("Deleted"),
    "seals": _("Seals checked"),
    "handed_over": _("Handed over"),
    "not_handed_over": _("Not handed over"),
}


@register.simple_tag
def job_results(job: Job) -> list[tuple[str, str]]:
    """What came of the job, as (label, figure)."""
    return [
        (str(label), format_number(job.result[key]))
        for key, label in _RESULTS.items()
        if isinstance(job.result.get(key), int)
    ]


@register.simple_tag
def job_state(job: Job) -> SafeString:
    """The state as a chip, with a mark of its own."""
    if job.is_tried_again:
        return chip(str(JobStanding.AGAIN.label), "warn", icon_name="retry")
    kind, icon_name = _KINDS[JobState(job.state)]
    return chip(job.get_state_display(), kind, icon_name=icon_name)


@register.simple_tag
def job_again(job: Job) -> str:
    """When a job whose attempt failed will be tried again, and which attempt that is; else nothing."""
    if not job.is_tried_again:
        return ""
    words = {"n": min(job.attempts + 1, MAX_ATTEMPTS), "most": MAX_ATTEMPTS}
    if job.not_before <= timezone.now():
        return gettext("Tried again as soon as a worker is free, attempt %(n)d of %(most)d") % words
    return gettext("Will be tried again at %(moment)s, attempt %(n)d of %(most)d") % {
        "moment": format_moment(job.not_before),
        **words,
    }


@register.simple_tag
def job_waiting(job: Job) -> SafeString | str:
    """A chip that says why an open job does not run; nothing when it runs or has ended."""
    waiting = why_waiting(job, timezone.now())
    if waiting is None or waiting.reason == "again":  # the card says it itself
        return ""
    kind = "warn" if waiting.reason == "no_worker" else ""
    text = waiting_words(waiting)
    return chip(text, kind, icon_name="pause" if kind else "clock") if text else ""


def waiting_words(waiting: Waiting) -> str:
    """Return the reason in words; empty when the job is the next one."""
    if waiting.reason == "held_back" and waiting.moment:
        return gettext("Held back until %(moment)s") % {"moment": format_moment(waiting.moment)}
    if waiting.reason == "no_worker":
        text = gettext("No worker is running. The work is kept and starts when one is back.")
        if waiting.moment is None:
            return text
        seen = gettext("Last seen %(moment)s.") % {"moment": format_moment(waiting.moment)}
        return f"{text} {seen}"
    if not waiting.ahead:
        return ""
    return ngettext("%(n)d job is before it", "%(n)d jobs are before it", waiting.ahead) % {
        "n": waiting.ahead
    }
