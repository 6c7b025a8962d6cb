"""Lists to pick from over the API: what the codes in records mean."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.api.viewsets import ScopedReadViewSet
from core.filters import ScopedFilterSet
from core.keyset import SortKey
from core.models import PicklistValue
from core.picklists import picklist_named


class PicklistValueSerializer(serializers.ModelSerializer[PicklistValue]):
    """One value of a list. Records hold its `code`; `label` is in the language of the request."""

    label = serializers.SerializerMethodField()  # type: ignore[assignment]

    class Meta:
        model = PicklistValue
        fields = [
            "id", "picklist", "code", "label", "name_en", "name_zh_hans", "name_zh_hant", "position",
            "is_active", "is_built_in",
        ]  # fmt: skip

    def get_label(self, value: PicklistValue) -> str:
        """The name that people see."""
        picklist = picklist_named(value.picklist)
        words: dict[str, Any] = dict(picklist.choices) if picklist is not None else {}
        return str(words.get(value.code, value))


class PicklistValueFilterSet(ScopedFilterSet):
    """Values of one list."""

    picklist = django_filters.CharFilter(label=_("List"))
    is_active = django_filters.BooleanFilter(label=_("Offered"))

    class Meta:
        model = PicklistValue
        fields: list[str] = []


class PicklistValueViewSet(ScopedReadViewSet):
    """Values of the lists to pick from, such as industries and sources."""

    model = PicklistValue
    serializer_class = PicklistValueSerializer
    filterset_class = PicklistValueFilterSet
    sort_keys = {"place": SortKey("position", _("Place"))}
    default_sort = "place"
