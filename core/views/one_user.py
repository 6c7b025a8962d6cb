"""What pages share that do something to one user."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property

from core.models import User


class OneUser:
    """The user in the address, if the person may change it; others do not exist."""

    person: Any
    kwargs: dict[str, Any]

    @cached_property
    def shown(self) -> User:
        """The user."""
        rows = User.objects.visible_to(self.person, "change")
        user: User = get_object_or_404(rows, pk=self.kwargs["pk"])
        return user
