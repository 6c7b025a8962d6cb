"""What each request needs before a view sees it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from core import picklists
from core.acting import acting_as, of_request
from core.domain.sights import saw
from core.filters import PLACES
from core.models import Organisation
from core.views import probes
from core.zones import zone_named


class ProbeMiddleware:
    """Answer probes before anything else: whatever host they name, without TLS, session or language.

    A person whose browser has a session gets the same answer from the view, after all other checks.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a probe, or pass the request on."""
        if request.path_info == "/healthz":
            return probes.healthz(request)
        if request.path_info == "/readyz" and settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return probes.readyz(request)
        return self.get_response(request)


class PreferencesMiddleware:
    """Show pages in the language and the time zone that the signed-in person chose."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the person's language and zone, and leave neither behind for the next request."""
        user = request.user
        if user.is_authenticated and user.language:
            translation.activate(user.language)
            request.LANGUAGE_CODE = translation.get_language()
        with picklists.read_once():
            response = self.get_response(request)
        timezone.deactivate()
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:  # noqa: ARG002
        """Read the organisation and its zone, once a request: the shell and many pages ask for them.

        Views marked `is_light` tell no time and show no shell; they go without.
        """
        user = request.user
        if user.is_authenticated and not getattr(getattr(view, "view_class", view), "is_light", False):
            organisation = request.organisation = Organisation.load()  # type: ignore[attr-defined]
            timezone.activate(zone_named(user.time_zone or organisation.time_zone))
            picklists.note_state(organisation.picklists_state)


class SightsMiddleware:
    """Log whose sensitive fields an answer showed: templates, lists and serializers note them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, then write what has not been written today."""
        response = self.get_response(request)
        shown = getattr(request, "shown_in_clear", ())
        former = getattr(request, "former_in_clear", ())
        if (shown or former) and response.status_code < 400 and request.user.is_authenticated:
            asked = getattr(request, "list_asked", None) or _asked(request)
            saw(shown, by=request.user, former=former, asked=asked)
        return response


def _asked(request: HttpRequest) -> str:
    """Return the address with its filters, without the place in the list."""
    query = {name: values for name, values in sorted(request.GET.lists()) if name not in PLACES}
    return f"{request.path}?{urlencode(query, doseq=True)}" if query else request.path


class ActingMiddleware:
    """Let audit lines of this request say from where it came and by which session or token."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and forget the request afterwards."""
        with acting_as(of_request(request)):
            return self.get_response(request)
