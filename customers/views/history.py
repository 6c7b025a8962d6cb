"""Who changed which field of a customer, when, from what to what."""

from __future__ import annotations

from typing import Any

from core.views.history import read_history
from customers.views.record import RecordPage


class CustomerHistory(RecordPage):
    """The history tab, filtered by field and person."""

    template_name = "customers/customer_history.html"
    tab = "history"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read a page of the audit lines of this customer."""
        return super().get_context_data(history=read_history(self.request, self.customer), **kwargs)
