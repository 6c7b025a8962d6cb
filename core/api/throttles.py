"""How often one token, person or address may call: a limit, not an account."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from core.client_address import client_address, neighbourhood
from core.counting import count
from core.models import ApiToken

_WINDOW = 60
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def hold_up(request: Request, who: str | None) -> None:
    """Count a request that was refused before the usual limit; refuse with 429 who goes on and on.

    `who` is what the limit counts, None the address: who shows no valid token may be anybody.
    """
    counted, left = count(f"api:refused:{who or _address_of(request)}", _WINDOW)
    if counted > settings.API_REFUSALS_A_MINUTE:
        raise Throttled(wait=left)


def _address_of(request: Request) -> str:
    return f"address-{neighbourhood(client_address(request))}"


def who_asks(request: Request) -> str:
    """Return what a limit counts: the token, the person, or the address of a stranger."""
    if isinstance(request.auth, ApiToken):
        return f"token-{request.auth.pk}"
    if request.user is not None and request.user.is_authenticated:
        return f"user-{request.user.pk}"
    return _address_of(request)


class RateThrottle(BaseThrottle):
    """So many requests a minute, reading and writing apart (`API_READS_A_MINUTE`, `API_WRITES_A_MINUTE`).

    Counted by all processes together, by minute. Where counting fails nobody is held up: the API is more than
    its limit.
    """

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count the request and tell whether it is still within the limit."""
        is_read = request.method in _SAFE
        limit = settings.API_READS_A_MINUTE if is_read else settings.API_WRITES_A_MINUTE
        key = f"api:{who_asks(request)}:{'r' if is_read else 'w'}"
        counted, self.left = count(key, _WINDOW)
        request._request.api_rate = (limit, max(limit - counted, 0), self.left)  # type: ignore[attr-defined]
        return bool(counted <= limit)

    def wait(self) -> float:
        """Return the seconds until the next minute."""
        return self.left
