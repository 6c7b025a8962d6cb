"""Fixtures that every package's tests share, and what is skipped where a part is missing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.test import Client

from core.models import Team, User
from core.tests.factories import TeamFactory, UserFactory

SHARED_DATA = Path(__file__).resolve().parent.parent / "shared" / "data"
REQUIRE_ALL = os.environ.get("REQUIRE_ALL") == "1"
# How fast examples are made says something of the machine, not of the product.
hypothesis.settings.register_profile(
    "suite", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("suite")


def chromium() -> str | None:
    """Return the path of the system's Chromium, or None."""
    return next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))),
        None,
    )


def redis_answers(url: str) -> bool:
    import redis

    try:
        redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1).ping()
    except redis.RedisError:
        return False
    return True


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what this machine or this profile cannot run, and say why."""
    on_postgres = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
    redis_url = settings.REDIS_URL or os.environ.get("TEST_REDIS_URL", "")
    reasons = {
        # Not a missing part: the same tests run in the PostgreSQL half of `make test`.
        "postgres": None if on_postgres else "needs PostgreSQL: runs with DATABASE_URL",
        "sqlite": "needs SQLite: runs without DATABASE_URL" if on_postgres else None,
        "redis": None if redis_url and redis_answers(redis_url) else "needs Redis: set REDIS_URL",
        "browser": None if chromium() else "needs Chromium",
        "shared_data": None if SHARED_DATA.is_dir() else "needs the public data sets in ../shared/data",
    }
    for item in items:
        for marker, reason in reasons.items():
            if reason and item.get_closest_marker(marker):
                if REQUIRE_ALL and marker in {"browser", "shared_data"}:
                    raise pytest.UsageError(f"REQUIRE_ALL is set, but {item.nodeid} {reason}")
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of public data sets; tests that use it carry the marker `shared_data`."""
    return SHARED_DATA


@pytest.fixture(autouse=True)
def own_files(tmp_path: Path, settings: Any) -> None:
    """Uploads, exports and mail of a test go into its own folder."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.LIMITS_DIR = tmp_path / "limits"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session", autouse=True)
def emptied_tables() -> Iterator[None]:
    """Let tests with real transactions empty the audit table: on SQLite its triggers refuse that.

    PostgreSQL empties with TRUNCATE, which no row trigger hears.
    """
    from django.db import connection

    from core import audit_guard

    if connection.vendor != "sqlite":
        yield
        return
    operations: Any = type(connection.ops)
    original = operations.execute_sql_flush

    def flush(self: Any, sql_list: list[str]) -> None:
        audit_guard.remove(connection)
        original(self, sql_list)
        audit_guard.install(connection)

    operations.execute_sql_flush = flush
    yield
    operations.execute_sql_flush = original


@pytest.fixture
def team(db: Any) -> Team:
    return TeamFactory(name="East China")


@pytest.fixture
def user_in(db: Any, team: Team) -> Callable[..., User]:
    """Return a maker of users: `user_in("sales")` is in the team fixture, or in the team given."""

    def make(role: str | None, **fields: Any) -> User:
        fields.setdefault("team", team)
        user = UserFactory(**fields)
        if role:
            user.groups.add(Group.objects.get(name=role))
        return user

    return make


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    """Return a maker of signed-in test clients."""

    def make(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return make
