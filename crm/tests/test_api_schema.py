"""The API keeps the promises of its own description, whatever is sent: statuses, bodies, content types.

Requests are made from the OpenAPI description by schemathesis, sound ones and spoiled ones, and sent in
this process. `make security` sends many; the tests of every day a few for each operation.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, seed, settings

from core.domain.tokens import make_token
from core.models import User
from crm.tests.crawl import api_kwargs
from crm.tests.doors import api_doors
from crm.tests.world import Belongings, Side, make_belongings

schemathesis = pytest.importorskip("schemathesis")
from schemathesis import GenerationMode  # noqa: E402 (after the question whether it is there)
from schemathesis.checks import not_a_server_error  # noqa: E402
from schemathesis.specs.openapi.checks import (  # noqa: E402
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

pytestmark = [pytest.mark.django_db, pytest.mark.once]

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
THOROUGH = os.environ.get("THOROUGH") == "1"
#: Requests for each operation, kind of request and place (a record that exists, or any).
EXAMPLES = int(os.environ.get("EXAMPLES", "25" if THOROUGH else "1"))
ROLES = ("agent", "analyst", "integration", "nobody")


class Handler(WSGIHandler):
    """The product in this process; `user` is signed in, without the token against forged forms."""

    user: User | None = None

    def get_response(self, request: HttpRequest) -> HttpResponse:
        if self.user is not None:
            request._force_auth_user = self.user
        return super().get_response(request)


@dataclass
class Caller:
    """Who calls, and with which headers."""

    user: User | None
    headers: dict[str, str]


@cache
def description() -> Any:
    """Return the description, made as docs/openapi.yaml is."""
    raw = SchemaGenerator(api_version="1").get_schema(request=None, public=True)
    found = schemathesis.openapi.from_dict(raw)
    found.app = Handler()
    return found


def operations() -> list[Any]:
    return [result.ok() for result in description().get_all_operations()]


@pytest.fixture
def own(ours: Side, administrator: User) -> Belongings:
    return make_belongings(administrator)


def caller_in(role: str, ours: Side) -> Caller:
    """Return a person of the role, an integration with its token, or nobody."""
    if role == "nobody":
        return Caller(None, {})
    user = ours.person_in(role)
    if role != "integration":
        return Caller(user, {})
    now = timezone.now()
    _token, secret = make_token(
        user, name="ERP", expires_at=now + timedelta(days=1), scopes=["*:read", "*:write"], by=user, at=now
    )
    return Caller(None, {"Authorization": f"Bearer {secret}"})


def places(operation: Any, ours: Side, own: Belongings) -> Iterator[dict[str, Any] | None]:
    """Yield arguments of a record that exists, and None for any."""
    try:
        name = resolve(operation.path.replace("{", "").replace("}", "")).view_name
    except Resolver404:
        name = resolve(_numbered(operation.path)).view_name
    door = next(door for door in api_doors() if door.name == name)
    kwargs = list(api_kwargs(door, ours, own).values())
    names = [part.strip("{}") for part in operation.path.split("/") if part.startswith("{")]
    if names:
        yield dict(zip(names, kwargs, strict=True))
    yield None


def _numbered(path: str) -> str:
    return "/".join("1" if part.startswith("{") else part for part in path.split("/"))


def faults_of(operation: Any, caller: Caller, arguments: Any, mode: Any) -> list[str]:
    """Send requests for one operation, undo each, and return what broke a promise."""
    found: dict[str, str] = {}
    strategy = operation.as_strategy(mode, path_parameters=arguments)

    @seed(20_261_125)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def send(case: Any) -> None:
        point = transaction.savepoint()
        response = case.call(headers=caller.headers)
        transaction.savepoint_rollback(point)
        try:
            case.validate_response(response, checks=CHECKS)
        except schemathesis.core.failures.FailureGroup as group:
            for failure in group.exceptions:
                found.setdefault(
                    f"{operation.label} {failure.title} {response.status_code}",
                    f"{failure.message[:600]}\n{case.as_curl_command()[:500]}\n{response.content[:400]!r}",
                )
        except schemathesis.core.failures.Failure as failure:
            found.setdefault(
                f"{operation.label} {failure.title} {response.status_code}", f"{failure.message[:600]}"
            )

    send()
    return [f"{key}: {text}" for key, text in found.items()]


# The client in this process reads a file to its end and leaves closing it to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("role", ROLES)
def test_the_api_keeps_what_it_promises(role: str, ours: Side, own: Belongings, settings: Any) -> None:
    settings.API_READS_A_MINUTE = settings.API_WRITES_A_MINUTE = 10**9
    caller = caller_in(role, ours)
    description().app.user = caller.user
    faults: list[str] = []
    place = ROLES.index(role)
    # Every day each role gets its share of the operations; `make security` gives all to each.
    for operation in operations() if THOROUGH else operations()[place :: len(ROLES)]:
        for arguments in places(operation, ours, own):
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                faults += faults_of(operation, caller, arguments, mode)
    assert not faults, f"{len(faults)} faults\n" + "\n\n".join(faults)
