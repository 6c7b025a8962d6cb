"""The cookie of a browser in which somebody signed in before, so that strangers cannot lock them out.

It opens nothing: it only lets a person's own browser count its own wrong passwords.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from core.models import User

COOKIE = "perennial_device"
_SALT = "core.known-device"
_MAX_AGE = 365 * 24 * 3_600
#: A shared computer; who signed in longest ago is forgotten first.
_MOST_PEOPLE = 8
_FORM = re.compile(r"([A-Za-z0-9_-]{16,32}):(\d+(?:-\d+)*)")


@dataclass(frozen=True)
class Device:
    """A browser by its random id, and the ids of the users who signed in there."""

    key: str = ""
    users: tuple[int, ...] = ()


def device_of(request: HttpRequest) -> Device:
    """Return what the signed cookie says; an unknown device where there is none of ours."""
    text = request.get_signed_cookie(COOKIE, default="", salt=_SALT, max_age=_MAX_AGE)
    found = _FORM.fullmatch(text or "")
    if found is None:
        return Device()
    return Device(found[1], tuple(int(number) for number in found[2].split("-")))


def known_device(request: HttpRequest, user: User | None) -> str:
    """Return the id of the browser if the user signed in there before, else ""."""
    device = device_of(request)
    return device.key if user is not None and user.pk in device.users else ""


def remember_device(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Let the browser be known to the user from now on."""
    device = device_of(request)
    users = [user.pk, *(pk for pk in device.users if pk != user.pk)][:_MOST_PEOPLE]
    response.set_signed_cookie(
        COOKIE,
        f"{device.key or secrets.token_urlsafe(16)}:{'-'.join(map(str, users))}",
        salt=_SALT,
        max_age=_MAX_AGE,
        path="/accounts/",
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
    )
