"""People who handle cases, over the API: queues, skills, and how many cases at once."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import serializers

from complaints.domain.settings import save_handler
from complaints.filters.plans import HandlerFilterSet
from complaints.models import BusinessCalendar, Handler, Queue
from complaints.sorting.plans import HANDLER_SORTS
from core.api.fields import ScopedRelatedField
from core.errors import Conflict
from core.models import User
from customers.api.base import StrictModelSerializer, VersionedViewSet, VersionField
from customers.forms.base import people_choices


class HandlerSerializer(StrictModelSerializer):
    """Somebody who handles cases; `load` counts the open cases in hand."""

    user = ScopedRelatedField(User, queryset=people_choices())
    queues: Any = ScopedRelatedField(Queue, queryset=Queue.objects.active(), many=True)
    skills = serializers.ListField(child=serializers.CharField(max_length=40), required=False, max_length=100)
    calendar = ScopedRelatedField(BusinessCalendar, required=False, allow_null=True)
    load = serializers.IntegerField(read_only=True)
    version = VersionField()

    class Meta:
        model = Handler
        fields = [
            "id", "user", "queues", "skills", "cap", "calendar", "is_active", "load", "updated_at", "version",
        ]  # fmt: skip
        read_only_fields = ["updated_at"]

    def validate_skills(self, words: list[str]) -> list[str]:
        """Each once, in the order of the alphabet, as the page keeps them."""
        return sorted({word.strip() for word in words if word.strip()})


_HANDLER = OpenApiExample(
    "Somebody for invoices",
    value={"user": 7, "queues": [1, 2], "skills": ["invoices"], "cap": 12},
    request_only=True,
)


@extend_schema_view(create=extend_schema(examples=[_HANDLER]))
class HandlerViewSet(VersionedViewSet):
    """Handlers. Who gets no more cases is switched off, not deleted."""

    model = Handler
    serializer_class = HandlerSerializer
    filterset_class = HandlerFilterSet
    sort_keys = HANDLER_SORTS
    default_sort = "id"
    http_method_names = ["get", "post", "patch", "put", "head", "options"]
    action_rights = {"create": "change"}

    def for_api(self, rows: Any) -> Any:
        """Add what each has in hand."""
        return rows.with_load().prefetch_related("queues")

    def create_record(self, data: dict[str, Any]) -> Handler:
        """Let somebody handle cases. 409 for who does already."""
        self.version_of(data)
        user = data.pop("user")
        if Handler.objects.filter(user=user).exists():
            text = _("This person handles cases already.")
            raise Conflict("handler_exists", text, fields={"user": text})
        return save_handler(user, data, by=self.actor)

    def update_record(self, instance: Handler, data: dict[str, Any]) -> Handler:
        """Change what somebody handles; whom it is about stays."""
        version = self.version_of(data)
        if data.pop("user", instance.user) != instance.user:
            raise serializers.ValidationError({"user": [_("Another person needs a handler of their own.")]})
        data.setdefault("queues", list(instance.queues.all()))
        return save_handler(instance.user, data, by=self.actor, version=version)


routes = [("handlers", HandlerViewSet, "handler")]
