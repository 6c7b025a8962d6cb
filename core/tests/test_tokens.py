"""API tokens: made for oneself or a service, kept as a digest, revoked once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from core.choices import AuditAction
from core.domain.tokens import (
    LONGEST_LIFE,
    find_token,
    make_token,
    revoke_token,
    warn_of_expiring_tokens,
)
from core.errors import Conflict, DomainError
from core.models import ApiToken, AuditEntry, Notification, User
from core.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()
DAY = timedelta(days=1)


def made(user: User, by: User | None = None, life: timedelta = DAY) -> tuple[ApiToken, str]:
    return make_token(user, name=" ERP ", expires_at=NOW + life, scopes=["*:read"], by=by or user, at=NOW)


def test_the_secret_is_returned_and_not_stored(user_in: Callable[..., User]) -> None:
    user = user_in("sales")
    token, secret = made(user)
    assert secret.startswith("pn_")
    assert len(secret) > 40
    stored = ApiToken.objects.values().get()
    assert secret not in str(stored)
    assert (stored["name"], stored["prefix"], len(stored["digest"])) == ("ERP", secret[:8], 64)
    assert find_token(secret, at=NOW) == token
    entry = AuditEntry.objects.about(token).get()
    assert (entry.action, entry.actor) == (AuditAction.CREATED, user)
    assert secret not in str(entry.changes)


def test_two_tokens_are_never_alike(user_in: Callable[..., User]) -> None:
    user = user_in("sales")
    assert made(user)[1] != made(user)[1]


@pytest.mark.parametrize("life", [timedelta(0), -DAY, LONGEST_LIFE + timedelta(seconds=1)])
def test_a_life_outside_of_a_year_is_refused(life: timedelta, user_in: Callable[..., User]) -> None:
    with pytest.raises(DomainError) as refused:
        made(user_in("sales"), life=life)
    assert (refused.value.code, list(refused.value.fields)) == ("bad_expiry", ["expires_at"])


def test_an_administrator_makes_tokens_for_services_only(user_in: Callable[..., User]) -> None:
    admin = user_in("administrator")
    service = user_in("integration", is_service=True)
    assert made(service, by=admin)[0].user == service
    for user, by in ((user_in("sales"), admin), (service, user_in("manager"))):
        with pytest.raises(DomainError) as refused:
            made(user, by=by)
        assert (refused.value.code, refused.value.status) == ("not_your_token", 403)


def test_who_may_not_have_tokens_gets_none(user_in: Callable[..., User]) -> None:
    with pytest.raises(PermissionDenied):
        made(user_in("agent"))


def test_revoking_ends_it_and_is_done_once(user_in: Callable[..., User]) -> None:
    user = user_in("sales")
    token, secret = made(user)
    revoke_token(token, by=user, at=NOW)
    assert find_token(secret, at=NOW) is None
    with pytest.raises(Conflict):
        revoke_token(ApiToken.objects.get(pk=token.pk), by=user, at=NOW)
    assert AuditEntry.objects.about(token).filter(action=AuditAction.DELETED).count() == 1


def test_only_the_owner_or_an_administrator_revokes(user_in: Callable[..., User]) -> None:
    token, _secret = made(user_in("sales"))
    with pytest.raises(DomainError):
        revoke_token(token, by=user_in("sales"), at=NOW)
    revoke_token(token, by=user_in("administrator"), at=NOW)


def test_an_expired_token_is_unknown(user_in: Callable[..., User]) -> None:
    _token, secret = made(user_in("sales"))
    assert find_token(secret, at=NOW + DAY) is None
    assert find_token("pn_other", at=NOW) is None
    assert UserFactory().api_tokens.count() == 0


def test_who_gets_a_token_is_told_of_it(user_in):
    user, admin, other = user_in("sales"), user_in("administrator"), user_in("administrator")
    service = user_in("integration", is_service=True)
    now = timezone.now()
    for owner, by in ((user, user), (service, admin)):
        make_token(owner, name="ERP", expires_at=now + timedelta(days=30), scopes=["*:read"], by=by, at=now)

    assert list(Notification.objects.order_by("pk").values_list("user", "kind")) == [
        (user.pk, "core.security"),
        (admin.pk, "core.security"),
        (other.pk, "core.security"),
    ]


def test_people_are_told_once_that_a_token_runs_out(user_in):
    user, admin = user_in("sales"), user_in("administrator")
    service = user_in("integration", is_service=True)
    now = timezone.now()
    for owner, days in ((user, 10), (user, 40), (service, 5)):
        ends = now + timedelta(days)
        ApiToken.objects.create(
            user=owner, name=f"T{days}", digest=f"{owner.pk}-{days}", prefix="pn_", expires_at=ends
        )
    gone = {"name": "Gone", "prefix": "pn_", "user": user}
    ApiToken.objects.create(digest="revoked", expires_at=now + timedelta(3), revoked_at=now, **gone)
    ApiToken.objects.create(
        digest="expired", created_at=now - timedelta(9), expires_at=now - timedelta(1), **gone
    )

    for _ in range(2):
        warn_of_expiring_tokens(at=now)

    found = Notification.objects.filter(kind="core.token_expiring").order_by("user_id")
    assert sorted((m.user_id, m.title.split("”")[0]) for m in found) == sorted(
        [(user.pk, "The token “T10"), (admin.pk, "The token “T5")]
    )
