"""Serializer fields that respect reach."""

from __future__ import annotations

from typing import Any

from django.db import models
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

_CLOCK = "%H:%M"


class ScopedRelatedField(serializers.PrimaryKeyRelatedField[Any]):
    """A reference by id to a row that the caller may see; any other id "does not exist"."""

    def __init__(self, model: type[models.Model], *, right: str = "view", **kwargs: Any) -> None:
        self.right = right
        if not kwargs.get("read_only"):
            kwargs.setdefault("queryset", model._default_manager.all())
        super().__init__(**kwargs)

    def get_queryset(self) -> Any:
        """Rows in sight of the caller; nothing without one."""
        request = self.context.get("request")
        manager: Any = super().get_queryset()
        if manager is None or request is None:
            return manager
        return manager.visible_to(request.user, self.right)


@extend_schema_field({"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$", "example": "09:00"})
class ClockTimeField(serializers.TimeField):
    """Hours and minutes, without seconds."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format=_CLOCK, input_formats=[_CLOCK], **kwargs)
