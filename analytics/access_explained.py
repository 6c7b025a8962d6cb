"""Why somebody sees a stored figure: its scope is a team of theirs."""

from __future__ import annotations

from django.utils.translation import gettext as _

from analytics.models import KpiValue
from core.access import teams_in_reach
from core.access_explained import Answer, explain, grants, register_explainer
from core.models import User
from core.roles import Reach


class KpiExplained:
    """Figures belong to a team or, without one, to the whole organisation."""

    def __init__(self, figure: KpiValue) -> None:
        self.figure = figure

    def explain(self, user: User, action: str) -> Answer:
        """Answer by the team of the scope."""
        right = explain(user, action, KpiValue)
        reaches = {reach for _role, reach in grants(user, action, KpiValue)}
        if not right.allowed or Reach.ALL in reaches:
            return right
        if Reach.TEAM in reaches and self.figure.team_id in teams_in_reach(user):
            return right
        return Answer(False, (*right.reasons, _("The figure is not of their teams.")))


def register_explainers() -> None:
    """Declare it."""
    register_explainer(KpiValue, KpiExplained)
