"""Signing in: guessing is slow, nobody is locked out by a stranger, and nothing tells who exists."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory
from django.urls import reverse

from core.choices import AuditAction
from core.client_address import client_address, neighbourhood
from core.domain.sign_in_guard import (
    FREE,
    WAITS,
    TooManyAttempts,
    count_attempt,
    forget_attempts,
    forgive,
    password_counters,
)
from core.forms_sign_in import SignInForm
from core.known_device import COOKIE
from core.models import AuditEntry, SignInGuard, User
from core.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
PASSWORD = "kx93-mulberry-lane"


@pytest.fixture
def chen() -> User:
    user: User = UserFactory(username="chen")
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(
    name: str = "chen", password: str = "wrong", *, client: Client | None = None, address: str = "10.0.0.1"
) -> Any:
    data = {"username": name, "password": password}
    return (client or Client()).post(reverse("login"), data, REMOTE_ADDR=address)


def fail(times: int, **kwargs: Any) -> Any:
    return [sign_in(**kwargs) for _time in range(times)][-1]


def is_signed_in(response: Any) -> bool:
    return bool(response.status_code == 302 and response["Location"] == reverse("core:home"))


def test_a_right_password_signs_in(chen: User) -> None:
    assert is_signed_in(sign_in(password=PASSWORD))
    assert is_signed_in(sign_in("CHEN", PASSWORD))


def test_services_are_refused_by_the_form() -> None:
    with pytest.raises(ValidationError) as refused:
        SignInForm().confirm_login_allowed(User(username="erp", is_service=True))
    assert refused.value.code == "invalid_login"


def test_after_five_failures_even_the_right_password_waits(chen: User) -> None:
    with time_machine.travel(NOW, tick=False):
        fail(FREE - 1)
        last = sign_in()
        assert last.status_code == 429
        assert "Try again in 1 minute." in last.content.decode()
        refused = sign_in(password=PASSWORD)
        assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    with time_machine.travel(NOW + timedelta(seconds=61), tick=False):
        assert is_signed_in(sign_in(password=PASSWORD))


def test_waiting_times_grow_and_begin_anew_after_a_success(chen: User) -> None:
    at, counters = NOW, password_counters("chen", address="10.0.0.1")
    for _time in range(FREE - 1):
        assert count_attempt(counters, at=at).locked_until is None
    for wait in (*WAITS, WAITS[-1]):
        attempt = count_attempt(counters, at=at)
        assert attempt.locked_until == at + wait
        with pytest.raises(TooManyAttempts):
            count_attempt(counters, at=at + wait - timedelta(seconds=1))
        at += wait
    right = count_attempt(counters, at=at)
    forgive(right)
    assert count_attempt(counters, at=at).locked_until is None


def test_another_address_is_not_locked(chen: User) -> None:
    fail(FREE + 1)
    assert is_signed_in(sign_in(password=PASSWORD, address="10.0.0.2"))


def test_a_browser_that_signed_in_before_is_not_locked_at_the_attackers_address(chen: User) -> None:
    known = Client()
    assert is_signed_in(sign_in(password=PASSWORD, client=known))
    known.post(reverse("logout"))
    fail(FREE + 1)
    assert sign_in(password=PASSWORD).status_code == 429
    assert is_signed_in(sign_in(password=PASSWORD, client=known))


def test_a_known_browser_counts_its_own_failures(chen: User) -> None:
    known = Client()
    sign_in(password=PASSWORD, client=known)
    known.post(reverse("logout"))
    assert fail(FREE, client=known).status_code == 429
    assert is_signed_in(sign_in(password=PASSWORD))


def test_a_known_browser_is_known_to_its_own_users_only(chen: User) -> None:
    UserFactory(username="zhou")
    known = Client()
    sign_in(password=PASSWORD, client=known)
    known.post(reverse("logout"))
    fail(FREE, name="zhou")
    assert sign_in("zhou", client=known).status_code == 429


def test_a_forged_device_cookie_is_worth_nothing(chen: User) -> None:
    forger = Client()
    forger.cookies[COOKIE] = f"abcdefghijklmnop:{chen.pk}:forged"
    fail(FREE)
    assert sign_in(password=PASSWORD, client=forger).status_code == 429


def test_unknown_names_read_the_same_words_and_wait_the_same(chen: User) -> None:
    with time_machine.travel(NOW, tick=False):
        known, unknown = ([sign_in(name) for _time in range(FREE + 1)] for name in ("chen", "nobody"))
    shown = [
        [(answer.status_code, [str(error) for error in answer.context["form"].non_field_errors()])]
        for answers in (known, unknown)
        for answer in answers
    ]
    assert shown[: FREE + 1] == shown[FREE + 1 :]


def test_one_address_trying_many_names_waits(chen: User, settings: Any) -> None:
    settings.SIGN_IN_ADDRESS_FAILURES = 8
    with time_machine.travel(NOW, tick=False):
        answers = [sign_in(f"name{number}") for number in range(9)]
        assert [answer.status_code for answer in answers] == [200] * 7 + [429] * 2
        assert sign_in(password=PASSWORD).status_code == 429
        assert is_signed_in(sign_in(password=PASSWORD, address="10.0.0.2"))


def test_one_success_does_not_forgive_the_address(chen: User, settings: Any) -> None:
    settings.SIGN_IN_ADDRESS_FAILURES = 3
    with time_machine.travel(NOW, tick=False):
        fail(2, name="nobody")
        assert is_signed_in(sign_in(password=PASSWORD))
        assert sign_in("another").status_code == 429


def test_lines_tell_of_failures_and_of_the_lock(chen: User) -> None:
    fail(FREE + 3)
    actions = list(AuditEntry.objects.about(chen).values_list("action", flat=True))
    assert actions.count(AuditAction.SIGN_IN_FAILED) == FREE
    assert actions.count(AuditAction.SIGN_IN_LOCKED) == 1
    assert "10.0.0.1" in AuditEntry.objects.filter(action=AuditAction.SIGN_IN_LOCKED).get().note


def test_what_was_typed_is_not_stored() -> None:
    sign_in("my-secret-password")
    assert "my-secret-password" not in str(list(SignInGuard.objects.values()))
    assert "my-secret-password" not in str(list(AuditEntry.objects.values()))


def test_old_counters_are_swept() -> None:
    counters = password_counters("chen", address="10.0.0.1")
    count_attempt(counters, at=NOW)
    assert forget_attempts(at=NOW + timedelta(hours=23)) == 0
    assert forget_attempts(at=NOW + timedelta(hours=25)) == 2
    assert not SignInGuard.objects.exists()


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "1.1.1.1", "10.0.0.9"),
        (1, "6.6.6.6, 1.1.1.1", "1.1.1.1"),
        (2, "6.6.6.6, 1.1.1.1, 2.2.2.2", "1.1.1.1"),
        (2, "1.1.1.1", "10.0.0.9"),
        (1, "", "10.0.0.9"),
        (1, "nonsense", "10.0.0.9"),
        (1, "1.1.1.1:4711", "1.1.1.1"),
        (1, "[2001:db8::1]:4711", "2001:db8::1"),
    ],
)
def test_the_address_is_believed_from_our_own_proxies_only(
    proxies: int, forwarded: str, address: str, settings: Any
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.9", HTTP_X_FORWARDED_FOR=forwarded)
    assert client_address(request) == address


def test_one_ipv6_subscriber_is_one_place() -> None:
    assert neighbourhood("2001:db8:1:2::1") == neighbourhood("2001:db8:1:2:ffff::9")
    assert neighbourhood("2001:db8:1:3::1") != neighbourhood("2001:db8:1:2::1")
    assert neighbourhood("::ffff:10.0.0.1") == "10.0.0.1"
