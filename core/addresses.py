"""Where a request comes from: behind proxies only as far as they are trusted."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address
from typing import Any

from django.conf import settings


def client_address(request: Any) -> str:
    """Return the address of the client: the socket's, or what the last trusted proxy was told.

    `TRUSTED_PROXIES` says how many proxies stand before the product, each of which adds who called it to
    X-Forwarded-For. What stands farther left was sent by the client and may be a lie.
    """
    direct = str(request.META.get("REMOTE_ADDR", ""))
    if settings.TRUSTED_PROXIES < 1:
        return _tidy(direct) or direct[:45]
    said = [part.strip() for part in str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")]
    place = len(said) - settings.TRUSTED_PROXIES
    return (_tidy(said[place]) if place >= 0 else "") or _tidy(direct) or direct[:45]


def network_of(address: str) -> str:
    """Return what limits count by: an IPv4 address, or the /64 that one IPv6 customer has to himself."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return found.exploded[:19]
    return str(found)


def _tidy(text: str) -> str:
    """Return the address in its usual spelling; nothing where it is none. Some proxies add the port."""
    bare = text.strip().partition("]")[0].lstrip("[") if text.strip().startswith("[") else text.strip()
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ip_address(bare)
    except ValueError:
        return ""
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return str(mapped or found)
