"""One's own notifications over the API."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.viewsets import ScopedReadViewSet
from core.domain.notifications import for_reader, mark_read
from core.filters import NotificationFilterSet
from core.keyset import SortKey
from core.models import Notification


class NotificationSerializer(serializers.ModelSerializer):  # type: ignore[type-arg]
    """A message as its receiver may know it now."""

    is_hidden = serializers.BooleanField(
        read_only=True, help_text="True when the record it is about is out of the caller's reach."
    )

    class Meta:
        model = Notification
        fields = ("id", "kind", "title", "body", "url", "is_hidden", "created_at", "read_at")
        read_only_fields = fields


class NotificationViewSet(ScopedReadViewSet):
    """The caller's own notifications. About a record that is out of reach, only a neutral line is shown."""

    model = Notification
    serializer_class = NotificationSerializer
    filterset_class = NotificationFilterSet
    sort_keys = {"created_at": SortKey("created_at", _("Date"))}
    default_sort = "-created_at"
    action_rights = {"read": "change", "read_all": "change"}

    def for_api(self, rows: Any) -> Any:
        """Notifications carry all they show."""
        return rows

    def paginate_queryset(self, queryset: Any) -> Any:
        """Return the page, without the words about records that are out of reach."""
        rows = super().paginate_queryset(queryset)
        return for_reader(rows, self.caller) if rows is not None else None

    def answer(self, instance: models.Model, status_code: int = 200) -> Response:
        """Return one message, as the caller may know it."""
        if isinstance(instance, Notification):
            for_reader([instance], self.caller)
        return super().answer(instance, status_code)

    @extend_schema(request=None, responses=NotificationSerializer)
    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: int) -> Response:
        """Mark the message as read."""
        message = self.get_object()
        mark_read(self.caller, at=timezone.now(), ids=[message.pk])
        return self.answer(self.fresh(message))

    @extend_schema(
        request=None,
        filters=False,
        responses=inline_serializer("NotificationsRead", {"read": serializers.IntegerField()}),
    )
    @action(detail=False, methods=["post"], url_path="read-all")
    def read_all(self, request: Request) -> Response:
        """Mark all of the caller's messages as read and say how many that were."""
        return Response({"read": mark_read(self.caller, at=timezone.now())})
