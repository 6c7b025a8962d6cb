"""Answers to what no view answered: programs below /api/ get a problem, people a page."""

from __future__ import annotations

import logging
import sys

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views import defaults

from core.api import errors
from core.busy import WAIT, is_busy

logger = logging.getLogger(__name__)


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what Django refused to read."""
    if _is_api(request):
        is_known = isinstance(exception, SuspiciousOperation)
        return errors.problem_answer(exception if is_known else SuspiciousOperation())
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a refusal that came before any view."""
    if _is_api(request):
        return errors.problem_answer(PermissionDenied(str(exception)))
    return defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that leads nowhere."""
    if _is_api(request):
        return errors.not_found(request)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer an error that nobody foresaw; a database that is busy or away is said to be that."""
    error = sys.exc_info()[1]
    if _is_api(request):
        return errors.problem_answer(error if isinstance(error, Exception) else RuntimeError())
    if isinstance(error, OperationalError) and is_busy(error):
        return _busy(error)
    return defaults.server_error(request)


def _busy(error: OperationalError) -> HttpResponse:
    logger.warning("The database was busy or away for a page", exc_info=error)
    return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": str(WAIT)})
