"""What load balancers and watchers ask: is the process alive, and can the installation do its work?"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.access import can
from core.models import Organisation
from core.readiness import Finding, is_ready, kept, parts


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Say that this process answers. Asks neither the database nor anything else."""
    return _uncached(HttpResponse("ok\n", content_type="text/plain; charset=utf-8"))


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Say how each part stands: 200 when none failed, else 503.

    `?only=database,migrations` asks for these parts alone: a load balancer that must not take the pages
    away because a worker is down asks so. Unknown names are refused, or a slip would watch nothing.
    """
    only = frozenset(filter(None, request.GET.get("only", "").split(",")))
    if only - {part.key for part in parts()}:
        return _uncached(JsonResponse({"status": "unknown part"}, status=400))
    found = kept.look(timezone.now(), only=only)
    ready = is_ready(found)
    body = {
        "status": "ready" if ready else "not ready",
        "parts": _figures(found) if may_see_figures(request) else _states(found),
    }
    return _uncached(JsonResponse(body, status=200 if ready else 503))


def may_see_figures(request: HttpRequest) -> bool:
    """Tell whether who asks is an administrator or holds the token of the watchers."""
    kind, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if settings.HEALTH_TOKEN and kind.lower() == "bearer":
        return hmac.compare_digest(secret.strip().encode(), settings.HEALTH_TOKEN.encode())
    user = getattr(request, "user", None)
    return user is not None and can(user, "change", Organisation)


def _states(found: Mapping[str, Finding]) -> dict[str, Any]:
    return {key: finding.condition.value for key, finding in found.items()}


def _figures(found: Mapping[str, Finding]) -> dict[str, Any]:
    return {key: {"state": finding.condition.value, **finding.figures} for key, finding in found.items()}


def _uncached(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
