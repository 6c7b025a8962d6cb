"""Serializers that show sensitive fields only to whoever may read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from core.access import sees_field, sensitive_fields
from core.masking import masked, note_shown

if TYPE_CHECKING:
    from rest_framework.serializers import Serializer

    _Base = Serializer[Any]
else:
    _Base = object


class MaskedMixin(_Base):
    """Masks the sensitive fields of a model's serializer, and notes what is shown in clear for the log.

    Text is masked in part (`138•••78`), anything else becomes null.
    """

    def to_representation(self, instance: Any) -> Any:
        """Return the record as the caller may read it."""
        shown: dict[str, Any] = super().to_representation(instance)
        request = self.context.get("request")
        if not isinstance(instance, models.Model) or request is None:
            return shown
        names = [name for name in _sensitive_in(type(instance)) if shown.get(name) not in (None, "")]
        hidden = [name for name in names if not sees_field(request.user, instance, name)]
        for name in hidden:
            value = getattr(instance, name)
            shown[name] = masked(value) if isinstance(value, str) else None
        if len(hidden) < len(names):
            note_shown(request, instance)
        return shown


def _sensitive_in(model: type[models.Model]) -> frozenset[str]:
    return sensitive_fields().get(model._meta.label_lower, frozenset())
