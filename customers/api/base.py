"""What the package's serializers and endpoints share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.utils.translation import gettext as _
from rest_framework import serializers

from core.api.masking import MaskedMixin
from core.api.viewsets import ScopedViewSet
from core.models import User
from customers.models import Customer


class Strict(serializers.Serializer):  # type: ignore[type-arg]
    """A serializer that refuses keys it does not know; read-only ones may be sent back and are left alone."""

    def to_internal_value(self, data: Any) -> Any:
        """Check the keys, then the values."""
        if isinstance(data, Mapping):
            unknown = sorted(str(key) for key in data if key not in self.fields)
            if unknown:
                raise serializers.ValidationError({key: [_("This field is not known.")] for key in unknown})
        return super().to_internal_value(data)


class StrictModelSerializer(MaskedMixin, Strict, serializers.ModelSerializer):  # type: ignore[type-arg]
    """A strict serializer of a model. What is taken already is for the domain to say: it names the holder."""

    def get_validators(self) -> list[Any]:
        """None: uniqueness is answered with 409 and the candidates."""
        return []


class VersionField(serializers.IntegerField):
    """The version that was read; sent along with a change it refuses to overwrite somebody else's."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{
                "required": False,
                "min_value": 1,
                "help_text": "Send the version you read: a change in between answers 409. Ignored on create.",
                **kwargs,
            }
        )


class CustomerByNumber(Strict):
    """A record of a customer, who may be named by the number in the caller's own system."""

    customer_external_id = serializers.CharField(
        write_only=True,
        required=False,
        max_length=120,
        help_text="Instead of `customer`: its external ID in the same source system.",
    )

    def validate(self, attrs: Any) -> Any:
        """Find the customer; one of the two ways is needed for a new record."""
        attrs = super().validate(attrs)
        number = attrs.pop("customer_external_id", None)
        if number is not None:
            attrs["customer"] = self._by_number(number, attrs)
        elif "customer" not in attrs and self.instance is None:
            raise serializers.ValidationError({"customer": [_("Say whose it is.")]})
        return attrs

    def _by_number(self, number: str, attrs: Mapping[str, Any]) -> Customer:
        system = attrs.get("source_system", getattr(self.instance, "source_system", ""))
        rows = Customer.objects.visible_to(self.context["request"].user)
        found: Customer | None = rows.filter(source_system=system, external_id=number).first()
        if found is None:
            text = _("No customer of this source system has this external ID.")
            raise serializers.ValidationError({"customer_external_id": [text]})
        return found


class VersionedViewSet(ScopedViewSet):
    """Changes with the version in the body, or in `If-Match`."""

    @property
    def actor(self) -> User:
        """Who calls: permissions let nobody in who is not signed in."""
        return cast(User, self.request.user)

    def version_of(self, data: dict[str, Any]) -> int | None:
        """Take the version out of the data; the header counts when the body names none."""
        version: int | None = data.pop("version", None)
        return self.expected_version if version is None else version

    def checked(self, serializer_class: type[serializers.BaseSerializer[Any]]) -> dict[str, Any]:
        """Return the checked body of an action."""
        serializer = serializer_class(data=self.request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        found: dict[str, Any] = serializer.validated_data
        return found
