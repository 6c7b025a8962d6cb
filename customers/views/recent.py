"""The customers that somebody opened last, kept in a signed cookie: no page view writes to the database."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase

RECENT_SHOWN = 8
_AGE = 60 * 24 * 3_600


def recent_ids(request: HttpRequest) -> list[int]:
    """Return the keys of the customers that this person opened last on this device, newest first."""
    text = request.get_signed_cookie("recent", default="", salt=_salt(request), max_age=_AGE)
    return [int(word) for word in str(text).split(".") if word.isdigit()][:RECENT_SHOWN]


def remember(request: HttpRequest, response: HttpResponseBase, pk: int) -> None:
    """Put a customer at the head of the list."""
    before = recent_ids(request)
    ids = [pk, *(other for other in before if other != pk)][:RECENT_SHOWN]
    if ids == before:
        return
    response.set_signed_cookie(
        "recent", ".".join(map(str, ids)), salt=_salt(request), max_age=_AGE,
        httponly=True, secure=request.is_secure(), samesite="Lax",
    )  # fmt: skip


def _salt(request: HttpRequest) -> str:
    """Another person on the same device has another list."""
    return f"customers.recent.{request.user.pk}"
