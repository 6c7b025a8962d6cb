"""Churn warnings: raised at night from risk and value at stake (`night`), then lived through by people.

Every process of the product loads this package; numerical libraries are loaded by `night` only.
"""

from analytics.domain.warnings.moves import move_warning, plan_action, stake_of

__all__ = ["move_warning", "plan_action", "stake_of"]
