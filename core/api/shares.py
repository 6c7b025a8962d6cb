"""Shares of single records over the API."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from core.api.fields import ScopedRelatedField
from core.api.viewsets import ScopedViewSet
from core.choices import ShareLevel
from core.domain.shares import Terms, share_record, stop_sharing, subject_for
from core.errors import DomainError
from core.filters import ScopedFilterSet
from core.keyset import SortKey
from core.lent import shareable, shareables
from core.models import Share, Team, User

_EXAMPLE = OpenApiExample(
    "One customer to a colleague",
    value={
        "subject_type": "customers.customer",
        "subject_id": 42,
        "user": 7,
        "level": "view",
        "until": "2026-12-31",
        "note": "Joint offer",
    },
    request_only=True,
)


@extend_schema_serializer(examples=[_EXAMPLE])
class ShareSerializer(serializers.ModelSerializer[Share]):
    """One record, shared with a person (`user`) or with a team and the teams below it (`team`)."""

    subject_type = serializers.CharField(max_length=60, help_text="The kind of record: `customers.customer`.")
    subject_id = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    user = ScopedRelatedField(User, required=False, allow_null=True)
    team = ScopedRelatedField(Team, required=False, allow_null=True)
    subject_label = serializers.CharField(
        source="shown_label", read_only=True, default="", help_text="Empty where the record is out of reach."
    )
    level = serializers.ChoiceField(choices=ShareLevel.choices, required=False)

    class Meta:
        model = Share
        fields = [
            "id", "subject_type", "subject_id", "subject_label", "user", "team", "level", "until", "note",
            "by", "at",
        ]  # fmt: skip
        read_only_fields = ["by", "at"]
        validators: list[Any] = []

    def validate(self, attrs: Any) -> Any:
        """Ask for one receiver."""
        if bool(attrs.get("user")) == bool(attrs.get("team")):
            raise serializers.ValidationError({"user": [_("Choose a person or a team.")]})
        return attrs

    def validate_subject_type(self, value: str) -> str:
        """Know the kind."""
        if shareable(value) is None:
            raise serializers.ValidationError(_("Records of this kind are not shared."))
        return value


def _kinds() -> list[str]:
    return [kind.model._meta.label_lower for kind in shareables()]


class ShareFilterSet(ScopedFilterSet):
    """Shares of one kind, one record, one receiver."""

    subject_type = django_filters.CharFilter(label=gettext_lazy("Kind of record"))
    subject_id = django_filters.NumberFilter(label=gettext_lazy("Number"), min_value=0, max_value=2**63 - 1)


class ShareViewSet(ScopedViewSet):
    """Shares that the caller made or received, and those of records that are the caller's to share."""

    model = Share
    serializer_class = ShareSerializer
    filterset_class = ShareFilterSet
    sort_keys = {"id": SortKey("pk", gettext_lazy("Number"))}
    default_sort = "-id"
    http_method_names = ["get", "post", "delete", "head", "options"]

    def for_api(self, rows: Any) -> Any:
        """Name the records that the caller reaches, and whose kind the token may read."""
        return rows.with_label_for(
            self.caller, labels=[kind for kind in _kinds() if self.may_read_kind(kind)]
        )

    def create_record(self, data: dict[str, Any]) -> Share:
        """Share a record; sharing it again with the same receiver replaces the terms."""
        subject = subject_for(data["subject_type"], data["subject_id"], self.caller)
        if subject is None:
            text = _("There is no such record within your reach.")
            raise DomainError("unknown_record", text, fields={"subject_id": text})
        terms = Terms(
            level=data.get("level", ShareLevel.VIEW), until=data.get("until"), note=data.get("note", "")
        )
        receiver = data.get("user") or data["team"]
        return share_record(subject, receiver, terms, by=self.caller, at=timezone.now())

    def delete_record(self, instance: Share) -> None:
        """Stop sharing."""
        stop_sharing(instance, by=self.caller)
