"""Settings: production is loud, development needs nothing."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from core.checks import proxies_are_counted

ROOT = Path(__file__).resolve().parents[2]
GOOD_KEY = "k3y-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2

pytestmark = pytest.mark.once


def start(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={**kept, "VAR_DIR": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_development_starts_without_any_setting(tmp_path: Path) -> None:
    assert start(tmp_path).returncode == 0


def test_a_database_address_alone_does_not_turn_production_safety_on(tmp_path: Path) -> None:
    assert start(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path}/other.sqlite3").returncode == 0


@pytest.mark.parametrize(
    ("environment", "complaint"),
    [
        ({"ENVIRONMENT": "production", "ALLOWED_HOSTS": "crm.example.com"}, "SECRET_KEY must be set"),
        (
            {"ENVIRONMENT": "production", "ALLOWED_HOSTS": "a.example", "SECRET_KEY": "a" * 60},
            "SECRET_KEY must be set",
        ),
        ({"ENVIRONMENT": "production", "SECRET_KEY": GOOD_KEY}, "ALLOWED_HOSTS must name"),
        (
            {"ENVIRONMENT": "production", "SECRET_KEY": GOOD_KEY, "ALLOWED_HOSTS": "a.example,*"},
            "ALLOWED_HOSTS must name hosts",
        ),
        (
            {"ENVIRONMENT": "production", "SECRET_KEY": GOOD_KEY, "ALLOWED_HOSTS": "a.example", "DEBUG": "1"},
            "DEBUG must be off",
        ),
        ({"TRUSTED_PROXIES": "-1"}, "TRUSTED_PROXIES is the number of proxies"),
        ({"ENVIRONMENT": "staging"}, "use development, test or production"),
        ({"DATABASE_URL": "mysql://root@localhost/x"}, "must be sqlite:// or postgres://"),
    ],
)
def test_unsafe_or_unknown_settings_stop_the_start(
    tmp_path: Path, environment: dict[str, str], complaint: str
) -> None:
    result = start(tmp_path, **environment)

    assert result.returncode != 0
    assert complaint in result.stderr


@pytest.mark.django_db
def test_system_checks_ask_the_database_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        call_command("check", stdout=io.StringIO())


@pytest.mark.parametrize(
    ("header", "proxies", "found"),
    [(("HTTP_X_FORWARDED_PROTO", "https"), 0, ["core.W001"]), (("X", "https"), 1, []), (None, 0, [])],
)
def test_a_proxy_that_is_trusted_is_counted(
    header: Any, proxies: int, found: list[str], settings: Any
) -> None:
    settings.SECURE_PROXY_SSL_HEADER, settings.TRUSTED_PROXIES = header, proxies
    assert [message.id for message in proxies_are_counted()] == found
