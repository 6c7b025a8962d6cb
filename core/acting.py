"""How whoever acts came in: by a page, the API, an import, a job or a command, and from which address.

A request or a job sets it once; nothing is computed until an audit line asks.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.conf import settings

from core.choices import Via
from core.client_address import client_address

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,40}")


@dataclass(frozen=True)
class Acting:
    """What an audit line says of its surroundings; `origin` is the record that the work belongs to."""

    via: str = Via.COMMAND.value
    address: str = ""
    credential: str = ""
    request_id: str = ""
    origin_type: str = ""
    origin_id: int | None = None


_current: ContextVar[Callable[[], Acting] | None] = ContextVar("acting", default=None)


def acting() -> Acting:
    """Return the surroundings of the work that is being done; outside of requests and jobs a command."""
    read = _current.get()
    return read() if read is not None else Acting()


@contextmanager
def acting_as(read: Callable[[], Acting]) -> Iterator[None]:
    """Let `acting` answer what `read` says when it is asked."""
    reset = _current.set(read)
    try:
        yield
    finally:
        _current.reset(reset)


def of_request(request: Any) -> Callable[[], Acting]:
    """Return the reader for a request: its token or session are known only once a view has asked."""

    def read() -> Acting:
        return Acting(
            via=(Via.API if request.path.startswith("/api/") else Via.PAGE).value,
            address=client_address(request),
            credential=_credential(request),
            request_id=request_id_of(request),
        )

    return read


def of_job(job: Any) -> Callable[[], Acting]:
    """Return the reader for a job; the work of an import is said to be the import's."""
    run = job.payload.get("run_id") if job.task.endswith("_import") else None
    found = (
        Acting(via=Via.IMPORT.value, origin_type="core.importrun", origin_id=run)
        if isinstance(run, int)
        else Acting(via=Via.JOB.value, origin_type="core.job", origin_id=job.pk)
    )
    return lambda: found


def _credential(request: Any) -> str:
    """Name the token or the session without giving away either."""
    prefix = getattr(getattr(request, "auth", None), "prefix", "")
    if prefix:
        return f"token {prefix}"
    key = getattr(getattr(request, "session", None), "session_key", None)
    return f"session {session_mark(key)}" if key else ""


def session_mark(key: str) -> str:
    """Return a short mark by which lines of one session are told from those of another."""
    return hashlib.sha256(f"session:{key}".encode()).hexdigest()[:10]


def request_id_of(request: Any) -> str:
    """Return the number of a request: the one that a proxy of ours gave it, if sane, else one of our own.

    Without a proxy that we trust anybody could choose it, and make lines of the log look like another's.
    """
    known: str | None = getattr(request, "request_id", None)
    if known is None:
        given = str(request.META.get("HTTP_X_REQUEST_ID", "")) if settings.TRUSTED_PROXIES else ""
        known = request.request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex[:16]
    return known
