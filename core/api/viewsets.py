"""The second door into the same rooms: scoped rows, shared filters, domain verbs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.access import require
from core.api.bulk import BulkMixin
from core.api.idempotency import HEADER, once
from core.api.pagination import KeysetPagination
from core.api.selection import keep_fields
from core.domain.sequence import changes_since, is_followed
from core.errors import Conflict, DomainError
from core.keyset import SortKey
from core.models import User


class ScopedReadViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Any]):
    """List and retrieve what the caller may see.

    `for_api(rows)` adds what the serializer needs; the primary key in the address is a number.
    """

    model: ClassVar[type[models.Model]]
    sort_keys: ClassVar[dict[str, SortKey]]
    default_sort: ClassVar[str]
    action_rights: ClassVar[dict[str, str]] = {}
    filterset_class: ClassVar[Any] = None
    lookup_value_converter = "int"

    #: The resource whose scope a token needs; the router sets it to the prefix.
    scope_resource: ClassVar[str] = ""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check the caller; a POST with a key is answered once."""
        super().initial(request, *args, **kwargs)
        key = request.headers.get(HEADER, "").strip()
        if key and request.method == "POST":
            self.post = once(self.post, request, key)  # type: ignore[has-type]

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Say how much of the limit is left."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        rate = getattr(getattr(request, "_request", request), "api_rate", None)
        if rate is not None:
            answer["RateLimit"] = f"limit={rate[0]}, remaining={rate[1]}, reset={int(rate[2]) + 1}"
        return answer

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """Return the serializer, with only the fields that `fields` names when reading."""
        serializer = super().get_serializer(*args, **kwargs)
        asked = self.request.query_params.get("fields", "") if self.request.method == "GET" else ""
        if asked:
            keep_fields(getattr(serializer, "child", serializer), asked)
        return serializer

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List records; with `changed_since` those that changed after a place in the sequence."""
        if "changed_since" not in request.query_params:
            return super().list(request, *args, **kwargs)
        if not is_followed(self.model):
            text = _("The changes of this resource are not kept.")
            raise DomainError("not_followed", text, fields={"changed_since": text})
        since, limit = self._since(request), KeysetPagination().size_of(request)
        found = changes_since(self.model, since, limit=limit)
        rows = self.get_queryset().in_bulk([pk for pk, _seq in found.places])
        seen = [rows[pk] for pk, _seq in found.places if pk in rows]
        return Response(
            {
                "results": self.get_serializer(seen, many=True).data,
                "tombstones": [{"id": pk, "seq": seq} for pk, seq in found.places if pk not in rows],
                "next_since": found.next_since,
                "has_more": found.has_more,
            }
        )

    def _since(self, request: Request) -> int:
        asked = request.query_params["changed_since"]
        if not (asked.isascii() and asked.isdigit() and len(asked) <= 18):
            text = _("A place in the sequence: 0, or `next_since` of the answer before.")
            raise DomainError("bad_since", text, fields={"changed_since": text})
        return int(asked)

    @property
    def caller(self) -> User:
        """Who calls; strangers were answered before."""
        return cast(User, self.request.user)

    def get_queryset(self) -> models.QuerySet[Any]:
        """Rows within the reach of the caller's roles."""
        manager: Any = self.model._default_manager
        if getattr(self, "swagger_fake_view", False):
            nothing: models.QuerySet[Any] = manager.none()
            return nothing
        return self.for_api(manager.visible_to(self.caller))

    def for_api(self, rows: Any) -> models.QuerySet[Any]:
        """Return the rows with everything the serializer reads."""
        found: models.QuerySet[Any] = rows.for_api() if hasattr(rows, "for_api") else rows
        return found

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return one record, with its version as ETag; 304 where `If-None-Match` holds that version."""
        instance = self.get_object()
        version = getattr(instance, "version", None)
        known = {
            tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")
        }
        if version is not None and f'"{version}"' in known:
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": f'"{version}"'})
        return self.answer(instance)

    def answer(self, instance: models.Model, status_code: int = status.HTTP_200_OK) -> Response:
        """Return the record as the serializer shows it."""
        response = Response(self.get_serializer(instance).data, status=status_code)
        version = getattr(instance, "version", None)
        if version is not None:
            response["ETag"] = f'"{version}"'
        return response

    def fresh(self, instance: models.Model) -> models.Model:
        """Return the record as the list shows it; as it is when it left the caller's reach."""
        found: models.Model = self.get_queryset().filter(pk=instance.pk).first() or instance
        return found


class ScopedViewSet(BulkMixin, ScopedReadViewSet):
    """List, retrieve, create, update, delete, all through the domain.

    Override `create_record`, `update_record`, `delete_record`; they call domain functions with
    `by=self.request.user`. Leave a method out of `http_method_names` where the domain has no such verb.
    """

    def create_record(self, data: dict[str, Any]) -> models.Model:
        """Make a record from checked data and return it."""
        raise NotImplementedError

    def update_record(self, instance: Any, data: dict[str, Any]) -> models.Model:
        """Change a record and return it; `self.expected_version` is what `If-Match` asked for."""
        raise NotImplementedError

    def delete_record(self, instance: Any) -> None:
        """Delete a record."""
        raise NotImplementedError

    @property
    def expected_version(self) -> int | None:
        """The version in the `If-Match` header, or None without one."""
        header = self.request.headers.get("If-Match", "").strip()
        if header in {"", "*"}:
            return None
        found = re.fullmatch(r'(?:W/)?"?(\d{1,9})"?', header)
        if found is None:
            raise DomainError("bad_if_match", _("If-Match holds the ETag of the record, a number in quotes."))
        return int(found[1])

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Create a record."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return self._created(self.create_record(serializer.validated_data))

    def _created(self, instance: models.Model) -> Response:
        response = self.answer(self.fresh(instance), status.HTTP_201_CREATED)
        basename = getattr(self, "basename", "")
        response["Location"] = self.reverse_action("detail", args=[instance.pk]) if basename else ""
        return response

    def update(self, request: Request, *args: Any, partial: bool = False, **kwargs: Any) -> Response:
        """Change a record; `If-Match` with its ETag refuses to overwrite what somebody else changed."""
        return self._update(self.get_object(), request.data, partial=partial)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change some fields of a record."""
        return self.update(request, *args, partial=True, **kwargs)

    def _update(self, instance: Any, data: Any, *, partial: bool) -> Response:
        serializer = self.get_serializer(instance, data=data, partial=partial)
        serializer.is_valid(raise_exception=True)
        return self.answer(self.fresh(self.update_record(instance, serializer.validated_data)))

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete a record."""
        self.delete_record(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


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
        existing = self._find_external(self.get_queryset(), source_system, external_id)
        if existing is None:
            created = self._create_external(request, source_system, external_id)
            if created is not None:
                return created
            existing = self._find_external(self.get_queryset(), source_system, external_id)
        if existing is None:
            raise Conflict(
                "external_id_taken",
                _("This external ID belongs to a record that is deleted or out of your reach."),
            )
        require(request.user, "change", self.model)
        return self._update(existing, self._with_identity(request, source_system, external_id), partial=False)

    def _find_external(self, rows: Any, source_system: str, external_id: str) -> models.Model | None:
        found: models.Model | None = rows.filter(source_system=source_system, external_id=external_id).first()
        return found

    def _with_identity(self, request: Request, source_system: str, external_id: str) -> dict[str, Any]:
        data = dict(request.data) if isinstance(request.data, dict) else {}
        return {**data, "source_system": source_system, "external_id": external_id}

    def _create_external(self, request: Request, source_system: str, external_id: str) -> Response | None:
        """Create the record; None when its identity is taken, perhaps in this very moment."""
        everything = self.model._default_manager.all()
        if self._find_external(everything, source_system, external_id) is not None:
            return None
        require(request.user, "add", self.model)
        serializer = self.get_serializer(data=self._with_identity(request, source_system, external_id))
        serializer.is_valid(raise_exception=True)
        identity = {"source_system": source_system, "external_id": external_id}
        try:
            with transaction.atomic():
                created = self.create_record({**serializer.validated_data, **identity})
        except (IntegrityError, Conflict):
            # Somebody else was first in this very moment: the caller updates what is there now.
            if self._find_external(everything, source_system, external_id) is None:
                raise
            return None
        return self._created(created)
