"""Tags over the API: customers hold their names, and the filter `tag` takes their numbers."""

from __future__ import annotations

from rest_framework import serializers

from core.api.viewsets import ScopedReadViewSet
from customers.filters import TagFilterSet
from customers.models import Tag
from customers.sorting import TAG_SORTS


class TagSerializer(serializers.ModelSerializer[Tag]):
    """A word that groups customers."""

    class Meta:
        model = Tag
        fields = ("id", "name")
        read_only_fields = fields


class TagViewSet(ScopedReadViewSet):
    """Tags of customers. They are renamed and removed on a page."""

    model = Tag
    serializer_class = TagSerializer
    filterset_class = TagFilterSet
    sort_keys = TAG_SORTS
    default_sort = "name"
