"""Interactions and tasks."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.external_ids import UpsertMixin
from core.api.fields import ScopedRelatedField
from core.api.restoring import RestoreMixin
from core.models import Team, User
from customers.api.base import CustomerByNumber, Strict, StrictModelSerializer, VersionedViewSet, VersionField
from customers.domain.interactions import delete_interaction, record_interaction, update_interaction
from customers.domain.tasks import cancel_task, complete_task, create_task, reopen_task, update_task
from customers.filters import InteractionFilterSet, TaskFilterSet
from customers.models import Customer, Interaction, Person, Task
from customers.sorting import INTERACTION_SORTS, TASK_SORTS


class InteractionSerializer(CustomerByNumber, StrictModelSerializer):
    """What happened with a customer on some channel."""

    customer = ScopedRelatedField(Customer, required=False)
    person = ScopedRelatedField(Person, required=False, allow_null=True)
    by = ScopedRelatedField(User, required=False, allow_null=True)
    follow_up = serializers.BooleanField(
        write_only=True, required=False, help_text="Make a task of the next step."
    )
    version = VersionField()

    class Meta:
        model = Interaction
        fields = [
            "id", "customer", "customer_external_id", "person", "channel", "direction", "summary", "body",
            "occurred_at", "minutes", "by", "expectation", "expected_by", "next_step", "next_step_on",
            "follow_up", "source_system", "external_id", "created_at", "updated_at", "version",
        ]  # fmt: skip
        read_only_fields = ["created_at", "updated_at"]


_CALL = OpenApiExample(
    "A call",
    value={
        "customer": 42,
        "channel": "phone",
        "summary": "Asked for dates of the autumn programme",
        "next_step": "Send the dates",
        "next_step_on": "2026-09-01",
        "follow_up": True,
    },
    request_only=True,
)


@extend_schema_view(create=extend_schema(examples=[_CALL]))
class InteractionViewSet(RestoreMixin, UpsertMixin, VersionedViewSet):
    """Interactions on every channel."""

    model = Interaction
    serializer_class = InteractionSerializer
    filterset_class = InteractionFilterSet
    sort_keys = INTERACTION_SORTS
    default_sort = "-when"
    action_rights = {"restore": "delete"}

    def create_record(self, data: dict[str, Any]) -> Interaction:
        """Keep what happened."""
        self.version_of(data)
        customer, follow_up = data.pop("customer"), data.pop("follow_up", False)
        return record_interaction(customer, data, by=self.actor, follow_up=follow_up)

    def update_record(self, instance: Interaction, data: dict[str, Any]) -> Interaction:
        """Correct it; it stays with its customer."""
        version, follow_up = self.version_of(data), data.pop("follow_up", False)
        ensure_same_customer(instance, data)
        return update_interaction(instance, data, by=self.actor, version=version, follow_up=follow_up)

    def delete_record(self, instance: Interaction) -> None:
        """Put it into the recycle bin."""
        delete_interaction(instance, by=self.actor, version=self.expected_version)


def ensure_same_customer(instance: Any, data: dict[str, Any]) -> None:
    """Refuse to move the record to another customer."""
    if data.pop("customer", instance.customer) != instance.customer:
        raise serializers.ValidationError({"customer": [_("It stays with its customer.")]})


class TaskSerializer(StrictModelSerializer):
    """Something to do; `complete`, `cancel` and `reopen` change its state."""

    customer = ScopedRelatedField(Customer, required=False, allow_null=True)
    owner = ScopedRelatedField(User, required=False, allow_null=True)
    team = ScopedRelatedField(Team, required=False, allow_null=True)
    version = VersionField()

    class Meta:
        model = Task
        fields = [
            "id", "title", "note", "customer", "owner", "team", "due_on", "priority", "state", "closed_at",
            "outcome", "subject_label", "subject_url", "created_at", "updated_at", "version",
        ]  # fmt: skip
        read_only_fields = [
            "state",
            "closed_at",
            "outcome",
            "subject_label",
            "subject_url",
            "created_at",
            "updated_at",
        ]


class OutcomeSerializer(Strict):
    """What came of it."""

    outcome = serializers.CharField(required=False, allow_blank=True, max_length=300)


class CancelSerializer(Strict):
    """Why it is no longer needed."""

    reason = serializers.CharField(required=False, allow_blank=True, max_length=300)


class TaskViewSet(VersionedViewSet):
    """Tasks. They are completed or cancelled, not deleted."""

    model = Task
    serializer_class = TaskSerializer
    filterset_class = TaskFilterSet
    sort_keys = TASK_SORTS
    default_sort = "due"
    http_method_names = ["get", "post", "put", "patch", "head", "options"]

    def create_record(self, data: dict[str, Any]) -> Task:
        """Give somebody a task."""
        self.version_of(data)
        return create_task(data.pop("title"), **data, by=self.actor)

    def update_record(self, instance: Task, data: dict[str, Any]) -> Task:
        """Change an open task."""
        version = self.version_of(data)
        return update_task(instance, data, by=self.actor, version=version)

    @extend_schema(request=OutcomeSerializer, responses=TaskSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def complete(self, request: Request, pk: int) -> Response:
        """Close the task as done."""
        task = complete_task(self.get_object(), **self.checked(OutcomeSerializer), by=self.actor)
        return self.answer(self.fresh(task))

    @extend_schema(request=CancelSerializer, responses=TaskSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: int) -> Response:
        """Close the task as no longer needed."""
        task = cancel_task(self.get_object(), **self.checked(CancelSerializer), by=self.actor)
        return self.answer(self.fresh(task))

    @extend_schema(request=None, responses=TaskSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: int) -> Response:
        """Open a closed task again."""
        return self.answer(self.fresh(reopen_task(self.get_object(), by=self.actor)))
