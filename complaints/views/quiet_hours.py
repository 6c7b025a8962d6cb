"""Quiet hours of levels, on their page of the settings."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy

from complaints.domain.quiet_hours import set_quiet_hours
from complaints.forms.policies import QuietHoursForm
from complaints.models import QuietHours
from complaints.views.settings import SettingForm
from core.views.base import Right


class QuietHoursEdit(SettingForm):
    """When messages of levels of one grade wait."""

    required_right: ClassVar[Right] = ("change", QuietHours)
    model = QuietHours
    form_class = QuietHoursForm
    title = gettext_lazy("Quiet hours of levels")
    submit_label = gettext_lazy("Save quiet hours")
    success_message = gettext_lazy("Quiet hours saved.")

    def conflict_record(self) -> Any:
        """The row."""
        return self.row

    def save(self, form: QuietHoursForm) -> QuietHours:
        """Save them."""
        return set_quiet_hours(self.row, form.values, by=self.person, version=form.seen_version)
