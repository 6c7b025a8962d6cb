"""Names of the segments: the keys are stored here with the metrics, what they are called is known above."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.functional import Promise

Names = list[tuple[str, str | Promise]]
_sources: list[Callable[[], Names]] = []


def register_names(source: Callable[[], Names]) -> None:
    """Let `source` say which segments there are and what they are called; called when an app is ready."""
    if source not in _sources:
        _sources.append(source)


def names() -> Names:
    """Return (key, translated name) of every segment that anybody named."""
    return [pair for source in _sources for pair in source()]
