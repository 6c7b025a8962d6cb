"""Logs: one object a line, whose request and job it was, and nothing that people typed."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client, RequestFactory
from django.urls import reverse

from core.domain import jobs
from core.logs import ContextFilter, JsonFormatter, LineFormatter, about, address_of, redact
from core.models import AuditEntry, Job, User

pytestmark = pytest.mark.django_db


class Lines(logging.Handler):
    """Keeps what our handler would print."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.setFormatter(JsonFormatter())
        self.addFilter(ContextFilter())

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record))

    def of(self, logger: str) -> list[dict[str, Any]]:
        return [line for text in self.texts if (line := json.loads(text))["logger"] == logger]


@pytest.fixture
def lines() -> Any:
    handler, root = Lines(), logging.getLogger()
    root.addHandler(handler)
    yield handler
    root.removeHandler(handler)


def record_of(message: str, *args: Any, error: BaseException | None = None) -> logging.LogRecord:
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("some.logger", logging.INFO, __file__, 1, message, args, info)
    ContextFilter().filter(record)
    return record


# ---- what is not said -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("mail to li.na@example.com.cn failed", "mail to [address] failed"),
        ("Bearer pn_abcDEF-123", "Bearer [token]"),
        ("token pn_abcdef123456 refused", "token [token] refused"),
        ("GET /customers/?q=张三&page=2 slow", "GET /customers/?[query] slow"),
        ("called 13800138000 and +8613800138000", "called [number] and [number]"),
        ("redis://:s3cret@redis:6379/0 refused", "redis://:[hidden]@redis:6379/0 refused"),
        ("postgres://perennial:s3cret@db/x", "postgres://perennial:[hidden]@db/x"),
        ("Job 1234567 failed in 2026-11-26 05:26:32", "Job 1234567 failed in 2026-11-26 05:26:32"),
        ("what happened? nobody knows", "what happened? nobody knows"),
    ],
)
def test_what_is_taken_out(text: str, shown: str) -> None:
    assert redact(text) == shown


def test_what_a_database_quotes_is_not_kept() -> None:
    words = 'duplicate key "x"\nDETAIL:  Key (phone)=(secret words) already exists.'
    try:
        raise IntegrityError(words)
    except IntegrityError:
        error = sys.exc_info()[1]
    said = json.loads(JsonFormatter().format(record_of("failed", error=error)))
    assert said["error"]["type"] == "IntegrityError"
    assert said["error"]["text"] == 'duplicate key "x"'
    assert "test_logs.py" in said["error"]["trace"][0]
    line = LineFormatter().format(record_of("failed", error=error))
    assert "secret words" not in line.partition("IntegrityError:")[2]


def test_a_line_stays_one_line() -> None:
    text = JsonFormatter().format(record_of("%s", 'a\nb "{"level": "ERROR"}'))
    assert "\n" not in text
    assert json.loads(text)["level"] == "INFO"


# ---- requests ---------------------------------------------------------------------------------------
def test_a_request_gets_one_line_with_its_number(
    lines: Lines, user_in: Callable[..., User], client_of: Callable[[User], Client], settings: Any
) -> None:
    settings.TRUSTED_PROXIES = 1
    user = user_in("sales")
    client = client_of(user)
    response = client.get("/customers/?q=Very+private", headers={"X-Request-ID": "proxy-12345678"})
    assert response["X-Request-ID"] == "proxy-12345678"
    (line,) = lines.of("perennial.access")
    assert line["request_id"] == "proxy-12345678"
    assert (line["method"], line["path"], line["status"]) == ("GET", "/customers/", 200)
    assert line["view"] == "customers:customer-list"
    assert line["user"] == user.pk
    assert line["queries"] > 0
    assert line["ms"] >= 0
    assert "private" not in "".join(lines.texts)


@pytest.mark.parametrize("given", ["short", "x" * 80, 'a"b{}cdefghij', "two words 123", ""])
def test_a_number_that_is_not_sane_is_replaced(given: str, client: Client, settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    response = client.get("/accounts/login/", headers={"X-Request-ID": given})
    assert response["X-Request-ID"] != given
    assert len(response["X-Request-ID"]) == 16


def test_without_a_proxy_nobody_chooses_the_number(client: Client) -> None:
    response = client.get("/accounts/login/", headers={"X-Request-ID": "proxy-12345678"})
    assert response["X-Request-ID"] != "proxy-12345678"


def test_audit_lines_carry_the_same_number(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    client = client_of(user_in("administrator"))
    response = client.post(reverse("core:team-create"), {"name": "North"})
    entry = AuditEntry.objects.filter(subject_label="North").latest("pk")
    assert entry.request_id == response["X-Request-ID"]


def test_secrets_in_addresses_become_a_star(lines: Lines, client: Client) -> None:
    client.get("/accounts/reset/MQ/set-secretsecret/")
    client.get("/accounts/reset/MQ/broken-secret/and/more/")
    client.get("/api/v1/customers/7/")
    paths = [line["path"] for line in lines.of("perennial.access")]
    assert paths[0] == "/accounts/reset/*/*/"
    assert paths[1] == "/accounts/…"
    assert paths[2] == "/api/v1/customers/7/"
    assert "secretsecret" not in "".join(lines.texts)
    assert "broken-secret" not in "".join(lines.texts)


def test_a_crash_is_told_with_the_number_of_its_request(
    lines: Lines, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("of li.na@example.com")

    monkeypatch.setattr("django.contrib.auth.views.LoginView.get", crash)
    client.raise_request_exception = False
    response = client.get("/accounts/login/?next=/private/")
    (told,) = lines.of("django.request")
    assert told["level"] == "ERROR"
    assert told["request_id"] == response["X-Request-ID"]
    assert told["error"]["text"] == "of [address]"
    assert lines.of("perennial.access")[0]["level"] == "ERROR"


def test_addresses_that_lead_nowhere_say_little(rf: RequestFactory) -> None:
    assert address_of(rf.get("/nowhere/li.na@example.com/")) == "/nowhere/…"
    assert address_of(rf.get("/nowhere/")) == "/nowhere/"


# ---- jobs -------------------------------------------------------------------------------------------
def test_lines_of_a_job_say_which(lines: Lines, user_in: Callable[..., User]) -> None:
    user = user_in("sales")
    job = Job.objects.create(task="some.task", created_by=user)

    def body() -> None:
        logging.getLogger("some.body").warning("half way")

    jobs.run_job(job.pk, body_of=lambda name: body)
    logging.getLogger("some.body").warning("outside")
    within, outside = lines.of("some.body")
    assert (within["job"], within["task"], within["user"]) == (job.pk, "some.task", user.pk)
    assert "job" not in outside


def test_facts_are_nested_and_forgotten() -> None:
    with about(job=1):
        with about(step="b"):
            assert "job=1 step=b" in LineFormatter().format(record_of("x"))
        assert "step" not in LineFormatter().format(record_of("x"))
    assert "[" not in LineFormatter().format(record_of("x"))
