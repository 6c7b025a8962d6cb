"""Two requests at the same moment: a code lets one through, and attempts are all counted."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from core import totp
from core.domain.second_factor import accept_code, new_offer, offered_secret, set_up_factor
from core.domain.sign_in_guard import FREE, TooManyAttempts, count_attempt, password_counters
from core.models import SecondFactor, User
from core.tests.factories import UserFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def at_once(times: int, work: Callable[[], Any]) -> list[Any]:
    """Return what `work` gives to so many threads that begin together, each with its own connection."""
    start = Barrier(times)

    def run(_number: int) -> Any:
        try:
            start.wait()
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


@pytest.fixture
def user() -> User:
    found: User = UserFactory()
    return found


def test_of_eight_requests_with_one_code_one_signs_in(user: User) -> None:
    offer, now = new_offer(), timezone.now()
    secret = offered_secret(offer)
    codes = set_up_factor(user, offer=offer, code=totp.code_of(secret, totp.step_at(now)), keep="", at=now)
    SecondFactor.objects.update(last_step=0)
    for code in (totp.code_of(secret, totp.step_at(now)), codes[0]):
        accepted = at_once(8, lambda code=code: accept_code(user, code, at=now))  # type: ignore[misc]
        assert sorted(accepted) == [False] * 7 + [True]


def test_attempts_at_the_same_moment_are_all_counted() -> None:
    now = timezone.now()

    def attempt() -> bool:
        try:
            count_attempt(password_counters("chen", address="10.0.0.1"), at=now)
        except TooManyAttempts:
            return False
        return True

    assert sum(at_once(12, attempt)) == FREE
