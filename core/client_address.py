"""From which address a request came: of the connection itself, or as a proxy that we trust tells it."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings


def client_address(request: Any) -> str:
    """Return the address of whoever asks, or "" where there is none.

    `X-Forwarded-For` is what anybody may write, so it counts only where `TRUSTED_PROXIES` says how many
    proxies stand in front: each appends whom it heard, and the entry that many places from the end is
    the last one that a proxy of ours wrote.
    """
    connected = _readable(str(request.META.get("REMOTE_ADDR", "")))
    proxies: int = settings.TRUSTED_PROXIES
    if proxies < 1:
        return connected
    heard = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")
    told = _readable(heard[-proxies]) if len(heard) >= proxies else ""
    return told or connected


def neighbourhood(address: str) -> str:
    """Return what counts as one place: an IPv4 address, or the /64 that one IPv6 subscriber owns."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ip_network((int(found), 64), strict=False))
    return str(found)


def _readable(text: str) -> str:
    """Return the address in `text`, without port and brackets; "" where it holds none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text)
    except ValueError:
        return ""
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return str(mapped or found)[:45]
