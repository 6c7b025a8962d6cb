"""The settings of the public form."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from complaints.domain.public_form import FORM_FIELDS, set_form
from complaints.models import PublicForm
from complaints.sorting.public_form import FORM_SORTS
from core.filters import ScopedFilterSet
from customers.api.base import StrictModelSerializer, VersionedViewSet, VersionField


class PublicFormFilterSet(ScopedFilterSet):
    """There is one row: nothing to filter by."""

    class Meta:
        model = PublicForm
        fields: list[str] = []


class PublicFormSerializer(StrictModelSerializer):
    """How the form for everybody is set up."""

    categories = serializers.ListField(
        child=serializers.CharField(max_length=60),
        required=False,
        help_text="“kind:code” of each category on the form; empty: every category in use.",
    )
    version = VersionField()

    class Meta:
        model = PublicForm
        fields = ["id", *FORM_FIELDS, "updated_at", "version"]
        read_only_fields = ["updated_at"]


class PublicFormViewSet(VersionedViewSet):
    """The settings of the public form: one record, read and changed."""

    model = PublicForm
    serializer_class = PublicFormSerializer
    filterset_class = PublicFormFilterSet
    sort_keys = FORM_SORTS
    default_sort = "id"
    http_method_names = ["get", "patch", "head", "options"]

    def update_record(self, instance: PublicForm, data: dict[str, Any]) -> PublicForm:
        """Change it."""
        version = self.version_of(data)
        return set_form(instance, data, by=self.actor, version=version)


routes = [("public-forms", PublicFormViewSet, "public-form")]
