"""Models of the analytics package."""

from analytics.models.policy import ScoringPolicy, SegmentMap
from analytics.models.results import KpiValue, ModelFit
from analytics.models.runs import NightlyRun, NightlyStep
from analytics.models.warnings import ChurnWarning, WarningMove

__all__ = [
    "ChurnWarning",
    "KpiValue",
    "ModelFit",
    "NightlyRun",
    "NightlyStep",
    "ScoringPolicy",
    "SegmentMap",
    "WarningMove",
]
