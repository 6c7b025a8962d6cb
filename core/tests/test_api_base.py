"""What every endpoint shares, seen through the endpoint of jobs."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.handlers.exception import convert_exception_to_response
from django.db import DataError, IntegrityError, OperationalError
from django.http import Http404
from django.test import Client
from django.utils import timezone
from rest_framework import exceptions

from core.api.errors import problem_response
from core.choices import AuditAction, JobState
from core.domain.tokens import make_token
from core.domain.users import deactivate_user
from core.errors import Conflict, DomainError
from core.models import ApiToken, AuditEntry, Job, User

JOBS = "/api/v1/jobs/"
SHAPE = {"type", "title", "status", "code", "detail", "errors"}


def token_for(user: User) -> str:
    now = timezone.now()
    return make_token(
        user, name="ERP", expires_at=now + timedelta(days=1), scopes=["*:read", "*:write"], by=user, at=now
    )[1]


def call(path: str, secret: str, method: str = "get", word: str = "Bearer", **options: Any) -> Any:
    return getattr(Client(), method)(path, headers={"Authorization": f"{word} {secret}"}, **options)


def jobs_of(user: User | None, count: int, **fields: Any) -> list[Job]:
    return [Job.objects.create(task="core.tasks.tick", created_by=user, **fields) for _ in range(count)]


# ---- who calls --------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize("word", ["Bearer", "Token", "bearer"])
def test_a_token_acts_as_its_user(word: str, user_in: Callable[..., User]) -> None:
    user, other = user_in("sales"), user_in("sales")
    mine = jobs_of(user, 2)
    jobs_of(other, 1)
    answer = call(JOBS, token_for(user), word=word)
    assert [row["id"] for row in answer.json()["results"]] == [mine[1].pk, mine[0].pk]


@pytest.mark.django_db
def test_a_session_calls_too_and_needs_the_csrf_token_for_changes(user_in: Callable[..., User]) -> None:
    user = user_in("sales")
    job = jobs_of(user, 1)[0]
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    assert client.get(JOBS).status_code == 200
    refused = client.post(f"{JOBS}{job.pk}/cancel/")
    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")


@pytest.mark.django_db
def test_strangers_get_401_as_a_problem(client: Client) -> None:
    for path in (JOBS, f"{JOBS}1/"):
        answer = client.get(path)
        assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
        assert answer["WWW-Authenticate"].startswith("Bearer")
        assert set(answer.json()) == SHAPE


@pytest.mark.django_db
@pytest.mark.parametrize("secret", ["", "pn_wrong", "a b", "é", "x" * 5_000])
def test_a_wrong_token_is_401(secret: str) -> None:
    answer = Client().get(JOBS, headers={"Authorization": f"Bearer {secret}".encode().decode("latin-1")})
    assert (answer.status_code, answer.json()["code"]) in {(401, "bad_token"), (401, "not_authenticated")}


@pytest.mark.django_db
def test_expired_revoked_and_inactive_are_401(user_in: Callable[..., User]) -> None:
    user = user_in("sales")
    secrets = [token_for(user) for _ in range(3)]
    tokens = list(ApiToken.objects.order_by("pk"))
    past = timezone.now() - timedelta(days=2)
    ApiToken.objects.filter(pk=tokens[0].pk).update(created_at=past, expires_at=past + timedelta(days=1))
    ApiToken.objects.filter(pk=tokens[1].pk).update(revoked_at=timezone.now())
    assert [call(JOBS, secret).status_code for secret in secrets] == [401, 401, 200]
    deactivate_user(user, by=user_in("administrator"), at=timezone.now())
    ApiToken.objects.filter(pk=tokens[2].pk).update(revoked_at=None)
    assert call(JOBS, secrets[2]).status_code == 401


@pytest.mark.django_db
def test_use_is_noted_at_most_once_a_minute(user_in: Callable[..., User]) -> None:
    secret = token_for(user_in("sales"))
    call(JOBS, secret)
    first = ApiToken.objects.get().last_used_at
    call(JOBS, secret)
    assert first is not None
    assert ApiToken.objects.get().last_used_at == first
    ApiToken.objects.update(last_used_at=first - timedelta(minutes=2))
    call(JOBS, secret)
    assert ApiToken.objects.get().last_used_at > first - timedelta(seconds=1)


@pytest.mark.django_db
def test_a_token_survives_a_change_of_the_secret_key(user_in: Callable[..., User], settings: Any) -> None:
    secret = token_for(user_in("sales"))
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 60, [settings.SECRET_KEY]
    assert call(JOBS, secret).status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert call(JOBS, secret).status_code == 401


# ---- what they may do -------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_role_without_the_right_is_403(user_in: Callable[..., User]) -> None:
    user = user_in("integration")
    job = jobs_of(user, 1)[0]
    answer = call(f"{JOBS}{job.pk}/cancel/", token_for(user), "post")
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
    nobody = user_in(None)
    client = Client()
    client.force_login(nobody)
    assert client.get(JOBS).status_code == 403


@pytest.mark.django_db
def test_a_row_out_of_reach_does_not_exist(user_in: Callable[..., User]) -> None:
    job = jobs_of(user_in("sales"), 1)[0]
    secret = token_for(user_in("sales"))
    for path, method in ((f"{JOBS}{job.pk}/", "get"), (f"{JOBS}{job.pk}/cancel/", "post")):
        answer = call(path, secret, method)
        assert (answer.status_code, answer.json()["code"], set(answer.json())) == (404, "not_found", SHAPE)


@pytest.mark.django_db
def test_cancel_and_retry_go_through_the_domain(user_in: Callable[..., User]) -> None:
    user = user_in("sales")
    job = jobs_of(user, 1)[0]
    secret = token_for(user)
    answer = call(f"{JOBS}{job.pk}/cancel/", secret, "post")
    assert (answer.status_code, answer.json()["state"]) == (200, JobState.CANCELLED)
    again = call(f"{JOBS}{job.pk}/cancel/", secret, "post")
    assert (again.status_code, again.json()["code"]) == (409, "job_finished")
    assert call(f"{JOBS}{job.pk}/retry/", secret, "post").json()["state"] == JobState.PENDING
    assert AuditEntry.objects.about(job).filter(action=AuditAction.CHANGED).count() == 2


@pytest.mark.django_db
def test_there_is_no_way_to_write_a_job(user_in: Callable[..., User]) -> None:
    secret = token_for(user_in("administrator"))
    for method in ("post", "put", "patch", "delete"):
        answer = call(JOBS, secret, method, data={}, content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) in {
            (405, "method_not_allowed"),
            (403, "permission_denied"),
        }


# ---- lists ------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_pages_follow_each_other_both_ways(user_in: Callable[..., User]) -> None:
    user = user_in("sales")
    ids = [job.pk for job in jobs_of(user, 7, created_at=timezone.now())][::-1]
    secret = token_for(user)
    page = call(f"{JOBS}?page_size=3", secret).json()
    assert (page["previous"], set(page)) == (None, {"results", "next", "previous"})
    seen = [page]
    while page["next"]:
        page = call(page["next"], secret).json()
        seen.append(page)
    assert [[row["id"] for row in page["results"]] for page in seen] == [ids[:3], ids[3:6], ids[6:]]
    back = call(page["previous"], secret).json()
    assert [row["id"] for row in back["results"]] == ids[3:6]


@pytest.mark.django_db
def test_sort_count_and_filters(user_in: Callable[..., User]) -> None:
    user = user_in("sales")
    first = jobs_of(user, 1, state=JobState.DONE)[0]
    jobs_of(user, 2)
    secret = token_for(user)
    page = call(f"{JOBS}?sort=created_at&count=1", secret).json()
    assert (page["count"], page["results"][0]["id"]) == (3, first.pk)
    assert len(call(f"{JOBS}?state=pending", secret).json()["results"]) == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("sort=payload", "bad_sort", "sort"),
        ("cursor=abc", "bad_cursor", None),
        ("page_size=0", "invalid", "page_size"),
        ("page_size=201", "invalid", "page_size"),
        ("page_size=-1", "invalid", "page_size"),
        ("page_size=9999999999999999999999", "invalid", "page_size"),
        ("page_size=%C2%B2", "invalid", "page_size"),
        ("state=unknown", "invalid", "state"),
        ("task=%00", "invalid", "task"),
    ],
)
def test_bad_parameters_are_400_and_named(
    query: str, code: str, field: str | None, user_in: Callable[..., User]
) -> None:
    answer = call(f"{JOBS}?{query}", token_for(user_in("sales")))
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert set(answer.json()["errors"]) == ({field} if field else set())


@pytest.mark.django_db
def test_a_cursor_belongs_to_its_person_and_its_filter(user_in: Callable[..., User]) -> None:
    one, other = user_in("administrator"), user_in("administrator")
    jobs_of(one, 3)
    following = call(f"{JOBS}?page_size=1", token_for(one)).json()["next"]
    assert call(following, token_for(other)).json()["code"] == "bad_cursor"
    assert call(f"{following}&state=pending", token_for(one)).json()["code"] == "bad_cursor"


@pytest.mark.django_db
def test_the_list_costs_the_same_for_one_row_and_for_three(
    user_in: Callable[..., User], django_assert_num_queries: Any
) -> None:
    user = user_in("sales")
    secret = token_for(user)
    jobs_of(user, 1)
    call(JOBS, secret)
    with django_assert_num_queries(4):
        call(JOBS, secret)
    jobs_of(user, 2)
    with django_assert_num_queries(4):
        call(JOBS, secret)


# ---- errors -----------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/nothing/", "/api/v1/nothing/", "/api/v1/jobs/abc/"])
def test_a_wrong_address_below_the_api_is_a_problem(path: str, client: Client) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert set(answer.json()) == SHAPE


def test_a_wrong_address_elsewhere_is_a_page(client: Client, db: Any) -> None:
    answer = client.get("/nothing/")
    assert (answer.status_code, answer["Content-Type"]) == (404, "text/html; charset=utf-8")


@pytest.mark.parametrize(
    ("error", "status", "code", "errors"),
    [
        (
            DomainError("no_rate", "No rate.", fields={"currency": "No rate."}),
            400,
            "no_rate",
            {"currency": ["No rate."]},
        ),
        (Conflict("taken", "Taken."), 409, "taken", {}),
        (Http404(), 404, "not_found", {}),
        (PermissionDenied("No."), 403, "permission_denied", {}),
        (DjangoValidationError({"name": ["Too long."]}), 400, "invalid", {"name": ["Too long."]}),
        (DjangoValidationError("Wrong."), 400, "invalid", {"non_field_errors": ["Wrong."]}),
        (IntegrityError("UNIQUE"), 409, "conflict", {}),
        (DataError("too long"), 400, "out_of_range", {}),
        (OverflowError("int too large"), 400, "out_of_range", {}),
        (exceptions.ParseError(), 400, "parse_error", {}),
        (exceptions.Throttled(wait=3), 429, "throttled", {}),
        (exceptions.UnsupportedMediaType("text/x"), 415, "unsupported_media_type", {}),
        (
            exceptions.ValidationError({"lines": [{}, {"amount": ["Bad."]}], "name": ["Empty."]}),
            400,
            "invalid",
            {"lines.1.amount": ["Bad."], "name": ["Empty."]},
        ),
    ],
)
def test_every_error_has_one_shape(error: Exception, status: int, code: str, errors: Any) -> None:
    response = problem_response(error, {})
    assert response is not None
    assert (response.status_code, response.data["code"], response.data["errors"]) == (status, code, errors)
    assert set(response.data) >= SHAPE
    assert response.data["detail"]


def test_a_busy_database_says_when_to_try_again() -> None:
    response = problem_response(OperationalError("database is locked"), {})
    assert response is not None
    assert (response.status_code, response.data["code"], response["Retry-After"]) == (503, "busy", "6")
    assert set(response.data) >= SHAPE


class Unreadable(io.BytesIO):
    """A body that nobody may read."""

    def read(self, *args: Any) -> bytes:
        raise AssertionError("the body was read")


@pytest.mark.django_db
def test_a_json_body_over_the_bound_is_refused_unread(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    client = client_of(user_in("administrator"))
    answer = client.generic(
        "POST", "/api/v1/views/", b"", CONTENT_TYPE="application/json",
        CONTENT_LENGTH=str(10**9), **{"wsgi.input": Unreadable()},
    )  # fmt: skip
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert set(answer.json()) >= SHAPE


# ---- answers that no view gave ----------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (RuntimeError("boom"), 500, "server_error"),
        (OperationalError("database is locked"), 503, "busy"),
        (SuspiciousOperation("odd"), 400, "bad_request"),
        (PermissionDenied("no"), 403, "permission_denied"),
    ],
)
def test_below_the_api_every_error_is_a_problem(error: Exception, status: int, code: str, rf: Any) -> None:
    def fails(_request: Any) -> Any:
        raise error

    def answered(path: str) -> Any:
        request = rf.get(path)
        request.user = AnonymousUser()
        return convert_exception_to_response(fails)(request)

    answer = answered("/api/v1/jobs/")
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    body = json.loads(answer.content)
    assert (body["status"], body["code"]) == (status, code)
    assert set(body) >= SHAPE and "boom" not in body["detail"]
    assert answered("/customers/")["Content-Type"].startswith("text/html")


def test_details_of_a_refusal_become_members_and_never_hide_the_shape() -> None:
    error = Conflict("duplicate", "There is one.", details={"candidates": [1], "status": 200})
    response = problem_response(error, {})
    assert response is not None
    assert (response.data["candidates"], response.data["status"]) == ([1], 409)


def test_what_nobody_foresaw_stays_an_error() -> None:
    assert problem_response(RuntimeError("boom"), {}) is None


@pytest.mark.django_db
def test_the_description_names_token_paging_and_problems(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    answer = client_of(user_in("administrator")).get("/api/schema/?format=json")
    schema = answer.json()
    assert schema["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    listing = schema["paths"]["/api/v1/jobs/"]["get"]
    assert {"cursor", "page_size", "sort", "count", "state"} <= {
        item["name"] for item in listing["parameters"]
    }
    assert set(listing["responses"]) >= {"200", "400", "401", "403"}
    assert schema["components"]["schemas"]["Problem"]["required"] == [
        "type",
        "title",
        "status",
        "code",
        "detail",
        "errors",
    ]
