"""Leaves that pages draw again and again, kept by what they were given and the language in force."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar

from django.utils.safestring import SafeData
from django.utils.translation import get_language

Drawn = TypeVar("Drawn", bound=Callable[..., Any])

#: More than pages have different chips and icons in three languages.
MOST_KEPT = 2_000


def kept(draw: Drawn) -> Drawn:
    """Draw each combination of values once for each language.

    For leaves whose result hangs on their arguments and the language alone. Arguments become plain text
    or stay numbers, so that a lazy translation is kept by what it says.
    """

    @lru_cache(maxsize=MOST_KEPT)
    def of(_language: str | None, args: tuple[Any, ...], kwargs: tuple[tuple[str, Any], ...]) -> Any:
        return draw(*args, **dict(kwargs))

    @wraps(draw)
    def drawn(*args: Any, **kwargs: Any) -> Any:
        if any(isinstance(value, SafeData) for value in (*args, *kwargs.values())):
            # Equal to the same text typed by a stranger, and yet not to be escaped: never kept under one key.
            return draw(*args, **kwargs)
        plain = tuple(_plain(arg) for arg in args)
        named = tuple((key, _plain(value)) for key, value in sorted(kwargs.items()))
        return of(get_language(), plain, named)

    return drawn  # type: ignore[return-value]


def _plain(value: Any) -> Any:
    # An empty value keeps its kind: None and "" are drawn alike, but 0 is not.
    return value if value is None or isinstance(value, bool | int | float) else str(value)
