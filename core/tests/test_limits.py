"""Limits of public pages: counted together, by address, and never in the way when counting fails."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from core import counting, limits
from core.checks import rate_limits_are_known
from core.client_address import client_address, neighbourhood
from core.domain.notice_choices import unsubscribe_token
from core.limits import limit_names, parse_rate, rate_limited
from core.models import User
from core.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


# ---- addresses --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "6.6.6.6", "10.0.0.1"),
        (1, "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        (2, "6.6.6.6, 1.2.3.4, 10.9.9.9", "1.2.3.4"),
        (2, "1.2.3.4", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "1.2.3.4:5555", "1.2.3.4"),
        (1, "[2001:db8::1]:5555", "2001:db8::1"),
        (1, "::ffff:1.2.3.4", "1.2.3.4"),
        (1, "' OR 1=1", "10.0.0.1"),
    ],
)
def test_the_address_of_the_client(
    proxies: int, forwarded: str, expected: str, rf: RequestFactory, settings: Any
) -> None:
    settings.TRUSTED_PROXIES = proxies
    assert client_address(rf.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)) == expected


def test_an_ipv6_customer_has_one_network() -> None:
    assert neighbourhood("2001:db8:1:2::5") == neighbourhood("2001:db8:1:2:ffff::9")
    assert neighbourhood("2001:db8:1:2::5") != neighbourhood("2001:db8:1:3::5")
    assert neighbourhood("1.2.3.4") == "1.2.3.4"
    assert neighbourhood("nobody") == "nobody"


# ---- counting ---------------------------------------------------------------------------------------
def test_threads_count_together() -> None:
    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(lambda _: counting.count("together", 86_400)[0], range(50)))
    assert sorted(counts) == list(range(1, 51))


def test_files_of_past_stretches_are_swept(settings: Any) -> None:
    settings.REDIS_URL = ""
    with time_machine.travel("2026-11-25T10:00:01Z", tick=False):
        assert counting.count("a", 60) == (1, 59)
    with time_machine.travel("2026-11-25T10:01:30Z", tick=False):
        assert counting.count("a", 60)[0] == 1
        assert counting.sweep(Path(settings.LIMITS_DIR), 1_795_600_890.0) >= 0
        kept = list(Path(settings.LIMITS_DIR).iterdir())
        assert counting.sweep(Path(settings.LIMITS_DIR), 2_000_000_000.0) == len(kept)
    assert "10.0.0.1" not in "".join(path.name for path in kept)


def test_where_nothing_can_be_counted_nobody_is_held_up(
    settings: Any, client: Client, user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": settings.REDIS_URL,
            "OPTIONS": {"socket_connect_timeout": 1},
        }
    }
    assert counting.count("x", 60)[0] == 0
    assert client.post(reverse("password_reset"), {"email": "a@example.com"}).status_code == 302
    # The API too is more than its limit.
    assert client_of(user_in("sales")).get("/api/v1/customers/").status_code == 200


# ---- the decorator ----------------------------------------------------------------------------------
@rate_limited("some-form", "2/m")
def form(request: HttpRequest) -> HttpResponse:
    return HttpResponse("fine")


def test_the_third_in_a_minute_waits(rf: RequestFactory, settings: Any) -> None:
    with time_machine.travel("2026-11-25T10:00:20Z", tick=False):
        statuses = [form(rf.post("/", REMOTE_ADDR="1.2.3.4")).status_code for _time in range(3)]
        assert statuses == [200, 200, 429]
        refused = form(rf.post("/", REMOTE_ADDR="1.2.3.4"))
        assert refused["Retry-After"] == "40"
        assert "Try again in a minute." in refused.content.decode()
        assert form(rf.get("/", REMOTE_ADDR="1.2.3.4")).status_code == 200
        assert form(rf.post("/", REMOTE_ADDR="4.3.2.1")).status_code == 200
        settings.RATE_LIMITS = {"some-form": "off"}
        assert form(rf.post("/", REMOTE_ADDR="1.2.3.4")).status_code == 200
    settings.RATE_LIMITS = {}
    with time_machine.travel("2026-11-25T10:01:01Z", tick=False):
        assert form(rf.post("/", REMOTE_ADDR="1.2.3.4")).status_code == 200


def test_programs_and_fragments_get_their_own_answer(rf: RequestFactory) -> None:
    toast = limits.too_many(rf.post("/", headers={"HX-Request": "true"}), 5)
    assert "toast" in toast["HX-Trigger"]
    problem = limits.too_many(rf.post("/api/v1/x/"), 5)
    assert problem["Content-Type"] == "application/problem+json"
    assert limits.waiting_text(3_600) == "Try again in 60 minutes."
    assert limits.waiting_text(86_000) == "Try again in 24 hours."


def test_a_limit_that_nothing_counts_fails_the_check(settings: Any) -> None:
    settings.RATE_LIMITS = {"unsubscribe": "60/m", "password-reset": "off"}
    assert [(one.id, one.msg) for one in rate_limits_are_known()] == [
        ("core.E003", "RATE_LIMITS: there is no limit 'password-reset'.")
    ]


def test_every_limit_is_in_the_handbook(settings: Any) -> None:
    rate_limits_are_known()  # loads the views
    table = (settings.BASE_DIR / "docs" / "operations.md").read_text().partition("## Limits")[2]
    named = set(re.findall(r"^\|.*\| `([a-z-]+)` \|$", table, re.MULTILINE))
    # Tests decorate views of their own.
    assert named == {name for name in limit_names() if name != "some-form"}


@pytest.mark.parametrize("text", ["10", "0/m", "-1/m", "10/x", "ten/m", ""])
def test_a_slip_in_a_rate_is_found_at_once(text: str) -> None:
    with pytest.raises(ValueError, match="is no rate"):
        parse_rate(text)


# ---- the public pages -------------------------------------------------------------------------------
def test_links_with_secrets_are_not_guessed_at_speed(client: Client) -> None:
    for url in (
        reverse("password_reset_confirm", args=["MQ", "abc-def"]),
        reverse("core:unsubscribe", args=["nonsense"]),
    ):
        statuses = [client.get(url).status_code for _time in range(35)]
        assert statuses[0] in {200, 404}
        assert statuses[-1] == 429, url


def test_an_honest_link_still_works(client: Client) -> None:
    token = unsubscribe_token(UserFactory(email="li@example.com"), "core.mention")
    assert client.post(reverse("core:unsubscribe", args=[token])).status_code == 200
