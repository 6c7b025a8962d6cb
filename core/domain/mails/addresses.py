"""Addresses in mails: absolute ones of our pages, and the names of the mails themselves.

They come from the settings and never from a request, whose Host header anybody may write.
"""

from __future__ import annotations

from email.utils import make_msgid
from urllib.parse import urlsplit

from django.conf import settings


def absolute(path: str) -> str:
    """Return the whole address of one of our pages."""
    return f"{settings.SITE_URL.rstrip('/')}/{path.lstrip('/')}"


def new_message_id() -> str:
    """Return a name for a mail that no other has."""
    return make_msgid(domain=urlsplit(settings.SITE_URL).hostname or "localhost")
