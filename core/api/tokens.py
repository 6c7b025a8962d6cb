"""API tokens over the API: which there are, and an end to one that got into wrong hands."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.viewsets import ScopedReadViewSet
from core.choices import TokenState
from core.domain.tokens import revoke_token
from core.models import ApiToken
from core.token_filters import TokenFilterSet
from core.token_list import TOKEN_SORTS, TOKENS


class ApiTokenSerializer(serializers.ModelSerializer[ApiToken]):
    """A token without its secret, which is stored nowhere; `prefix` is how it begins."""

    user_name = serializers.CharField(source="user.full_name", read_only=True)
    state = serializers.ChoiceField(choices=TokenState.choices, read_only=True)
    scopes = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = ApiToken
        fields = (
            "id", "name", "prefix", "user", "user_name", "scopes", "state", "created_at", "expires_at",
            "last_used_at", "last_used_from", "revoked_at",
        )  # fmt: skip
        read_only_fields = fields


class ApiTokenViewSet(ScopedReadViewSet):
    """API tokens: the caller's own, an administrator's all. New ones are made on a page, by a person."""

    model = ApiToken
    serializer_class = ApiTokenSerializer
    filterset_class = TokenFilterSet
    sort_keys = TOKEN_SORTS
    default_sort = TOKENS.default_sort
    action_rights = {"revoke": "delete"}

    def for_api(self, rows: Any) -> Any:
        """Tokens with their holder and what has become of them."""
        return rows.for_list()

    @extend_schema(request=None, responses=ApiTokenSerializer)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: int) -> Response:
        """Make the token useless from now on, which cannot be taken back; a second time answers 409."""
        token = self.get_object()
        revoke_token(token, by=self.caller, at=timezone.now())
        return self.answer(self.fresh(token))
