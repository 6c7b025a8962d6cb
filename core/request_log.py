"""One line for each request: what, by whom, how it ended, how long it took. Never what was asked for."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject, empty

from core.acting import request_id_of
from core.logs import about, address_of

logger = logging.getLogger("perennial.access")


class Counter:
    """Counts the queries of a request."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Callable[..., Any], *args: Any) -> Any:
        """Count one, and let it run."""
        self.count += 1
        return execute(*args)


class RequestLogMiddleware:
    """Give each request its number, tell it in the answer and in every line, and log how it ended."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer and log."""
        number = request_id_of(request)
        if request.path_info.startswith(settings.STATIC_URL):
            return self.get_response(request)
        start, queries = time.perf_counter(), Counter()
        with about(request_id=number), connection.execute_wrapper(queries):
            response = self.get_response(request)
            _log(request, response, time.perf_counter() - start, queries.count)
        response["X-Request-ID"] = number
        return response


def _log(request: HttpRequest, response: HttpResponse, seconds: float, queries: int) -> None:
    status = response.status_code
    if not logger.isEnabledFor(logging.INFO):
        return
    path = address_of(request)
    match = request.resolver_match
    facts = {
        "method": request.method,
        "path": path,
        "view": match.view_name if match else None,
        "status": status,
        "ms": round(seconds * 1000),
        "queries": queries,
        "user": _user_id(request),
        "htmx": True if request.headers.get("HX-Request") else None,
    }
    slow = seconds >= settings.SLOW_REQUEST_SECONDS
    level = logging.ERROR if status >= 500 else logging.WARNING if slow else logging.INFO
    logger.log(level, "%s %s %s", request.method, path, status, extra={"facts": facts})


def _user_id(request: HttpRequest) -> int | None:
    """Return the number of who asked, if that is known already: a line is not worth a query."""
    user = request.__dict__.get("user")
    if isinstance(user, SimpleLazyObject) and user.__dict__.get("_wrapped") is empty:
        return None
    return getattr(user, "pk", None)
