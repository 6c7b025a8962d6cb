"""Predicates and choices about warnings: no queries beyond the object given."""

from __future__ import annotations

from analytics.choices import WARNING_MOVES, SuggestedAction
from analytics.models import ChurnWarning
from customers.choices import Stage, Tier


def can_move_warning(warning: ChurnWarning, state: str) -> bool:
    """Tell whether the warning may go to `state`."""
    return state in WARNING_MOVES[warning.state]


def suggested_action(*, tier: str, stage: str) -> str:
    """Return what to do first for a customer of this tier and stage."""
    if stage == Stage.INTRODUCTION:
        return SuggestedAction.ONBOARDING.value
    if tier in {Tier.STRATEGIC, Tier.CORE}:
        return SuggestedAction.EXECUTIVE_VISIT.value
    if stage in {Stage.MATURITY, Stage.DECLINE, Stage.WONBACK}:
        return SuggestedAction.NEEDS_REVIEW.value
    if tier == Tier.GROWTH:
        return SuggestedAction.OWNER_CALL.value
    return SuggestedAction.COURSE_OFFER.value
