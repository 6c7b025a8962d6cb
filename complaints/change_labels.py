"""Names of changes that no column carries, for histories and the audit log."""

from __future__ import annotations

from django.utils.translation import gettext as _

from complaints.choices.cases import ClockKind
from core.audit_lines import register_change_label


def register_labels() -> None:
    """Name them: targets of a policy by their clocks, chains of investigations, what a crisis holds."""
    register_change_label("told", lambda: _("Customers told"))
    register_change_label("steps", lambda: _("Steps"))
    register_change_label("step_owner", lambda: _("Owner of the step"))
    register_change_label("step_due_at", lambda: _("Due time of the step"))
    register_change_label("chain", lambda: _("Chain of whys"))
    register_change_label("subject_label", lambda: _("About"))
    for clock in ClockKind:
        register_change_label(f"target_{clock.value}", lambda clock=clock: str(clock.label))  # type: ignore[misc]
