"""The list of API tokens: each state, each door, whose are shown to whom, and that no secret is among it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.choices import BulkOutcome
from core.domain.bulk import counts_of, run_bulk
from core.domain.exports import path_of, request_export
from core.domain.tokens import make_token, revoke_token
from core.models import ApiToken, AuditEntry, BulkRun, User
from core.tasks import run_job

pytestmark = pytest.mark.django_db
PAGE = "/settings/tokens/"
API = "/api/v1/tokens/"
DAY = timedelta(days=1)


@pytest.fixture
def admin(user_in: Callable[..., User]) -> User:
    return user_in("administrator", full_name="Ada")


@pytest.fixture
def seller(user_in: Callable[..., User]) -> User:
    return user_in("sales", full_name="Sam")


def made(user: User, name: str, *, age: int = 1, life: int = 200, **fields: Any) -> tuple[ApiToken, str]:
    """A token that was made `age` days ago, for `life` days."""
    at = timezone.now() - age * DAY
    scopes = fields.pop("scopes", ["customers:read"])
    token, secret = make_token(user, name=name, expires_at=at + life * DAY, scopes=scopes, by=user, at=at)
    ApiToken.objects.filter(pk=token.pk).update(**fields)
    return token, secret


@pytest.fixture
def every_state(seller: User) -> None:
    now = timezone.now()
    made(seller, "new")
    made(seller, "in use", age=100, last_used_at=now - 89 * DAY)
    made(seller, "left lying", age=200, life=300, last_used_at=now - 91 * DAY)
    made(seller, "never used", age=91)
    made(seller, "run out", age=20, life=10, last_used_at=now - 11 * DAY)
    made(seller, "taken back", age=20, life=10, revoked_at=now - 15 * DAY)


def names(answer: Any) -> list[str]:
    return sorted(row.name for row in answer.context["page"].rows)


# ---- states and filters -----------------------------------------------------------------------------
def test_each_token_is_in_one_state(every_state: None) -> None:
    found = dict(ApiToken.objects.with_state(timezone.now()).values_list("name", "state"))
    assert found == {
        "new": "active",
        "in use": "active",
        "left lying": "unused",
        "never used": "unused",
        "run out": "expired",
        "taken back": "revoked",
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "unused"}, ["left lying", "never used"]),
        ({"state": ["expired", "revoked"]}, ["run out", "taken back"]),
        ({"state": "active", "expires_to": "@today+110"}, ["in use"]),
        ({"q": "lying"}, ["left lying"]),
        ({"q": "Sam", "state": "revoked"}, ["taken back"]),
        ({"service": "true"}, []),
        ({"scope": "customers:write"}, []),
        ({"scope": "customers:read", "state": "expired"}, ["run out"]),
    ],
)
def test_tokens_are_found_by_what_became_of_them(
    query: dict[str, Any],
    found: list[str],
    every_state: None,
    admin: User,
    client_of: Callable[[User], Client],
) -> None:
    answer = client_of(admin).get(PAGE, query)
    assert names(answer) == found
    assert len(answer.context["filter_chips"]) == len(query)


def test_a_scope_is_found_whole(admin: User, client_of: Callable[[User], Client]) -> None:
    made(admin, "wide", scopes=["*:read", "*:write"])
    made(admin, "narrow", scopes=["customers:read"])
    assert names(client_of(admin).get(PAGE, {"scope": "*:write"})) == ["wide"]


def test_the_list_costs_the_same_for_one_token_and_for_three(
    admin: User, seller: User, client_of: Callable[[User], Client]
) -> None:
    client, counts = client_of(admin), []
    made(admin, "first")
    for path in (PAGE, API):
        client.get(path)
        for _time in range(2):
            with CaptureQueriesContext(connection) as queries:
                client.get(path)
            counts.append(len(queries))
            made(seller, "more"), made(admin, "more")
    assert counts[0] == counts[1] <= 12
    assert counts[2] == counts[3]


# ---- whose, and what of them ------------------------------------------------------------------------
def test_administrators_see_everybodys_tokens_and_others_their_own(
    admin: User, seller: User, user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    made(seller, "theirs")
    own, _secret = made(admin, "ours")
    for path, rows in (
        (PAGE, names),
        (API, lambda answer: sorted(r["name"] for r in answer.json()["results"])),
    ):
        assert rows(client_of(admin).get(path)) == ["ours", "theirs"]
        assert rows(client_of(seller).get(path)) == ["theirs"]
        assert client_of(user_in("agent")).get(path).status_code == 403
    assert client_of(seller).get(f"{API}{own.pk}/").status_code == 404
    assert "Export" not in client_of(seller).get(PAGE).content.decode()


def test_no_door_tells_the_secret_or_its_digest(
    admin: User, seller: User, client_of: Callable[[User], Client], settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    token, secret = made(seller, "ERP")
    client = client_of(admin)
    job = request_export("core.apitoken", query="", file_format="csv", by=admin)
    run_job(job.pk)
    job.refresh_from_db()
    columns = "&".join(f"columns={name}" for name in ("digest", "name", "prefix"))
    answers = {
        "page": client.get(PAGE).content.decode(),
        "columns": client.get(f"{PAGE}?{columns}").content.decode(),
        "user": client.get(reverse("core:user-detail", args=[seller.pk])).content.decode(),
        "api": client.get(f"{API}{token.pk}/").content.decode(),
        "file": path_of(job.payload["token"], "csv").read_text("utf-8-sig"),
        "audit": client.get(reverse("core:audit-list")).content.decode(),
    }
    for door, text in answers.items():
        assert "ERP" in text, door
        assert (secret in text, token.digest in text) == (False, False), door
    for query in ({"q": token.digest}, {"digest": token.digest, "q": secret}):
        assert names(client.get(PAGE, query)) == []


def test_the_list_is_reached_from_the_settings_and_from_the_user(
    admin: User, seller: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(admin)
    assert f'href="{PAGE}"' in client.get(reverse("core:settings")).content.decode()
    link = f'href="{PAGE}?user={seller.pk}"'
    assert link in client.get(reverse("core:user-detail", args=[seller.pk])).content.decode()
    assert link in client_of(seller).get(reverse("core:profile")).content.decode()


# ---- an end to them ---------------------------------------------------------------------------------
def test_one_is_revoked_and_the_list_is_shown_again(
    admin: User, seller: User, client_of: Callable[[User], Client]
) -> None:
    token, _secret = made(seller, "ERP")
    there = f"{PAGE}?state=active"
    url = f"{reverse('core:token-revoke', args=[token.pk])}?next=/settings/tokens/%3Fstate%3Dactive"
    assert there in client_of(admin).get(url).content.decode()
    assert client_of(admin).post(url).url == there
    token.refresh_from_db()
    assert token.revoked_at is not None
    again = client_of(admin).post(f"{url}&next=https://elsewhere.example/")
    assert again.status_code == 409


def start(client: Client, ids: list[int], **more: str) -> HttpResponse:
    url = reverse("core:bulk-start", args=["core.apitoken", "revoke"])
    return client.post(url, {"ids": ids, "query": "", **more})  # type: ignore[return-value]


def test_many_are_revoked_after_a_question(
    admin: User, seller: User, client_of: Callable[[User], Client]
) -> None:
    tokens = [made(seller, f"ERP {n}")[0] for n in range(3)]
    revoke_token(tokens[0], by=seller, at=timezone.now())
    client, ids = client_of(admin), [token.pk for token in tokens]
    asked = start(client, ids).content.decode()
    assert "This cannot be taken back in one go." in asked
    assert ApiToken.objects.filter(revoked_at__isnull=True).count() == 2

    assert start(client, ids, confirmed="1").status_code == 302
    run = BulkRun.objects.get()
    run_bulk(run.pk)
    assert counts_of(run) == {BulkOutcome.SAME: 1, BulkOutcome.CHANGED: 2}
    assert not ApiToken.objects.filter(revoked_at__isnull=True).exists()
    lines = AuditEntry.objects.filter(subject_type="core.apitoken", action="deleted")
    assert sorted(lines.values_list("actor__full_name", flat=True)) == ["Ada", "Ada", "Sam"]


def test_tokens_of_others_are_not_among_those_that_one_revokes(
    admin: User, seller: User, client_of: Callable[[User], Client]
) -> None:
    foreign, _secret = made(admin, "ours")
    assert start(client_of(seller), [foreign.pk], confirmed="1").status_code == 400
    assert client_of(seller).post(f"{API}{foreign.pk}/revoke/").status_code == 404
    foreign.refresh_from_db()
    assert foreign.revoked_at is None


def test_a_token_is_revoked_over_the_api_once(
    admin: User, seller: User, client_of: Callable[[User], Client]
) -> None:
    token, secret = made(seller, "ERP")
    answer = client_of(admin).post(f"{API}{token.pk}/revoke/")
    assert (answer.status_code, answer.json()["state"]) == (200, "revoked")
    assert client_of(admin).post(f"{API}{token.pk}/revoke/").json()["code"] == "already_revoked"
    assert Client().get(API, headers={"Authorization": f"Bearer {secret}"}).status_code == 401


def test_a_token_sees_tokens_within_its_scopes_only(admin: User) -> None:
    _token, narrow = made(admin, "narrow")
    _token, wide = made(admin, "wide", scopes=["tokens:read"])
    heads = [{"Authorization": f"Bearer {secret}"} for secret in (narrow, wide)]
    assert [Client().get(API, headers=head).status_code for head in heads] == [403, 200]
    pk = _token.pk
    assert Client().post(f"{API}{pk}/revoke/", headers=heads[1]).status_code == 403
