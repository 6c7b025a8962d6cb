"""What each request of a signed-in person is held to: a session that may go on, and a second factor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.api.errors import CONTENT_TYPE, problem
from core.domain.second_factor import has_factor, needs_factor
from core.models import Organisation
from core.session_marks import is_too_old
from core.session_notes import note_here
from core.views.base import go_to


class SessionsMiddleware:
    """Note where people are signed in, and sign out who has been for too long."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and note the session afterwards: signing in happens while answering."""
        if SESSION_KEY in request.session and is_too_old(request.session, timezone.now()):
            logout(request)
        response = self.get_response(request)
        # What a page asks for by itself is nobody's looking at it; signing in has noted the session.
        by_itself = getattr(request, "is_light", False) or request.path.startswith("/api/")
        if not by_itself and _is_own_session(request):
            note_here(request, request.user)
        return response


def _is_own_session(request: HttpRequest) -> bool:
    """Tell whether the session is the person's: the API answers tokens of others in the same browser."""
    user: Any = request.user  # the API makes it None where it refuses
    return user is not None and user.is_authenticated and request.session.get(SESSION_KEY) == str(user.pk)


class SecondFactorMiddleware:
    """Lead who lacks a second factor that the organisation asks for to setting one up, and nowhere else."""

    #: What such a person may still open.
    OPEN = frozenset(
        {"core:factor-set-up", "core:preferences", "core:notification-count", "logout", "set_language"}
    )

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; the question is asked once the address is known."""
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Any,
        args: Any,  # noqa: ARG002
        kwargs: Any,  # noqa: ARG002
    ) -> HttpResponse | None:
        """Stand in the way of every page but a few. Tokens are not asked: they are not signed in."""
        user: Any = request.user
        request.is_light = getattr(getattr(view, "view_class", view), "is_light", False)  # type: ignore[attr-defined]
        where = request.resolver_match.view_name if request.resolver_match else ""
        if not user.is_authenticated or where in self.OPEN:
            return None
        organisation = getattr(request, "organisation", None) or Organisation.load()
        if not needs_factor(user, organisation.second_factor) or has_factor(user):
            return None
        if request.path.startswith("/api/"):
            text = _("Set up a second factor first: your organisation asks for one.")
            body = problem(403, "second_factor_required", text)
            return JsonResponse(body, status=403, content_type=CONTENT_TYPE)
        return go_to(request, reverse("core:factor-set-up"))


class SafetyHeadersMiddleware:
    """What browsers must not do with our pages: keep them, embed them, or use a camera for them."""

    _POLICY = ", ".join(
        f"{name}=()"
        for name in (
            "accelerometer",
            "camera",
            "display-capture",
            "geolocation",
            "gyroscope",
            "magnetometer",
            "microphone",
            "midi",
            "payment",
            "usb",
        )
    )

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the headers that are not there yet."""
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", self._POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        # A view that says how long its answer may be kept knows why.
        is_ours = SESSION_KEY in request.session or "Authorization" in request.headers
        if is_ours and "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "private, no-store"
        return response
