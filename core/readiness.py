"""Whether the installation can do its work: each package adds the parts that it knows.

A part is a function from a moment to a Finding. Whatever it raises counts as failed, and never reaches
who asks: a probe must answer when everything else does not.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from threading import Lock, Thread
from typing import Any, TypeVar

from django.db import DatabaseError, connection
from django.utils.functional import Promise
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)
Value = TypeVar("Value")


class Condition(StrEnum):
    """How a part stands. A warning is for a person to look at; only a failure makes the whole not ready."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True)
class Finding:
    """What a part found: its condition, a sentence for people, what to do, and figures for programs."""

    condition: Condition = Condition.OK
    text: str = ""
    advice: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)


Check = Callable[[datetime], Finding]


@dataclass(frozen=True)
class Part:
    """One part: its key for programs, its name for people, and what looks after it."""

    key: str
    label: str | Promise
    check: Check
    order: int


class TooSlow(Exception):  # noqa: N818 (says what happened)
    """Something did not answer in time."""


_parts: dict[str, Part] = {}


def register_readiness(key: str, check: Check, *, label: str | Promise, order: int = 50) -> None:
    """Add a part; registering a key again replaces it."""
    _parts[key] = Part(key, label, check, order)


def parts() -> list[Part]:
    """Return every part, in order."""
    return sorted(_parts.values(), key=lambda part: part.order)


def look(at: datetime, *, only: frozenset[str] = frozenset()) -> dict[str, Finding]:
    """Look at every part now, or at those named; return key → finding, in order."""
    found: dict[str, Finding] = {}
    for part in parts():
        if only and part.key not in only:
            continue
        # Without a database the others would each wait for it once more.
        if found.get("database", Finding()).condition == Condition.FAILED and part.key in _NEEDS_DATABASE:
            found[part.key] = Finding(Condition.FAILED, _("Not known while the database does not answer."))
        else:
            found[part.key] = _look_at(part, at)
    return found


_NEEDS_DATABASE = frozenset({"migrations", "worker", "clock", "jobs", "mail", "nightly"})


def _look_at(part: Part, at: datetime) -> Finding:
    try:
        return part.check(at)
    except Exception as error:  # whatever a driver, a file system or a package can raise
        logger.warning("The part %s could not be looked at: %s", part.key, type(error).__name__)
        if isinstance(error, DatabaseError) and not connection.in_atomic_block:
            connection.close()  # the next request gets a new one instead of the broken one
        text = _("It could not be looked at (%(error)s).") % {"error": type(error).__name__}
        return Finding(Condition.FAILED, text, figures={"error": type(error).__name__})


def is_ready(found: Mapping[str, Finding]) -> bool:
    """Tell whether no part failed."""
    return all(finding.condition != Condition.FAILED for finding in found.values())


def within(seconds: float, function: Callable[[], Value]) -> Value:
    """Return what the function returns, or raise TooSlow after that time; what hangs is left behind.

    Only for functions that touch no database: connections belong to threads.
    """
    answers: list[Value] = []
    faults: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(function())
        except BaseException as error:
            faults.append(error)

    thread = Thread(target=run, daemon=True, name="readiness")
    thread.start()
    thread.join(seconds)
    if faults:
        raise faults[0]
    if not answers:
        raise TooSlow
    return answers[0]


class Kept:
    """What was found a moment ago, so that many probes cost as much as one; one thread looks at a time."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = Lock()
        self._found: dict[frozenset[str], tuple[float, dict[str, Finding]]] = {}

    def look(self, at: datetime, *, only: frozenset[str] = frozenset()) -> dict[str, Finding]:
        """Return what was found in the last seconds, or look again."""
        with self._lock:
            looked_at, found = self._found.get(only, (float("-inf"), {}))
            if time.monotonic() - looked_at >= self._seconds:
                found = look(at, only=only)
                self._found[only] = (time.monotonic(), found)
            return found

    def forget(self) -> None:
        """Look again next time."""
        with self._lock:
            self._found.clear()


kept = Kept(3)
