"""The second door into the same rooms: scoped rows, shared filters, domain verbs."""

from __future__ import annotations

import hashlib
import json
from typing import Any, ClassVar, cast

from django.db import models
from django.utils.translation import gettext as _
from rest_framework import mixins, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from core.api.bulk import BulkMixin
from core.api.idempotency import HEADER, once
from core.api.pagination import KeysetPagination
from core.api.selection import keep_fields
from core.api_scopes import allows, may_read_kind
from core.domain.sequence import changes_since, is_followed
from core.errors import DomainError
from core.few import Few, few_in_reach
from core.keyset import SortKey
from core.models import ApiToken, User

#: What may stand beside `changed_since`.
_WITH_CHANGES = frozenset({"changed_since", "page_size", "fields", "format"})


def _ensure_no_filters(request: Request) -> None:
    """Refuse filters and sorting beside `changed_since`.

    A record may come into a filter or leave it without a change of its own, as days pass or figures are
    computed anew; whoever followed a filtered sequence would miss it for ever.
    """
    others = sorted(set(request.query_params) - _WITH_CHANGES)
    if others:
        text = _("This cannot be combined with changed_since, which gives all changes within your reach.")
        raise DomainError("not_with_changed_since", text, fields=dict.fromkeys(others, text))


def _bare(instance: models.Model, version: int | None) -> dict[str, Any]:
    return {"id": instance.pk} | ({} if version is None else {"version": version})


def etag_of(version: int, body: Any) -> str:
    """Return the version and a digest of the body: what it shows may change without the record itself.

    Totals follow orders, names of tags follow the list of tags, and none of it is a change that
    `If-Match` should find in the way.
    """
    text = json.dumps(body, cls=JSONEncoder, sort_keys=True, ensure_ascii=False)
    return f'"{version}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"'


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
        _ensure_no_filters(request)
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

    @property
    def may_read(self) -> bool:
        """Whether the token, where one is used, covers reading this resource: writing does not include it."""
        token = self.request.auth
        return not isinstance(token, ApiToken) or allows(token.scopes, self.scope_resource, "GET")

    def may_read_kind(self, label: str) -> bool:
        """Tell whether the token, where one is used, covers reading records of another kind."""
        token = self.request.auth
        return not isinstance(token, ApiToken) or may_read_kind(token.scopes, label)

    def few(self) -> Few | None:
        """Return the rows of the list that pass the filters by their keys, where the caller reaches few."""
        found = few_in_reach(self.model, self.caller) if self.action == "list" else None
        if found is None:
            return None
        return found.filtered(lambda rows: self.filter_queryset(self.for_api(rows)))

    def for_api(self, rows: Any) -> models.QuerySet[Any]:
        """Return the rows with everything the serializer reads."""
        found: models.QuerySet[Any] = rows.for_api() if hasattr(rows, "for_api") else rows
        return found

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return one record with its ETag; 304 where `If-None-Match` holds that of the very same body."""
        response = self.answer(self.get_object())
        tag = response.headers.get("ETag")
        known = {
            one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")
        }
        if tag in known:
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": tag})
        return response

    def answer(self, instance: models.Model, status_code: int = status.HTTP_200_OK) -> Response:
        """Return the record as the serializer shows it; its number alone to a token that may only write."""
        version = getattr(instance, "version", None)
        data = self.get_serializer(instance).data if self.may_read else _bare(instance, version)
        response = Response(data, status=status_code)
        if version is not None:
            response["ETag"] = etag_of(version, response.data)
        return response

    def fresh(self, instance: models.Model) -> models.Model:
        """Return the record as the list shows it; as it is when it left the caller's reach."""
        found: models.Model = self.get_queryset().filter(pk=instance.pk).first() or instance
        return found


class ScopedViewSet(BulkMixin, ScopedReadViewSet):
    """List, retrieve, create, update, delete, all through the domain.

    Override the verbs of `core.api.verbs`. Leave a method out of `http_method_names` where the domain has
    no such verb, so that the description does not name it.
    """

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Create a record."""
        return self._created(self._create_checked(request.data))

    def _created(self, instance: models.Model) -> Response:
        response = self.answer(self.fresh(instance), status.HTTP_201_CREATED)
        basename = getattr(self, "basename", "")
        response["Location"] = self.reverse_action("detail", args=[instance.pk]) if basename else ""
        return response

    def update(self, request: Request, *args: Any, partial: bool = False, **kwargs: Any) -> Response:
        """Change a record; `If-Match` with its ETag refuses to overwrite what somebody else changed."""
        return self.answer(self.fresh(self._update_checked(self.get_object(), request.data, partial=partial)))

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change some fields of a record."""
        return self.update(request, *args, partial=True, **kwargs)

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete a record."""
        self.delete_record(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)
