"""Addresses of pages by name, for where hundreds are needed at once: rows of lists, the navigation."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.urls import get_script_prefix, get_urlconf, reverse

#: Stands in a pattern for the first key, the next number for the second; no address holds it otherwise.
_FIRST_KEY = 987_654_321_000


def address_of(name: str, *keys: int) -> str:
    """Return what `reverse` returns for numbers, by one walk through the URL table for each name."""
    urlconf = get_urlconf() or settings.ROOT_URLCONF
    return _pattern(name, len(keys), urlconf, get_script_prefix()).format(*keys)


@lru_cache(maxsize=1_000)
def _pattern(name: str, count: int, urlconf: str, _prefix: str) -> str:
    stand_ins = range(_FIRST_KEY, _FIRST_KEY + count)
    pattern = reverse(name, urlconf=urlconf, args=stand_ins)
    for place, number in enumerate(stand_ins):
        pattern = pattern.replace(str(number), f"{{{place}}}")
    return pattern
