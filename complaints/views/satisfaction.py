"""The settings of the watch over satisfaction."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy

from complaints.domain.satisfaction import set_satisfaction_policy
from complaints.forms.foresight import SatisfactionPolicyForm
from complaints.models import SatisfactionPolicy
from customers.views.base import CustomerFormPage


class SatisfactionPolicyUpdate(CustomerFormPage):
    """From where on a fall of satisfaction is warned of."""

    required_right = ("change", SatisfactionPolicy)
    form_class = SatisfactionPolicyForm
    title = gettext_lazy("Limits of falling satisfaction")
    submit_label = gettext_lazy("Save changes")
    success_message = gettext_lazy("Changes saved.")
    nav_current = "settings"

    @cached_property
    def policy(self) -> SatisfactionPolicy:
        """The limits."""
        return SatisfactionPolicy.load()

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the record."""
        return {"user": self.person, "record": self.policy}

    def conflict_record(self) -> SatisfactionPolicy:
        """The limits."""
        return self.policy

    def cancel_url(self) -> str:
        """Back to the settings."""
        return reverse("core:settings")

    def perform(self, form: SatisfactionPolicyForm) -> str:
        """Write them."""
        set_satisfaction_policy(self.policy, form.values, by=self.person, version=form.seen_version)
        return self.cancel_url()
