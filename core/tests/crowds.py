"""Many threads that do something at the same moment, each with a connection of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connections

from core.errors import DomainError


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Make the calls together and return what each gave; a refusal of the domain is its code."""
    start = Barrier(len(calls))

    def make(call: Callable[[], Any]) -> Any:
        try:
            start.wait(20)
            return call()
        except DomainError as error:
            return error.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as crowd:
        return list(crowd.map(make, calls))


def crowd(act: Callable[[int], Any], size: int) -> list[Any]:
    """Let so many threads do the same thing, each with its number."""
    return at_once([lambda number=number: act(number) for number in range(size)])  # type: ignore[misc]
