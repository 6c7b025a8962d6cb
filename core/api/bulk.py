"""Up to 1,000 records in one request, each with its own result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import exceptions, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.access import require
from core.api.errors import body_of
from core.errors import Conflict, DomainError

if TYPE_CHECKING:
    _Base = viewsets.GenericViewSet[Any]
else:
    _Base = object

MOST_ITEMS = 1_000
#: Operation → the right it needs.
OPERATIONS = {"create": "add", "update": "change", "delete": "delete"}


class _UndoneError(Exception):
    """Takes back everything: one item was refused, and all or none was asked for."""


class BulkItemSerializer(serializers.Serializer[Any]):
    """One thing to do. `create` needs `data`; `update` and `delete` need `id`."""

    op = serializers.ChoiceField(choices=sorted(OPERATIONS), default="create")
    id = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    data = serializers.DictField(required=False)  # type: ignore[assignment]
    if_match = serializers.IntegerField(required=False, min_value=1, help_text="The version that was read.")


class BulkRequestSerializer(serializers.Serializer[Any]):
    """What to do, and whether one refusal takes everything back."""

    mode = serializers.ChoiceField(
        choices=["each", "all"],
        default="each",
        help_text="`each`: every item stands by itself. `all`: everything or nothing.",
    )
    items = serializers.ListField(child=serializers.DictField(), max_length=MOST_ITEMS, allow_empty=False)


class BulkResultSerializer(serializers.Serializer[Any]):
    """What became of one item, in the order of the request."""

    status = serializers.IntegerField(help_text="As the item alone would have been answered.")
    id = serializers.IntegerField(allow_null=True)
    version = serializers.IntegerField(allow_null=True)
    error = serializers.DictField(allow_null=True, help_text="A problem, where the item was refused.")


class BulkAnswerSerializer(serializers.Serializer[Any]):
    """The results, and how many items were done."""

    done = serializers.IntegerField()
    refused = serializers.IntegerField()
    results = BulkResultSerializer(many=True)


_EXAMPLE = OpenApiExample(
    "One new, one changed",
    value={
        "mode": "each",
        "items": [
            {"op": "create", "data": {"name": "渤海银行"}},
            {"op": "update", "id": 17, "if_match": 3, "data": {"city": "天津"}},
        ],
    },
    request_only=True,
)


class BulkMixin(_Base):
    """`POST …/bulk/`: creates, updates and deletes through the same verbs as single requests."""

    if TYPE_CHECKING:
        model: ClassVar[type[models.Model]]

        def create_record(self, data: dict[str, Any]) -> models.Model: ...  # noqa: D102
        def update_record(self, instance: Any, data: dict[str, Any]) -> models.Model: ...  # noqa: D102
        def delete_record(self, instance: Any) -> None: ...  # noqa: D102

    @extend_schema(
        request=BulkRequestSerializer,
        responses=dict.fromkeys((200, 207, (409, "application/json")), BulkAnswerSerializer),
        examples=[_EXAMPLE],
        filters=False,
    )
    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> Response:
        """Do up to 1,000 things; 200 where all were done, 207 where some were refused, 409 where none."""
        asked = BulkRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        all_or_none = asked.validated_data["mode"] == "all"
        results: list[dict[str, Any]] = []
        try:
            with transaction.atomic():
                for item in asked.validated_data["items"]:
                    results.append(self._item(item))
                    if all_or_none and results[-1]["error"] is not None:
                        raise _UndoneError
        except _UndoneError:
            done = [{**one, "id": None, "version": None} for one in results]
            return Response(_answer(done, done=0, refused=1), status=409)
        refused = sum(one["error"] is not None for one in results)
        return Response(
            _answer(results, done=len(results) - refused, refused=refused), status=207 if refused else 200
        )

    def _item(self, item: dict[str, Any]) -> dict[str, Any]:
        """Do one item in a savepoint, and say what became of it."""
        try:
            with transaction.atomic():
                status, instance = self._perform_item(item)
        except (DomainError, exceptions.APIException, PermissionDenied, Http404) as error:
            problem = body_of(error)
            return {"status": problem["status"], "id": item.get("id"), "version": None, "error": problem}
        return {
            "status": status,
            "id": instance.pk if instance is not None else item.get("id"),
            "version": getattr(instance, "version", None),
            "error": None,
        }

    def _perform_item(self, sent: dict[str, Any]) -> tuple[int, Any]:
        checked = BulkItemSerializer(data=sent)
        checked.is_valid(raise_exception=True)
        item = checked.validated_data
        right = OPERATIONS[item["op"]]
        require(self.request.user, right, self.model)
        if item["op"] == "create":
            serializer = self.get_serializer(data=item.get("data") or {})
            serializer.is_valid(raise_exception=True)
            return 201, self.create_record(serializer.validated_data)
        instance = self._row(item.get("id"), right)
        if "if_match" in item and item["if_match"] != getattr(instance, "version", None):
            raise Conflict("stale", _("This record was changed since you read it."))
        if item["op"] == "delete":
            self.delete_record(instance)
            return 204, None
        serializer = self.get_serializer(instance, data=item.get("data") or {}, partial=True)
        serializer.is_valid(raise_exception=True)
        return 200, self.update_record(instance, serializer.validated_data)

    def _row(self, pk: int | None, right: str) -> Any:
        if pk is None:
            raise serializers.ValidationError({"id": [_("Say which record.")]})
        manager: Any = self.model._default_manager
        found = self.get_queryset().filter(pk=pk).first()
        if found is None:
            raise Http404
        if not manager.in_reach(self.request.user, right).filter(pk=pk).exists():
            raise PermissionDenied(_("Your role does not allow this."))
        return found


def _answer(results: list[dict[str, Any]], *, done: int, refused: int) -> dict[str, Any]:
    return {"done": done, "refused": refused, "results": results}
