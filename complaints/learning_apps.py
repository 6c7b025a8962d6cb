"""What is learned from cases, declared to the platform: lists, search, histories, navigation, schedules."""

from __future__ import annotations

from datetime import time
from typing import Any

from django.utils.translation import gettext_lazy as _


def register_learning() -> None:
    """Declare what is learned from cases: lists, search, help, histories, navigation."""
    from complaints.lists_learning import register_learning_lists
    from complaints.models import Alert, Article, Crisis, Improvement
    from complaints.search_types_learning import register_learning_search
    from core.record_history import register_history

    register_learning_lists()
    register_learning_search()
    for model in (Article, Crisis, Alert, Improvement):
        register_history(model)


def seed_learning(apps: Any = None, **kwargs: Any) -> None:
    """Make the crisis plans and the schedules exist, once their tables do."""
    if apps is not None and "planstep" not in apps.all_models["complaints"]:
        return  # migrated back to before the tables
    from complaints.domain.crisis_plans import seed_plans
    from core.domain.schedules import ensure_schedule

    seed_plans()
    ensure_schedule(
        "complaint-surges",
        title=_("Look for surges of complaints and other early signs"),
        task="complaints.tasks.look_for_signs",
        every_seconds=600,
    )
    ensure_schedule(
        "complaint-top3",
        title=_("Make the daily TOP 3 of complaints"),
        task="complaints.tasks.make_daily_report",
        daily_at=time(8, 0),
    )
    ensure_schedule(
        "complaint-improvements",
        title=_("Measure improvements and remind of them"),
        task="complaints.tasks.look_after_improvements",
        daily_at=time(5, 0),
    )
