"""Complaints: what went wrong."""

from datetime import time
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ComplaintsConfig(AppConfig):
    """Complaints, clocks and escalation. May import surveys, customers and core."""

    name = "complaints"
    verbose_name = _("Complaints")

    def ready(self) -> None:
        """Declare what the platform needs to know of the package."""
        from complaints.access_explained import register_explainers
        from complaints.notices import register_kinds
        from core.domain.sequence import follow_changes_of

        register_kinds()
        register_explainers()
        register_histories()
        register_files()
        follow_changes_of(*followed_models())
        register_learning()
        post_migrate.connect(seed_learning, sender=self, dispatch_uid="complaints.learning")


def register_histories() -> None:
    """Let records of the package show who changed what."""
    from complaints.models import Complaint, WorkOrder
    from core.record_history import register_history

    for model in (Complaint, WorkOrder):
        register_history(model)


def register_files() -> None:
    """Let cases take files."""
    from complaints.models import Complaint
    from core.attachables import register_attachable

    register_attachable(Complaint)


def followed_models() -> tuple[type, ...]:
    """Return the kinds of records whose changes other systems follow."""
    from complaints.models import Complaint, WorkOrder

    return Complaint, WorkOrder


def register_learning() -> None:
    """Declare what is learned from cases: lists, search, help, histories, navigation."""
    from complaints.help_topics import learning
    from complaints.lists_learning import register_learning_lists
    from complaints.models import Alert, Article, Crisis, Improvement
    from complaints.search_types_learning import register_learning_search
    from core.help import register_topics
    from core.navigation import Entry, register
    from core.record_history import register_history

    register_learning_lists()
    register_learning_search()
    register_topics(learning.TOPICS, group=_("Complaints"))
    for model in (Article, Crisis, Alert, Improvement):
        register_history(model)
    entries = (
        ("alerts", _("Early warnings"), "complaints:alert-list", "pulse", ("complaints.alert", "view")),
        ("crises", _("Crises"), "complaints:crisis-list", "bolt", ("complaints.crisis", "view")),
        ("top3", _("Daily TOP 3"), "complaints:report-list", "flag", ("complaints.dailyreport", "view")),
        ("knowledge", _("Knowledge"), "complaints:article-list", "bulb", ("complaints.article", "view")),
        (
            "improvements",
            _("Improvements"),
            "complaints:improvement-list",
            "target",
            ("complaints.improvement", "view"),
        ),
    )
    for place, (key, label, url_name, icon, right) in enumerate(entries):
        register(Entry(key, label, url_name, icon, 42 + place, right))


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
