"""Search over the API: the same predicate, reach and masks as the pages."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from core.api_scopes import may_read_kind
from core.masking import note_shown
from core.models import ApiToken
from core.search.results import Found, find, revealed_by
from core.search.types import SearchType, search_types


class ResultSerializer(serializers.Serializer[Any]):
    """One record that was found."""

    type = serializers.CharField(help_text="Key of the type, such as `customer`.")
    id = serializers.IntegerField()
    title = serializers.CharField()
    subtitle = serializers.CharField(allow_blank=True)
    why = serializers.CharField(help_text="Which field matched, and how, in the language of the request.")
    url = serializers.CharField(help_text="Address of its page, without the host.")


@extend_schema_serializer(many=False)
class SearchSerializer(serializers.Serializer[Any]):
    """What was found, six of each type."""

    results = ResultSerializer(many=True)


class SearchViewSet(ViewSet):
    """Search over all types that the caller may see; a token also needs the read scope of each type."""

    asks_right_of_each_kind = True

    @extend_schema(
        operation_id="search",
        parameters=[
            OpenApiParameter("q", str, required=True, description="Words; all of them must match."),
            OpenApiParameter("type", str, description="Only records of this type, such as `customer`."),
        ],
        responses=SearchSerializer,
    )
    def list(self, request: Request) -> Response:
        """Return up to six matches of each type, best first: by name, code, telephone, pinyin or initials."""
        only = request.query_params.get("type", "")
        if only and only not in {kind.key for kind in search_types() if kind.listed}:
            raise ValidationError({"type": [_("There is no such type.")]})
        groups = find(
            request.user, request.query_params.get("q", ""), only=only, where=partial(_in_scope, request.auth)
        )
        note_shown(request, *revealed_by(groups))
        return Response({"results": [_result(found) for group in groups for found in group.found]})


def _in_scope(token: Any, kind: SearchType) -> bool:
    """Tell whether the caller may read the type: finding is reading."""
    return not isinstance(token, ApiToken) or may_read_kind(token.scopes, kind.model._meta.label_lower)


def _result(found: Found) -> dict[str, Any]:
    return {
        "type": found.kind.key,
        "id": found.row.pk,
        "title": found.title,
        "subtitle": found.subtitle,
        "why": found.why,
        "url": found.url,
    }
