"""How often one address may ask for a page that is open to everybody.

    @rate_limited("public-form", "10/m")
    def form(request): …

    @method_decorator(rate_limited("public-form", "10/m"), name="dispatch")
    class Form(View): …

An installation changes a limit, or lifts it, with `RATE_LIMITS=public-form=30/m,unsubscribe=off`.
"""

from __future__ import annotations

import functools
import json
import logging
import math
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.client_address import client_address, neighbourhood
from core.counting import count

logger = logging.getLogger(__name__)
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_EVERY_METHOD = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
_names: set[str] = set()
View = Callable[..., HttpResponseBase]


def parse_rate(text: str) -> tuple[int, int] | None:
    """Return (times, seconds) of "10/m"; None for "off". Anything else is a mistake and raises ValueError."""
    if text == "off":
        return None
    times, _slash, unit = text.partition("/")
    if not (times.isascii() and times.isdigit() and int(times) > 0 and unit in _SECONDS):
        raise ValueError(f"{text!r} is no rate: write 10/s, 10/m, 10/h, 10/d or off")
    return int(times), _SECONDS[unit]


def register_limits(*names: str) -> None:
    """Make limits known that are counted without `rate_limited`; a name in the settings must be known."""
    _names.update(names)


def limit_names() -> frozenset[str]:
    """Return the limits that there are, once the views are loaded."""
    return frozenset(_names)


def by_address(request: HttpRequest) -> str:
    """Count each address for itself; of IPv6 each network that one customer has."""
    return neighbourhood(client_address(request))


def rate_limited(
    name: str,
    rate: str,
    *,
    methods: frozenset[str] = frozenset({"POST"}),
    by: Callable[[HttpRequest], str] = by_address,
) -> Callable[[View], View]:
    """Answer 429 with Retry-After to whoever asks too often; `by` says what counts as one and the same.

    Where `by` says nothing, nothing is counted. `methods` are those that count; an empty set means all.
    """
    parse_rate(rate)  # a slip is found when the module is loaded
    register_limits(name)
    counted = methods or _EVERY_METHOD

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            wait = seconds_to_wait(name, rate, by(request)) if request.method in counted else 0
            return too_many(request, wait) if wait else view(request, *args, **kwargs)

        return limited

    return decorate


def seconds_to_wait(name: str, rate: str, who: str) -> int:
    """Count one, and return 0 while it is within the limit, else the seconds until it is again."""
    limit = parse_rate(settings.RATE_LIMITS.get(name, rate))
    if limit is None or not who:
        return 0
    times, seconds = limit
    counted, left = count(f"{name}:{who}", seconds)
    if counted <= times:
        return 0
    if counted == times + 1:  # once a stretch: a flood must not flood the log
        logger.warning("The limit %s was reached.", name, extra={"facts": {"limit": name, "rate": rate}})
    return max(math.ceil(left), 1)


def too_many(request: HttpRequest, wait: int) -> HttpResponse:
    """Say when to come back: as a page, to htmx as a toast, to programs as a problem."""
    text = waiting_text(wait)
    if request.path.startswith("/api/"):
        from core.api.errors import CONTENT_TYPE, problem

        response: HttpResponse = JsonResponse(
            problem(429, "throttled", text), status=429, content_type=CONTENT_TYPE
        )
    elif request.headers.get("HX-Request") and not request.headers.get("HX-Boosted"):
        response = HttpResponse(status=429)
        response["HX-Reswap"] = "none"
        response["HX-Trigger"] = json.dumps({"toast": {"text": text, "kind": "error"}})
    else:
        response = render(request, "429.html", {"text": text}, status=429)
    response["Retry-After"] = str(wait)
    response["Cache-Control"] = "no-store"
    return response


def waiting_text(wait: int) -> str:
    """Return when to try again, in minutes that nobody has to count."""
    minutes = math.ceil(wait / 60)
    if minutes > 90:
        hours = math.ceil(minutes / 60)
        return ngettext("Try again in %(n)d hour.", "Try again in %(n)d hours.", hours) % {"n": hours}
    if minutes <= 1:
        return _("Try again in a minute.")
    return ngettext("Try again in %(n)d minute.", "Try again in %(n)d minutes.", minutes) % {"n": minutes}
