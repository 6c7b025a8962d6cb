"""Complaints: what went wrong."""

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
        from complaints.lists_solving import register_lists as register_solving_lists
        from complaints.navigation_solving import register_cards, seed_solving
        from complaints.notices import register_kinds
        from core.domain.sequence import follow_changes_of
        from core.help import register_topics

        register_kinds()
        register_topics(TOPICS, group=_("Complaints"))
        register_cards()
        register_solving_lists()
        post_migrate.connect(seed_solving, sender=self, dispatch_uid="complaints.seed_solving")
        register_explainers()
        register_histories()
        register_files()
        follow_changes_of(*followed_models())


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
