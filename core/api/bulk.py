"""Up to 1,000 records in one request, each with its own result."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DataError, IntegrityError, transaction
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.access import require
from core.api.bulk_schema import MOST_ITEMS
from core.api.errors import body_of, problem
from core.api.verbs import RecordVerbs, not_offered
from core.errors import DomainError

#: Operation → the right it needs; an upsert asks for the one or the other when it knows which.
OPERATIONS = {"create": "add", "update": "change", "delete": "delete", "upsert": ""}
_REFUSALS = (
    DomainError,
    exceptions.APIException,
    PermissionDenied,
    ValidationError,
    Http404,
    IntegrityError,
    DataError,
    OverflowError,
)


class _UndoneError(Exception):
    """Takes back everything: one item was refused, and all or none was asked for."""


class BulkItemSerializer(serializers.Serializer[Any]):
    """One thing to do. `create` needs `data`, `update` and `delete` need `id`, `upsert` an external ID."""

    op = serializers.ChoiceField(choices=sorted(OPERATIONS), default="create")
    id = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    data = serializers.DictField(required=False)  # type: ignore[assignment]
    source_system = serializers.CharField(required=False, max_length=120)
    external_id = serializers.CharField(required=False, max_length=120)
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

    status = serializers.IntegerField(
        help_text="As the item alone would have been answered; 424 where it was taken back."
    )
    id = serializers.IntegerField(allow_null=True)
    version = serializers.IntegerField(allow_null=True)
    error = serializers.DictField(allow_null=True, help_text="A problem, where the item was refused.")


class BulkAnswerSerializer(serializers.Serializer[Any]):
    """The results, and how many items were done."""

    done = serializers.IntegerField()
    refused = serializers.IntegerField()
    results = BulkResultSerializer(many=True)


class BulkMixin(RecordVerbs):
    """`POST …/bulk/`: what the resource offers, through the same verbs as single requests."""

    @classmethod
    def operation_rights(cls) -> tuple[str, ...]:
        """Return the rights that the offered operations ask for."""
        return tuple(right for name in cls.operations() if (right := OPERATIONS[name]))

    @extend_schema(
        responses=dict.fromkeys((200, 207, (409, "application/json")), BulkAnswerSerializer),
        filters=False,
    )
    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> Response:
        """Do up to 1,000 things.

        200 where all were done, 207 where some were refused or all of them, 409 where `mode: all` took
        everything back.
        """
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
            return Response(_answer(_taken_back(results), done=0, refused=1), status=409)
        refused = sum(one["error"] is not None for one in results)
        return Response(
            _answer(results, done=len(results) - refused, refused=refused), status=207 if refused else 200
        )

    def _item(self, item: dict[str, Any]) -> dict[str, Any]:
        """Do one item in a savepoint, and say what became of it; what the database refuses is its own."""
        try:
            with transaction.atomic():
                status, instance = self._perform_item(item)
        except _REFUSALS as error:
            refusal = body_of(error, names_records=self.may_read)
            return {"status": refusal["status"], "id": _number(item), "version": None, "error": refusal}
        return {
            "status": status,
            "id": instance.pk if instance is not None else _number(item),
            "version": getattr(instance, "version", None),
            "error": None,
        }

    def _perform_item(self, sent: dict[str, Any]) -> tuple[int, Any]:
        checked = BulkItemSerializer(data=sent)
        checked.is_valid(raise_exception=True)
        item = checked.validated_data
        operation, data = item["op"], item.get("data") or {}
        if operation not in self.operations():
            raise not_offered(operation)
        self.if_match = self._version_in(item, data)
        if operation == "upsert":
            instance, is_new = self._upsert_item(item, data)
            return 201 if is_new else 200, instance
        require(self.request.user, OPERATIONS[operation], self.model)
        if operation == "create":
            return 201, self._create_checked(data)
        instance = self._row(item.get("id"), OPERATIONS[operation])
        if operation == "delete":
            self.delete_record(instance)
            return 204, None
        return 200, self._update_checked(instance, data, partial=True)

    def _version_in(self, item: dict[str, Any], data: dict[str, Any]) -> int | None:
        """Return the version that the item expects; the verb compares it with the locked record."""
        version: int | None = item.get("if_match")
        if version is None:
            return None
        if not self.has_versions():
            raise serializers.ValidationError({"if_match": [_("Records of this resource have no version.")]})
        if data.get("version", version) != version:
            raise serializers.ValidationError({"if_match": [_("The data name another version.")]})
        return version

    def _upsert_item(self, item: dict[str, Any], data: dict[str, Any]) -> tuple[Any, bool]:
        missing = [name for name in ("source_system", "external_id") if not item.get(name)]
        if missing:
            raise serializers.ValidationError({name: [_("An upsert needs it.")] for name in missing})
        found: tuple[Any, bool] = self.upsert_record(item["source_system"], item["external_id"], data)  # type: ignore[attr-defined]
        return found

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


def _number(item: dict[str, Any]) -> int | None:
    """Return the number that an item names; what is none is not repeated."""
    number = item.get("id")
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def _taken_back(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the results where nothing was done: only the refused item has an error of its own."""
    text = _("Taken back: another item was refused, and all or none was asked for.")
    undone = {"status": 424, "error": problem(424, "undone", text)}
    return [{**one, "id": None, "version": None, **({} if one["error"] else undone)} for one in results]


def _answer(results: list[dict[str, Any]], *, done: int, refused: int) -> dict[str, Any]:
    return {"done": done, "refused": refused, "results": results}
