"""Records by the number that another system gave them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.access import require
from core.api.viewsets import ScopedViewSet
from core.errors import Conflict, DomainError

if TYPE_CHECKING:
    _Base = ScopedViewSet
else:
    _Base = object

_IDENTITY = [
    OpenApiParameter(name, str, OpenApiParameter.PATH, description=text)
    for name, text in {
        "source_system": "The system that owns the number.",
        "external_id": "The number in that system.",
    }.items()
]


class UpsertMixin(_Base):
    """Create or update by the number that another system gave the record.

    `PUT …/by-external-id/{source_system}/{external_id}/` may be repeated safely: 201 the first time,
    200 after that. The model has `source_system` and `external_id`.
    """

    @extend_schema(parameters=_IDENTITY, filters=False)
    @action(
        detail=False,
        methods=["get"],
        url_path="by-external-id/<str:source_system>/<path:external_id>",
        url_name="by-external-id",
    )
    def by_external_id(self, request: Request, source_system: str, external_id: str) -> Response:
        """Return the record that another system knows by this number."""
        found = self._find_external(self.get_queryset(), source_system, external_id)
        if found is None:
            raise DomainError("not_found", _("No record has this external ID."), status=404)
        return self.answer(found)

    @extend_schema(parameters=_IDENTITY, filters=False)
    @by_external_id.mapping.put
    def upsert(self, request: Request, source_system: str, external_id: str) -> Response:
        """Update the record with this external ID, or create it."""
        data = request.data if isinstance(request.data, dict) else {}
        instance, is_new = self.upsert_record(source_system, external_id, data)
        return self._created(instance) if is_new else self.answer(self.fresh(instance))

    @classmethod
    def operations(cls) -> tuple[str, ...]:
        """An upsert is offered where records can be both made and changed."""
        offered = super().operations()
        return (*offered, "upsert") if {"create", "update"} <= set(offered) else offered

    def upsert_record(
        self, source_system: str, external_id: str, data: dict[str, Any]
    ) -> tuple[models.Model, bool]:
        """Update the record with this external ID or create it; return it and whether it is new.

        Refused with `external_id_taken` where it belongs to a record that is deleted or out of reach.
        """
        sent = {**data, "source_system": source_system, "external_id": external_id}
        existing = self._find_external(self.get_queryset(), source_system, external_id)
        if existing is None:
            created = self._create_external(source_system, external_id, sent)
            if created is not None:
                return created, True
            existing = self._find_external(self.get_queryset(), source_system, external_id)
        if existing is None:
            raise Conflict(
                "external_id_taken",
                _("This external ID belongs to a record that is deleted or out of your reach."),
            )
        self._ensure_changeable(existing)
        return self._update_checked(existing, sent, partial=False), False

    def _ensure_changeable(self, record: models.Model) -> None:
        """Refuse a record that the caller may only read, as one that was lent for reading."""
        user = self.request.user
        require(user, "change", self.model)
        manager: Any = self.model._default_manager
        if not manager.in_reach(user, "change").filter(pk=record.pk).exists():
            raise PermissionDenied(_("Your role does not allow this."))

    def _find_external(self, rows: Any, source_system: str, external_id: str) -> models.Model | None:
        found: models.Model | None = rows.filter(source_system=source_system, external_id=external_id).first()
        return found

    def _create_external(
        self, source_system: str, external_id: str, sent: dict[str, Any]
    ) -> models.Model | None:
        """Create the record; None when its identity is taken, perhaps in this very moment."""
        everything = self.model._default_manager.all()
        if self._find_external(everything, source_system, external_id) is not None:
            return None
        if self.expected_version is not None:
            raise Conflict("stale", _("This record was deleted since you read it."))
        require(self.request.user, "add", self.model)
        serializer = self.get_serializer(data=sent)
        serializer.is_valid(raise_exception=True)
        identity = {"source_system": source_system, "external_id": external_id}
        try:
            with transaction.atomic():
                return self.create_record({**serializer.validated_data, **identity})
        except (IntegrityError, Conflict):
            # Somebody else was first in this very moment: the caller updates what is there now.
            if self._find_external(everything, source_system, external_id) is None:
                raise
            return None
