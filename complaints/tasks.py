"""Background work of the package: ids in, one domain call, safe to run twice."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from complaints.domain.alerts import look_at_texts, look_back, look_for_repeats
from complaints.domain.improvements import measure_all, remind
from complaints.domain.reports import make_report
from complaints.domain.surges import look_for_surges


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
    """Make the TOP 3 of yesterday."""
    report = make_report(timezone.localdate() - timedelta(days=1))
    return {"complaints": report.total}


@shared_task(name="complaints.tasks.look_after_improvements")
def look_after_improvements() -> dict[str, int]:
    """Measure what is being checked, and remind of what is due."""
    at = timezone.now()
    return {"measured": measure_all(at), "reminded": remind(timezone.localdate(at))}
