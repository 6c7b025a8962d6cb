"""Complaints: what went wrong."""

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
        from complaints.help_topics import TOPICS
        from complaints.learning_apps import register_learning, seed_learning
        from complaints.lists import register_lists
        from complaints.lists_solving import register_lists as register_solving_lists
        from complaints.navigation_solving import register_cards, seed_solving
        from complaints.notices import register_kinds
        from complaints.readiness import register_parts
        from complaints.responsibilities import register_responsibilities
        from complaints.search_types import register_search
        from core.domain.sequence import follow_changes_of
        from core.help import register_topics

        register_navigation()
        register_kinds()
        register_lists()
        register_search()
        register_responsibilities()
        register_topics(TOPICS, group=_("Complaints"))
        register_parts()
        register_learning()
        post_migrate.connect(seed_learning, sender=self, dispatch_uid="complaints.seed_learning")
        register_cards()
        register_solving_lists()
        post_migrate.connect(seed_solving, sender=self, dispatch_uid="complaints.seed_solving")
        register_explainers()
        register_histories()
        register_files()
        follow_changes_of(*followed_models())
        post_migrate.connect(_begin, sender=self, dispatch_uid="complaints.begin")


def _begin(**kwargs: Any) -> None:
    """Make the schedules exist, and what a new installation begins with."""
    from datetime import time

    from complaints.domain.seeding import begin
    from core.domain.schedules import ensure_schedule

    ensure_schedule(
        "complaints.escalate",
        title=_("Escalate cases whose deadlines come near or have passed"),
        task="complaints.tasks.escalate",
        every_seconds=30,
        queue="sla",
    )
    ensure_schedule(
        "complaints.dispatch-waiting",
        title=_("Dispatch cases that wait for somebody"),
        task="complaints.tasks.dispatch_waiting",
        every_seconds=60,
        queue="sla",
    )
    ensure_schedule(
        "complaints.follow-notices",
        title=_("Enter newly announced public holidays"),
        task="complaints.tasks.follow_notices",
        daily_at=time(3, 30),
    )
    begin()


def register_navigation() -> None:
    """Add the entry of the side navigation."""
    from core.navigation import Entry, SettingsCard, register, register_settings_card

    sees = ("complaints.complaint", "view")
    register(Entry("complaints", _("Complaints"), "complaints:complaint-list", "flag", 25, sees, needs_me))
    register_settings_card(
        SettingsCard(
            "complaints",
            _("Complaints"),
            _("Queues, handlers, categories, policies with their ladders, and business calendars."),
            "complaints:settings",
            "flag",
            45,
            ("complaints.handler", "view"),
        )
    )


def needs_me(user: object) -> int:
    """Count what the navigation shows."""
    from complaints.views.case_list import needs_me as count

    return count(user)


def register_histories() -> None:
    """Let records of the package show who changed what."""
    from complaints.models import CallBackPolicy, Cause, CompensationCeiling, Complaint, PhraseCard, WorkOrder
    from core.record_history import register_history

    for model in (Complaint, WorkOrder, Cause, CompensationCeiling, PhraseCard, CallBackPolicy):
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
