"""Analytics: what it all means."""

from datetime import time
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AnalyticsConfig(AppConfig):
    """RFM, CLV, churn warnings and dashboards. May import every package below."""

    name = "analytics"
    verbose_name = _("Analytics")

    def ready(self) -> None:
        """Offer pages, exports and segment names; seed what the package needs after each migration."""
        from analytics.access_explained import register_explainers
        from analytics.choices import Segment
        from analytics.domain.warnings.handing_over import register_responsibilities
        from analytics.help_topics import TOPICS
        from analytics.lists import register_lists
        from analytics.models import ChurnWarning, ScoringPolicy, SegmentMap, WarningMove
        from analytics.notices import register_kinds
        from analytics.readiness import register_parts
        from analytics.search_types import register_search
        from core.domain.sequence import follow_below, follow_changes_of
        from core.help import register_topics
        from core.lent import register_shareable
        from core.record_history import register_history
        from customers.models import Customer
        from customers.segments import register_names

        register_navigation()
        register_search()
        register_kinds()
        register_parts()
        register_lists()
        register_topics(TOPICS, group=_("Analytics"))
        register_responsibilities()
        for model in (SegmentMap, ScoringPolicy, ChurnWarning):
            register_history(model)
        follow_changes_of(ChurnWarning)
        follow_below(Customer, ChurnWarning, "customer")
        register_explainers()
        register_shareable(Customer, children=(ChurnWarning, WarningMove))
        register_names(lambda: [(key, label) for key, label in Segment.choices])
        post_migrate.connect(seed, sender=self, dispatch_uid="analytics.seed")


def register_navigation() -> None:
    """Add the entries of the side navigation."""
    from core.navigation import Entry, SettingsCard, register, register_settings_card

    register(
        Entry("dashboard", _("Analytics"), "analytics:dashboard", "chart", 60, ("analytics.kpivalue", "view"))
    )
    register(
        Entry(
            "warnings",
            _("Warnings"),
            "analytics:warning-list",
            "warn",
            61,
            ("analytics.churnwarning", "view"),
        )
    )
    register_settings_card(
        SettingsCard(
            "scoring",
            _("Scoring policy"),
            _("From which risk and value on customers are warned of, and how segments are cut."),
            "analytics:settings",
            "target",
            30,
            ("analytics.scoringpolicy", "view"),
        )
    )


def seed(apps: Any = None, **kwargs: Any) -> None:
    """Make the segment maps, the scoring policy and the nightly schedule exist, once their tables do."""
    if apps is not None and "segmentmap" not in apps.all_models["analytics"]:
        return  # migrated back to before the first migration
    from analytics.domain.segment_maps import seed_segment_maps
    from analytics.models import ScoringPolicy
    from core.domain.schedules import ensure_schedule

    seed_segment_maps()
    ScoringPolicy.load()
    ensure_schedule(
        "nightly-scoring",
        title=_("Compute the figures of every customer"),
        task="analytics.tasks.run_nightly",
        daily_at=time(2, 0),
        queue="analytics",
    )
    ensure_schedule(
        "complaint-figures",
        title=_("Compute the figures of complaints and service"),
        task="analytics.tasks.compute_complaint_figures",
        daily_at=time(2, 30),
        queue="analytics",
    )
