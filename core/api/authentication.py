"""Tokens in the Authorization header."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from core.api.throttles import hold_up
from core.client_address import client_address
from core.domain.tokens import find_token
from core.models import ApiToken, User

_WORDS = {b"bearer", b"token"}


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer pn_…`, or `Token pn_…`. The request acts with the rights of the token's user."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return the user and the token; None when the header holds no token of ours."""
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() not in _WORDS:
            return None
        secret = parts[1].decode("ascii", "replace") if len(parts) == 2 else ""
        address = client_address(request) or None
        token = find_token(secret, at=timezone.now(), address=address) if secret else None
        if token is None:
            hold_up(request, None)
            raise AuthenticationFailed(_("This token is unknown, revoked or expired."), code="bad_token")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Say how to sign in; with it the answer to a stranger is 401."""
        return 'Bearer realm="api"'
