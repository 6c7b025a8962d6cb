"""Noting where somebody is signed in: with the sign-in itself, then every few minutes with a page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from core.browsers import browser_name
from core.client_address import client_address
from core.domain.sessions import SEEN_EVERY, note_session

#: Written into the session, so that most requests need not ask the table.
_NOTED = "noted"


def note_here(request: HttpRequest, user: Any) -> None:
    """Note the session of the request, unless that was done under its present key minutes ago."""
    session, now = request.session, timezone.now()
    if not session.session_key:
        session.save()
    key, noted = str(session.session_key), session.get(_NOTED, {})
    recently = now.timestamp() - noted.get("at", 0) < SEEN_EVERY.total_seconds()
    if noted.get("key") == key and recently:
        return
    note_session(
        user,
        key=key,
        former_key=noted.get("key", ""),
        browser=browser_name(request.headers.get("User-Agent", "")),
        address=client_address(request),
        at=now,
    )
    session[_NOTED] = {"key": key, "at": int(now.timestamp())}
