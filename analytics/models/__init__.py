"""Models of the analytics package."""

from analytics.models.policy import ScoringPolicy, SegmentMap
from analytics.models.results import KpiValue, ModelFit
from analytics.models.runs import NightlyRun, NightlyStep
from analytics.models.tallies import CaseTally, TallyMonth, TallyState
from analytics.models.warnings import ChurnWarning, WarningMove

__all__ = [
    "CaseTally",
    "ChurnWarning",
    "KpiValue",
    "ModelFit",
    "NightlyRun",
    "NightlyStep",
    "ScoringPolicy",
    "SegmentMap",
    "TallyMonth",
    "TallyState",
    "WarningMove",
]
