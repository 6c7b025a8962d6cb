"""The audit table over the API, for reading."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers

from core.api.viewsets import ScopedReadViewSet
from core.audit_filters import AuditFilterSet
from core.audit_lines import readable_changes
from core.models import AuditEntry
from core.views.audit import SORT_KEYS

_CHANGES = {
    "type": "object",
    "description": "Field → what it was, and what it is.",
    "additionalProperties": {"type": "array", "items": {}},
    "example": {"city": ["天津", "上海"]},
}


class AuditEntrySerializer(serializers.ModelSerializer[AuditEntry]):
    """One line: who did what to which record, when, from where."""

    changes = serializers.SerializerMethodField()

    class Meta:
        model = AuditEntry
        fields = (
            "id", "at", "actor", "action", "subject_type", "subject_id", "subject_label", "changes", "note",
            "via", "address", "credential", "request_id", "origin_type", "origin_id",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(_CHANGES)
    def get_changes(self, entry: AuditEntry) -> dict[str, Any]:
        """What the caller may read of the changes."""
        return readable_changes(entry, reader=self.context["request"].user)


# The values of these are as many as the kinds of records, and their fields, that the product has.
_KINDS = OpenApiParameter("subject_type", str, description="Kind of record, such as `customers.customer`.")
_FIELD = OpenApiParameter("field", str, description="Changed field, such as `customers.customer:city`.")


@extend_schema_view(list=extend_schema(parameters=[_KINDS, _FIELD]))
class AuditEntryViewSet(ScopedReadViewSet):
    """Audit lines, the newest first. Without a period or a record a list goes 30 days back."""

    model = AuditEntry
    serializer_class = AuditEntrySerializer
    filterset_class = AuditFilterSet
    sort_keys = SORT_KEYS
    default_sort = "-at"

    def filter_queryset(self, queryset: Any) -> Any:
        """Filter lists; a line that is asked for by its number is found whenever it was written."""
        return super().filter_queryset(queryset) if self.action == "list" else queryset
