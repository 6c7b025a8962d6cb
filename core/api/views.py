"""Saved views over the API."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from core.api.fields import ScopedRelatedField
from core.api.viewsets import ScopedViewSet
from core.choices import ViewScope
from core.domain.views import change_view, delete_view, save_view
from core.filters import ScopedFilterSet
from core.keyset import SortKey
from core.models import SavedView, Team

_EXAMPLE = OpenApiExample(
    "My open tasks of this week",
    value={
        "list_key": "customers.task",
        "name": "This week",
        "scope": "private",
        "query": {"owner": ["@me"], "due_to": ["@this-week"]},
        "sort": "due",
    },
    request_only=True,
)


@extend_schema_serializer(examples=[_EXAMPLE])
class SavedViewSerializer(serializers.ModelSerializer[SavedView]):
    """A view of a list. `query` holds filters as name → values, with tokens such as `@me`."""

    list_key = serializers.CharField(max_length=60, help_text="The list: `customers.customer`.")
    team = ScopedRelatedField(Team, required=False, allow_null=True)
    scope = serializers.ChoiceField(choices=ViewScope.choices, required=False)
    query = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField(max_length=200)), required=False
    )
    columns = serializers.ListField(child=serializers.CharField(max_length=60), required=False)

    class Meta:
        model = SavedView
        fields = [
            "id", "list_key", "name", "owner", "scope", "team", "query", "sort", "columns", "position",
            "created_at", "updated_at", "version",
        ]  # fmt: skip
        read_only_fields = ["owner", "position", "created_at", "updated_at", "version"]
        validators: list[Any] = []


class SavedViewFilterSet(ScopedFilterSet):
    """Views of one list."""

    list_key = django_filters.CharFilter(label=_("List"))


class SavedViewViewSet(ScopedViewSet):
    """Views of lists: one's own and those offered by others; `?view=<id>` on a list endpoint applies one."""

    model = SavedView
    serializer_class = SavedViewSerializer
    filterset_class = SavedViewFilterSet
    sort_keys = {"id": SortKey("pk", _("Number"))}
    default_sort = "id"
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]

    def create_record(self, data: dict[str, Any]) -> SavedView:
        """Keep a view."""
        return save_view(data.pop("list_key"), data, by=self.caller)

    def update_record(self, instance: SavedView, data: dict[str, Any]) -> SavedView:
        """Change a view; it stays with its list."""
        data.pop("list_key", None)
        return change_view(instance, data, by=self.caller, version=self.expected_version)

    def delete_record(self, instance: SavedView) -> None:
        """Remove a view."""
        delete_view(instance, by=self.caller, version=self.expected_version)
