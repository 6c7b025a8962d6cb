"""What an installation begins with, and what then runs by itself: after every migration, safe to repeat."""

from __future__ import annotations

from datetime import time
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_SCHEDULES: tuple[tuple[str, str | Promise, str, dict[str, Any]], ...] = (
    (
        "complaints.escalate",
        _("Escalate cases whose deadlines come near or have passed"),
        "complaints.tasks.escalate",
        {"every_seconds": 30, "queue": "sla"},
    ),
    (
        "complaints.dispatch-waiting",
        _("Dispatch cases that wait for somebody"),
        "complaints.tasks.dispatch_waiting",
        {"every_seconds": 60, "queue": "sla"},
    ),
    (
        "complaints.follow-notices",
        _("Enter newly announced public holidays"),
        "complaints.tasks.follow_notices",
        {"daily_at": time(3, 30)},
    ),
    (
        "complaint-surges",
        _("Look for surges of complaints and other early signs"),
        "complaints.tasks.look_for_signs",
        {"every_seconds": 600},
    ),
    (
        "complaint-callbacks",
        _("Remind of call-backs that are late"),
        "complaints.tasks.remind_of_callbacks",
        {"every_seconds": 600},
    ),
    (
        "complaint-top3",
        _("Make the daily TOP 3 of complaints"),
        "complaints.tasks.make_daily_report",
        {"daily_at": time(8, 0)},
    ),
    (
        "complaint-improvements",
        _("Measure improvements and remind of them"),
        "complaints.tasks.look_after_improvements",
        {"daily_at": time(5, 0)},
    ),
    (
        "complaint-conduct",
        _("End designations as unreasonable that have run out"),
        "complaints.tasks.end_designations",
        {"daily_at": time(0, 10)},
    ),
    (
        "complaints.remind-of-work",
        _("Remind of work orders that are due soon or late"),
        "complaints.tasks.remind_of_work_orders",
        {"every_seconds": 300},
    ),
    (
        "complaints.close-unopposed",
        _("Close solved cases to which no objection came"),
        "complaints.tasks.close_unopposed",
        {"daily_at": time(0, 40)},
    ),
    (
        "complaint-foresight",
        _("Look at satisfaction, draw portraits of complainants, find likely complainers"),
        "complaints.tasks.foresee",
        {"daily_at": time(4, 15)},
    ),
    (
        "complaints.poll-mailboxes",
        _("Fetch mail of customers"),
        "complaints.tasks.poll_mailboxes",
        {"every_seconds": 60, "queue": "mail"},
    ),
    (
        "complaints.forget-originals",
        _("Empty the originals of old mails"),
        "complaints.tasks.forget_originals",
        {"daily_at": time(4, 20)},
    ),
)


def begin(apps: Any = None, **kwargs: Any) -> None:
    """Make the schedules and what comes with the product exist, once their tables do."""
    from django.db import connection

    from complaints import letter_guard
    from complaints.domain.ceilings import seed_ceilings
    from complaints.domain.crisis_plans import seed_plans
    from complaints.domain.criteria import seed_criteria
    from complaints.domain.grading_rules import seed_rules
    from complaints.domain.letter_templates import seed_templates
    from complaints.domain.phrases import seed_phrases
    from complaints.domain.quiet_hours import seed_quiet_hours
    from complaints.domain.references import seed_references
    from complaints.domain.seeding import begin as begin_cases
    from complaints.models import (
        CallBackPolicy,
        GradingSetting,
        LetterSettings,
        MailPolicy,
        PublicForm,
        SatisfactionPolicy,
    )
    from core.domain.schedules import ensure_schedule

    for key, title, task, rhythm in _SCHEDULES:
        ensure_schedule(key, title=title, task=task, **rhythm)
    begin_cases()
    if _has_table(apps, "phrasecard"):
        seed_ceilings()
        seed_phrases()
        CallBackPolicy.load()
    if _has_table(apps, "decisionletter"):
        letter_guard.install(connection)
        seed_templates()
        LetterSettings.load()
        seed_criteria()
        seed_references()
    for model, seed in (
        ("planstep", seed_plans),
        ("gradingrule", seed_rules),
        ("gradingsetting", GradingSetting.load),
        ("mailpolicy", MailPolicy.load),
        ("satisfactionpolicy", SatisfactionPolicy.load),
        ("publicform", PublicForm.load),
        ("quiethours", seed_quiet_hours),
    ):
        if _has_table(apps, model):
            seed()


def _has_table(apps: Any, model: str) -> bool:
    """Tell whether the tables of a model exist: not when the installation went back to before them."""
    return apps is None or model in apps.all_models["complaints"]
