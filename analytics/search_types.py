"""What search finds of the package, and what the palette can do with it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from analytics.models import ChurnWarning
from core.search.actions import Action, register_action
from core.search.types import SearchType, Through, register_type

#: Warnings have no words of their own: their list finds them by their customer.
WARNINGS = SearchType(
    key="warning",
    number=40,
    model=ChurnWarning,
    label=_("Warnings"),
    icon="warn",
    fields=(),
    through=(Through("customer", "customer"),),
    listed=False,
)

ACTIONS = (
    Action(
        "run-scoring",
        _("Run scoring"),
        "analytics:run-nightly",
        "play",
        ("analytics.nightlyrun", "run"),
        _("compute figures now, nightly run, RFM, CLV, churn risk"),
        often=True,
    ),
    Action(
        "runs",
        _("Nightly runs"),
        "analytics:run-list",
        "history",
        ("analytics.nightlyrun", "view"),
        _("computations"),
    ),
    Action(
        "definitions",
        _("Definitions of the figures"),
        "analytics:definitions",
        "help",
        ("analytics.kpivalue", "view"),
        _("KPI, measures"),
    ),
    Action(
        "scoring-policy",
        _("Scoring policy"),
        "analytics:settings",
        "gear",
        ("analytics.scoringpolicy", "view"),
        _("thresholds, churn settings"),
    ),
    Action(
        "segment-maps",
        _("Segment maps"),
        "analytics:segment-map-list",
        "target",
        ("analytics.segmentmap", "view"),
        _("RFM segments"),
    ),
)


def register_search() -> None:
    """Register them."""
    register_type(WARNINGS)
    for action in ACTIONS:
        register_action(action)
