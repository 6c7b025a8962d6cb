"""Churn warnings: raised at night from risk and value at stake, then lived through by people."""

from analytics.domain.warnings.moves import move_warning, plan_action, stake_of
from analytics.domain.warnings.night import raise_warnings

__all__ = ["move_warning", "plan_action", "raise_warnings", "stake_of"]
