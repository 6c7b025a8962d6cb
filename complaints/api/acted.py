"""The case of what is created over the API: one on whose parts the caller may act."""

from __future__ import annotations

from typing import Any

from complaints.models import Complaint
from core.api.fields import ScopedRelatedField


class ActedCaseField(ScopedRelatedField):
    """A reference to a case; one that the caller only reads "does not exist"."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Complaint, **kwargs)

    def get_queryset(self) -> Any:
        """The cases on whose parts the caller may act."""
        rows = super().get_queryset()
        request = self.context.get("request")
        return rows if rows is None or request is None else rows.acted_on_by(request.user)
