"""Querysets of what is learned from cases."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db.models import Q

from complaints.choices.learning import ALERT_UNCLOSED, CRISIS_UNCLOSED, ArticleState, ImprovementState
from complaints.querysets.cases import SettingQuerySet
from core.access import ScopedQuerySet, teams_in_reach
from core.roles import Reach
from core.search.matching import matching_rows

if TYPE_CHECKING:
    from core.models import User


class ArticleQuerySet(ScopedQuerySet):
    """Articles: what is published is read by everybody, a first draft by its author and the managers.

    A draft may still hold what tells who complained; nobody else sees it before two people have read it.
    """

    owner_path = "author"
    team_path = None

    def _held_by(self, user: User, reach: str, action: str) -> Q:
        return super()._held_by(user, reach, action) | Q(edition__gt=0)

    def published(self) -> Self:
        """Those with an edition in force."""
        return self.filter(edition__gt=0).exclude(state=ArticleState.RETIRED)

    def matching(self, text: str, user: User | None) -> Self:
        """Articles that the text finds."""
        return matching_rows(self, text, user)

    def for_list(self) -> Self:
        """Everything one row shows."""
        return self.select_related("category", "author", "reviewer")

    def for_api(self) -> Self:
        """Everything the API shows."""
        return self.for_list()


class BelowArticle(ScopedQuerySet):
    """Editions and marks of articles are seen with the article."""

    owner_path = "article__author"
    team_path = None

    def _held_by(self, user: User, reach: str, action: str) -> Q:
        return super()._held_by(user, reach, action) | Q(article__edition__gt=0)


class CrisisQuerySet(SettingQuerySet):
    """Crises concern the whole house: whoever may see them sees all."""

    def unclosed(self) -> Self:
        """Those in which somebody still has to act."""
        return self.filter(state__in=CRISIS_UNCLOSED)

    def for_list(self) -> Self:
        """Everything one row shows."""
        return self.select_related("owner", "category")

    def for_api(self) -> Self:
        """Everything the API shows."""
        return self.for_list()


class AlertQuerySet(ScopedQuerySet):
    """Alerts: of their owner, of the team, and of who owns the customer."""

    owner_path = "owner"
    team_path = "team"
    lent_when_absent = True

    def _held_by(self, user: User, reach: str, action: str) -> Q:
        condition = super()._held_by(user, reach, action) | Q(customer__owner=user.pk)
        if reach == Reach.TEAM:
            condition |= Q(customer__team__in=teams_in_reach(user))
        return condition

    def unclosed(self) -> Self:
        """Those that somebody still has to settle."""
        return self.filter(state__in=ALERT_UNCLOSED)

    def for_list(self) -> Self:
        """Everything one row shows."""
        return self.select_related("customer", "category", "team", "owner", "complaint")

    def for_api(self) -> Self:
        """Everything the API shows."""
        return self.for_list()


class ImprovementQuerySet(ScopedQuerySet):
    """Improvements: of their owner and the owner's team."""

    owner_path = "owner"
    team_path = "owner__team"
    lent_when_absent = True

    def unclosed(self) -> Self:
        """Those that go on."""
        return self.exclude(state=ImprovementState.CLOSED)

    def overdue(self, on: date) -> Self:
        """Those that go on after their day."""
        return self.unclosed().filter(due_on__lt=on)

    def for_list(self) -> Self:
        """Everything one row shows."""
        return self.select_related("owner", "category", "cause", "crisis")

    def for_api(self) -> Self:
        """Everything the API shows."""
        return self.for_list()


class StoredQuerySet(SettingQuerySet):
    """Figures that were computed and stored; they belong to the installation."""

    def for_list(self) -> Self:
        """Everything one row shows."""
        return self

    def for_api(self) -> Self:
        """Everything the API shows."""
        return self
