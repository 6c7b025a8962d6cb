"""Why somebody sees a stored figure: its scope is theirs, or a team of theirs."""

from __future__ import annotations

from django.utils.translation import gettext as _

from analytics.models import CaseTally, KpiValue
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


class TallyExplained:
    """Sums of cases belong to a person, to a team or, without either, to the whole organisation."""

    def __init__(self, sums: CaseTally) -> None:
        self.sums = sums

    def explain(self, user: User, action: str) -> Answer:
        """Answer by the person or the team of the scope."""
        right = explain(user, action, CaseTally)
        reaches = {reach for _role, reach in grants(user, action, CaseTally)}
        if not right.allowed or Reach.ALL in reaches or self.sums.owner_id == user.pk:
            return right
        if Reach.TEAM in reaches and self.sums.team_id in teams_in_reach(user):
            return right
        return Answer(False, (*right.reasons, _("The figure is not of their teams.")))


def register_explainers() -> None:
    """Declare them."""
    register_explainer(KpiValue, KpiExplained)
    register_explainer(CaseTally, TallyExplained)
