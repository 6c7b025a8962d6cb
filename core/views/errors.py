"""Answers to addresses that lead nowhere."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views import defaults

from core.api import errors


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer programs below /api/ with a problem, people with a page."""
    if request.path.startswith("/api/"):
        return errors.not_found(request)
    return defaults.page_not_found(request, exception)
