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
        from complaints.beginning import begin
        from complaints.change_labels import register_labels
        from complaints.domain.tiers import follow_tier
        from complaints.files import register_files
        from complaints.help_topics import TOPICS
        from complaints.imports.registration import register_targets
        from complaints.lists import register_lists
        from complaints.navigation import register_navigation
        from complaints.notices import register_kinds
        from complaints.readiness import register_parts
        from complaints.responsibilities import register_responsibilities
        from complaints.search_types import register_search
        from complaints.seeded_words import KNOWN
        from core.domain.sequence import follow_changes_of
        from core.help import register_topics
        from core.wordings import register_words
        from customers.domain.axes import follow_axes

        register_navigation()
        register_kinds()
        register_lists()
        register_targets()
        register_search()
        register_responsibilities()
        register_topics(TOPICS, group=_("Complaints"))
        register_parts()
        register_explainers()
        register_labels()
        register_words(KNOWN)
        register_histories()
        register_files()
        follow_changes_of(*followed_models())
        follow_cases()
        follow_axes("complaints.tiers", follow_tier)
        post_migrate.connect(begin, sender=self, dispatch_uid="complaints.begin")


def register_histories() -> None:
    """Let records of the package show who changed what."""
    from complaints import models
    from core.record_history import register_history

    register_history(models.Complaint)
    register_history(models.GradingRule)
    register_history(models.GradingSetting)
    register_history(models.WorkOrder)
    register_history(models.Cause)
    register_history(models.CompensationCeiling)
    register_history(models.PhraseCard)
    register_history(models.CallBackPolicy)
    register_history(models.SatisfactionPolicy)
    register_history(models.Article)
    register_history(models.PublicForm)
    register_history(models.Crisis)
    register_history(models.Alert)
    register_history(models.Improvement)
    for model in (
        models.LetterTemplate,
        models.LetterSettings,
        models.DecisionLetter,
        models.ConductCriterion,
        models.Designation,
        models.LegalReference,
    ):
        register_history(model)
    register_history(models.Mailbox)
    register_history(models.MailPolicy)
    register_history(models.InboundMail)


def followed_models() -> tuple[type, ...]:
    """Return the kinds of records whose changes other systems follow."""
    from complaints.models import Article, CallBack, Cause, Compensation, Complaint, WorkOrder

    return Complaint, WorkOrder, Cause, Compensation, CallBack, Article


def follow_cases() -> None:
    """Let cases change places with their customer, and what belongs to a case with the case."""
    from complaints.models import CallBack, Compensation, Complaint, WorkOrder
    from core.domain.sequence import follow_below
    from customers.models import Customer

    follow_below(Customer, Complaint, "customer")
    for model in (WorkOrder, Compensation, CallBack):
        follow_below(Complaint, model, "complaint", always=True)
    # Whoever has a work order for a case sees the case.
    follow_below(WorkOrder, Complaint, "work_orders", always=True)
