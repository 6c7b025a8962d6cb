"""Keyset paging of API lists, with the cursors of `core.keyset`."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from core.domain.sequence import is_followed
from core.filters import LIST_PARAMETERS
from core.keyset import KeysetPage, SortKey, fingerprint, paginate
from core.views.lists import read_sort

DEFAULT_SORT_KEYS = {"id": SortKey("pk", gettext_lazy("Number"))}


class KeysetPagination(BasePagination):
    """Answers `{results, next, previous}`; `next` and `previous` are whole addresses or null."""

    page_size = 50
    max_page_size = 200
    #: The endpoint whose answers are being described.
    described: Any = None

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """Return the rows of the page that the parameters ask for."""
        keys = getattr(view, "sort_keys", None) or DEFAULT_SORT_KEYS
        default = getattr(view, "default_sort", None) or next(iter(keys))
        key, descending, name = read_sort(request.query_params.get("sort", ""), keys, default)
        self.request = request
        self.keyset_page: KeysetPage = paginate(
            queryset,
            sort=key,
            descending=descending,
            cursor=request.query_params.get("cursor"),
            page_size=self.size_of(request),
            fingerprint=fingerprint(request.user.pk, request.path, self._filters(request), name),
            count=request.query_params.get("count") == "1",
            few=view.few() if hasattr(view, "few") else None,
        )
        return self.keyset_page.rows

    def size_of(self, request: Request) -> int:
        """Return how many rows a page has; refuse what is no number within the bounds."""
        asked = request.query_params.get("page_size", "")
        if not asked:
            return self.page_size
        is_number = asked.isascii() and asked.isdigit() and len(asked) <= 9
        if not (is_number and 1 <= int(asked) <= self.max_page_size):
            text = _("A whole number from 1 to %(most)s.") % {"most": self.max_page_size}
            raise ValidationError({"page_size": [text]})
        return int(asked)

    def _filters(self, request: Request) -> list[tuple[str, list[str]]]:
        lists = request.query_params.lists()
        return sorted((name, values) for name, values in lists if name not in LIST_PARAMETERS)

    def _address(self, cursor: str | None) -> str | None:
        if cursor is None:
            return None
        query = self.request.query_params.copy()
        query.pop("count", None)
        query["cursor"] = cursor
        return str(self.request.build_absolute_uri(f"{self.request.path}?{urlencode(list(_pairs(query)))}"))

    def get_paginated_response(self, data: Any) -> Response:
        """Wrap the rows; `count` is there only when `count=1` asked for it."""
        page = self.keyset_page
        body = {
            "results": data,
            "next": self._address(page.next_cursor),
            "previous": self._address(page.previous_cursor),
        }
        return Response(body if page.count is None else {"count": page.count, **body})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe the answer for OpenAPI."""
        address = {"type": "string", "format": "uri", "nullable": True}
        followed = _is_followed(self.described)
        text = "A page of a list; with `changed_since` the changes after a place."
        return {
            "type": "object",
            "description": text if followed else "A page of a list.",
            "required": ["results"],
            "properties": {
                "results": schema,
                "next": {**address, "description": "The page after this one; null on the last."},
                "previous": {**address, "description": "The page before this one; null on the first."},
                "count": {"type": "integer", "description": "All rows; only with `count=1`."},
                **(_CHANGES if followed else {}),
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Describe the parameters for OpenAPI."""
        keys = list(getattr(view, "sort_keys", None) or DEFAULT_SORT_KEYS)
        size = {"type": "integer", "minimum": 1, "maximum": self.max_page_size}
        found = [
            _parameter("cursor", {"type": "string"}, "Place in the list, from `next` or `previous`."),
            _parameter("page_size", size, "Rows a page."),
            _parameter(
                "sort",
                {"type": "string", "enum": [*keys, *(f"-{key}" for key in keys)]},
                "Sort key; a leading minus turns the order. Empty values come last either way.",
            ),
            _parameter("count", {"type": "string", "enum": ["1"]}, "Count all rows as well; may be slow."),
            _parameter("fields", {"type": "string"}, "Only these fields, such as `id,name,totals.orders`."),
            _parameter("view", {"type": "integer"}, "Filter as this saved view does."),
        ]
        if _is_followed(view):
            found.append(_CHANGED_SINCE)
        return found


def _is_followed(view: Any) -> bool:
    model = getattr(view, "model", None)
    return model is not None and is_followed(model)


def _pairs(query: Any) -> Any:
    for name, values in query.lists():
        for value in values:
            yield name, value


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


_CHANGED_SINCE = _parameter(
    "changed_since",
    {"type": "integer", "minimum": 0},
    "Records that changed after this place in the sequence, in its order, with `tombstones`, `next_since` and"
    " `has_more` in place of `next` and `previous`. Begin with 0. Not together with filters or `sort`.",
)
_CHANGES: dict[str, Any] = {
    "tombstones": {
        "type": "array",
        "description": "Records that are gone; only with `changed_since`.",
        "items": {
            "type": "object",
            "required": ["id", "seq"],
            "properties": {"id": {"type": "integer"}, "seq": {"type": "integer"}},
        },
    },
    "next_since": {"type": "integer", "description": "Where to go on; only with `changed_since`."},
    "has_more": {"type": "boolean", "description": "Whether to go on at once; only with `changed_since`."},
}
