"""Where cases lie and what they are about, over the API: queues and categories."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from complaints.domain.settings import retire_category, save_category, save_queue
from complaints.filters.cases import CategoryFilterSet, QueueFilterSet
from complaints.models import BusinessCalendar, Category, Queue
from complaints.sorting.cases import CATEGORY_SORTS, QUEUE_SORTS
from core.api.fields import ScopedRelatedField
from core.models import Team
from customers.api.base import StrictModelSerializer, VersionedViewSet, VersionField

_NAMES = ("name_en", "name_zh_hans", "name_zh_hant")


class QueueSerializer(StrictModelSerializer):
    """A queue; `name` is in the language of the request."""

    name = serializers.CharField(read_only=True)
    team = ScopedRelatedField(Team, required=False, allow_null=True)
    calendar = ScopedRelatedField(BusinessCalendar, required=False, allow_null=True)
    version = VersionField()

    class Meta:
        model = Queue
        fields = [
            "id", "kind", "name", *_NAMES, "team", "calendar", "is_automatic", "is_default", "position",
            "is_active", "version",
        ]  # fmt: skip


class QueueViewSet(VersionedViewSet):
    """Queues. One that takes no more cases is switched off, not deleted."""

    model = Queue
    serializer_class = QueueSerializer
    filterset_class = QueueFilterSet
    sort_keys = QUEUE_SORTS
    default_sort = "id"
    http_method_names = ["get", "post", "patch", "put", "head", "options"]
    action_rights = {"create": "change", "bulk": "change"}

    def create_record(self, data: dict[str, Any]) -> Queue:
        """Make a queue."""
        self.version_of(data)
        data.setdefault("kind", Queue._meta.get_field("kind").default)
        return save_queue(data, by=self.actor)

    def update_record(self, instance: Queue, data: dict[str, Any]) -> Queue:
        """Change a queue. 409 where it has cases and another kind is asked for."""
        version = self.version_of(data)
        known = {name: getattr(instance, name) for name in ("kind", *_NAMES)}
        return save_queue({**known, **data}, by=self.actor, queue=instance, version=version)


class CategorySerializer(StrictModelSerializer):
    """One edition of a category; `name` is in the language of the request. A change makes another edition."""

    name = serializers.CharField(read_only=True)
    queue = ScopedRelatedField(Queue, required=False, allow_null=True)

    class Meta:
        model = Category
        fields = [
            "id", "kind", "code", "edition", "parent_code", "name", *_NAMES, "queue", "skill", "position",
            "valid_from", "retired_at",
        ]  # fmt: skip
        read_only_fields = ["edition", "valid_from", "retired_at"]


class CategoryViewSet(VersionedViewSet):
    """Categories, retired editions included. They are retired, never deleted."""

    model = Category
    serializer_class = CategorySerializer
    filterset_class = CategoryFilterSet
    sort_keys = CATEGORY_SORTS
    default_sort = "id"
    http_method_names = ["get", "post", "patch", "put", "head", "options"]
    action_rights = {"create": "change", "bulk": "change", "retire": "change"}

    def create_record(self, data: dict[str, Any]) -> Category:
        """Make a category. 409 for a code that is in use."""
        data.setdefault("kind", Category._meta.get_field("kind").default)
        return save_category(data, by=self.actor)

    def update_record(self, instance: Category, data: dict[str, Any]) -> Category:
        """Make the next edition; kind and code stay. 409 for an edition that was replaced."""
        for name in ("kind", "code"):
            if data.pop(name, getattr(instance, name)) != getattr(instance, name):
                raise serializers.ValidationError({name: ["This stays in every edition."]})
        names = (*_NAMES, "parent_code", "queue", "skill", "position")
        known = {name: getattr(instance, name) for name in names}
        return save_category({**known, **data}, by=self.actor, category=instance)

    @extend_schema(request=None, responses=CategorySerializer, filters=False)
    @action(detail=True, methods=["post"])
    def retire(self, request: Request, pk: int) -> Response:
        """Offer it no longer; cases that have it keep it."""
        return self.answer(self.fresh(retire_category(self.get_object(), by=self.actor)))
