"""Errors of the database: those that pass by themselves ask to try again, the others are ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg2
import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.handlers.exception import convert_exception_to_response
from django.db import OperationalError
from django.utils import translation

from core.api.idempotency import once
from core.busy import is_busy, is_locked
from core.errors import Conflict
from core.models import IdempotentRequest, User


def of(code: str | None, text: str = "canceling statement") -> OperationalError:
    """The error as Django raises it for one that PostgreSQL gave this code."""
    error = OperationalError(text)
    error.__cause__ = type("Coded", (Exception,), {"pgcode": code})(text)
    return error


def lost() -> OperationalError:
    """The error of a connection that never came about: the driver has no code for it."""
    error = OperationalError("connection refused")
    error.__cause__ = psycopg2.OperationalError("connection refused")
    return error


@pytest.mark.parametrize(
    ("error", "busy", "locked"),
    [
        (of("55P03"), True, True),
        (of("57014"), True, False),
        (of("40P01"), True, False),
        (of("40001"), True, False),
        (of("08006"), True, False),
        (of("57P01"), True, False),
        (lost(), True, False),
        (of("53100", "could not extend file: it is locked"), False, False),
        (of("53200"), False, False),
        (OperationalError("database is locked"), True, True),
        (OperationalError("database table is locked: core_user"), True, True),
        (OperationalError("no such column: core_user.odd"), False, False),
        (OperationalError("disk I/O error"), False, False),
    ],
)
def test_what_passes_by_itself(error: OperationalError, busy: bool, locked: bool) -> None:
    assert (is_busy(error), is_locked(error)) == (busy, locked)


def answered(rf: Any, path: str, error: Exception) -> Any:
    def fails(_request: Any) -> Any:
        raise error

    request = rf.get(path)
    request.user = AnonymousUser()
    return convert_exception_to_response(fails)(request)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_a_page_says_that_the_database_is_busy(rf: Any, language: str) -> None:
    with translation.override(language):
        answer = answered(rf, "/customers/", of("57014"))
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "<h1>" in answer.text and "canceling" not in answer.text


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/customers/", "/api/v1/jobs/"])
def test_an_error_of_ours_is_not_called_busy(rf: Any, path: str) -> None:
    answer = answered(rf, path, OperationalError("no such column: odd"))
    assert answer.status_code == 500
    assert not answer.has_header("Retry-After")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (of("55P03"), Conflict),
        (OperationalError("database is locked"), Conflict),
        (of("57014"), OperationalError),
        (OperationalError("disk I/O error"), OperationalError),
    ],
)
def test_only_a_lock_says_that_the_first_request_runs_on(
    error: Exception,
    raised: type[Exception],
    user_in: Callable[..., User],
    monkeypatch: pytest.MonkeyPatch,
    rf: Any,
) -> None:
    def fails(**_fields: Any) -> Any:
        raise error

    request = rf.post("/api/v1/customers/")
    request.user, request.data = user_in("administrator"), {}
    monkeypatch.setattr(IdempotentRequest.objects, "create", fails)
    with pytest.raises(raised) as found:
        once(lambda: None, request, "k1")()
    assert getattr(found.value, "code", "") == ("still_running" if raised is Conflict else "")
