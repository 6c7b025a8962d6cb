"""Users: made, changed, given roles and kept out, with somebody always left who administers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from core.access import roles_of
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.users import create_user, deactivate_user, reactivate_user, set_roles, update_user
from core.errors import Conflict, DomainError
from core.models import ApiToken, AuditEntry, Notification, User
from core.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(user_in: Callable[..., User]) -> User:
    return user_in("administrator")


def last_line(subject: User) -> Any:
    return AuditEntry.objects.about(subject).first()


def test_create_stores_user_roles_and_audit_line(admin: User) -> None:
    data = {"username": "chen", "full_name": "陈思远", "team": admin.team}
    user = create_user(data, roles=["sales", "trainer"], password="kx93-mulberry-lane", by=admin)
    assert user.check_password("kx93-mulberry-lane")
    assert roles_of(user) == {"sales", "trainer"}
    entry = last_line(user)
    assert (entry.action, entry.actor) == (AuditAction.CREATED, admin)
    assert entry.changes["roles"] == [None, ["sales", "trainer"]]
    assert "kx93" not in str(entry.changes)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"username": "CHEN", "full_name": "B"}, None),
        ({"username": "other", "full_name": "B", "email": "CHEN@example.test"}, None),
        ({"username": "", "full_name": "B"}, "username"),
        ({"username": "other", "full_name": ""}, "full_name"),
        ({"username": "other", "full_name": "B", "email": "nonsense"}, "email"),
    ],
)
def test_create_refuses_what_is_taken_or_wrong(data: dict[str, Any], field: str | None, admin: User) -> None:
    UserFactory(username="chen", email="chen@example.test")
    with pytest.raises(DomainError) as refused:
        create_user(data, by=admin)
    assert refused.value.code == "invalid"
    assert field is None or field in refused.value.fields


def test_create_refuses_weak_passwords_unknown_roles_and_strangers(
    admin: User, user_in: Callable[..., User]
) -> None:
    data = {"username": "chen", "full_name": "B"}
    with pytest.raises(DomainError) as weak:
        create_user(data, password="password1234", by=admin)
    assert list(weak.value.fields) == ["password"]
    with pytest.raises(DomainError, match="no role king"):
        create_user(data, roles=["king"], by=admin)
    with pytest.raises(PermissionDenied):
        create_user(data, by=user_in("manager"))
    assert not User.objects.filter(username="chen").exists()


def test_the_second_of_two_at_once_is_a_conflict(admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    UserFactory(username="chen")
    monkeypatch.setattr("core.domain.users.check_record", lambda *args, **kwargs: None)
    with pytest.raises(Conflict) as refused:
        create_user({"username": "Chen", "full_name": "B"}, by=admin)
    assert refused.value.code == "already_there"
    assert isinstance(refused.value.__cause__, IntegrityError)


def test_update_writes_only_what_changed(admin: User) -> None:
    user = UserFactory(full_name="Old", title="x")
    update_user(user, {"full_name": "New", "title": "x"}, by=admin)
    assert last_line(user).changes == {"full_name": ["Old", "New"]}
    update_user(user, {"full_name": "New"}, by=admin)
    assert AuditEntry.objects.about(user).count() == 1


def test_an_older_version_is_refused_and_who_changed_what_is_told(admin: User) -> None:
    user = UserFactory(full_name="Old", title="x", username="zhou")
    seen = user.version
    update_user(user, {"title": "y"}, roles=["sales"], by=admin, version=seen)
    record(AuditAction.SIGNED_IN, by=user, subject=user)
    with pytest.raises(Conflict) as refused:
        update_user(user, {"title": "z"}, roles=[], by=admin, version=seen)
    assert (refused.value.code, refused.value.details["version"]) == ("stale", seen + 2)
    assert [line["fields"] for line in refused.value.details["changed"]] == [["title"], ["roles"]]
    user.refresh_from_db()
    assert (user.title, user.groups.count()) == ("y", 1)


def test_versions_count_what_forms_of_a_user_show(admin: User) -> None:
    user = UserFactory()
    update_user(user, {"theme": "dark", "density": "comfortable"}, by=user)
    user.refresh_from_db()
    assert user.version == 1
    deactivate_user(user, by=admin, at=timezone.now())
    reactivate_user(user, by=admin)
    set_roles(user, ["sales"], by=admin)
    assert user.version == 4


def test_people_change_their_own_preferences_but_not_their_place(user_in: Callable[..., User]) -> None:
    user = user_in("agent")
    update_user(user, {"theme": "dark"}, by=user)
    for data in ({"team": None}, {"username": "king"}, {"is_service": True}):
        with pytest.raises(PermissionDenied):
            update_user(user, data, by=user)
    with pytest.raises(PermissionDenied):
        update_user(user_in("agent"), {"theme": "dark"}, by=user)
    with pytest.raises(ValueError, match="is_superuser"):
        update_user(user_in("administrator"), {"is_superuser": True}, by=user_in("administrator"))


def test_a_service_is_made_without_a_password(admin: User) -> None:
    data = {"username": "erp", "full_name": "ERP", "is_service": True}
    with pytest.raises(DomainError) as refused:
        create_user(data, password="kx93-mulberry-lane", by=admin)
    assert (refused.value.code, list(refused.value.fields)) == ("service_has_no_password", ["password"])
    assert not create_user(data, by=admin).has_usable_password()


def test_the_database_refuses_a_service_with_a_password() -> None:
    with pytest.raises(IntegrityError):
        User.objects.create_user("erp", "kx93-mulberry-lane", is_service=True)


def test_a_service_made_of_an_unused_account_loses_its_password(
    admin: User, user_in: Callable[..., User]
) -> None:
    other, user = user_in("administrator"), UserFactory(full_name="ERP")
    user.set_password("kx93-mulberry-lane")
    user.save()
    mark = user.get_session_auth_hash()
    update_user(user, {"is_service": True}, by=admin)
    user.refresh_from_db()
    assert (user.is_service, user.has_usable_password()) == (True, False)
    assert user.get_session_auth_hash() != mark
    assert last_line(user).changes == {"is_service": [False, True]}
    told = Notification.objects.get()
    assert (told.user, told.kind, told.url) == (other, "core.security", user.get_absolute_url())


def test_no_service_is_made_of_somebody_who_signed_in(admin: User) -> None:
    user = UserFactory(last_login=timezone.now())
    with pytest.raises(DomainError) as refused:
        update_user(user, {"is_service": True}, by=admin)
    assert (refused.value.code, list(refused.value.fields)) == ("has_signed_in", ["is_service"])
    user.refresh_from_db()
    assert not user.is_service


def test_no_person_is_made_of_a_service_whose_tokens_still_act(admin: User) -> None:
    service = UserFactory(is_service=True)
    now = timezone.now()
    ends = now + timedelta(days=1)
    token = ApiToken.objects.create(user=service, name="ERP", digest="x", prefix="pn_", expires_at=ends)
    with pytest.raises(Conflict) as refused:
        update_user(service, {"is_service": False}, by=admin)
    assert refused.value.code == "has_tokens"
    ApiToken.objects.filter(pk=token.pk).update(revoked_at=now)
    assert not update_user(service, {"is_service": False}, by=admin).is_service


def test_roles_are_set_exactly(admin: User, user_in: Callable[..., User]) -> None:
    user = user_in("sales")
    set_roles(user, ["manager", "analyst"], by=admin)
    assert roles_of(User.objects.get(pk=user.pk)) == {"manager", "analyst"}
    assert last_line(user).changes == {"roles": [["sales"], ["analyst", "manager"]]}
    set_roles(user, ["analyst", "manager"], by=admin)
    assert AuditEntry.objects.about(user).count() == 1
    with pytest.raises(PermissionDenied):
        set_roles(user, ["administrator"], by=user_in("manager"))


def test_nobody_gives_up_the_own_office_or_leaves_the_house_without_a_head(admin: User) -> None:
    with pytest.raises(DomainError) as own:
        set_roles(admin, ["sales"], by=admin)
    with pytest.raises(DomainError) as out:
        deactivate_user(admin, by=admin, at=timezone.now())
    assert (own.value.code, out.value.code) == ("not_yourself", "not_yourself")
    ghost = UserFactory(is_superuser=True)
    User.objects.filter(pk=ghost.pk).update(is_active=False)
    with pytest.raises(DomainError) as last:
        set_roles(admin, [], by=ghost)
    assert last.value.code == "last_administrator"
    assert roles_of(User.objects.get(pk=admin.pk)) == {"administrator"}


def test_deactivate_keeps_out_and_revokes_tokens_once(admin: User, user_in: Callable[..., User]) -> None:
    user, now = user_in("sales"), timezone.now()
    token = ApiToken.objects.create(user=user, name="x", digest="d", expires_at=now + timezone.timedelta(1))
    deactivate_user(user, by=admin, at=now)
    token.refresh_from_db()
    assert (User.objects.get(pk=user.pk).is_active, token.revoked_at) == (False, now)
    with pytest.raises(Conflict):
        deactivate_user(user, by=admin, at=now)
    reactivate_user(user, by=admin)
    with pytest.raises(Conflict):
        reactivate_user(user, by=admin)
    assert [line.changes for line in AuditEntry.objects.about(user)] == [
        {"is_active": [False, True]},
        {"is_active": [True, False]},
    ]


def test_another_administrator_may_be_switched_off(admin: User, user_in: Callable[..., User]) -> None:
    other = user_in("administrator")
    deactivate_user(other, by=admin, at=timezone.now())
    assert not User.objects.get(pk=other.pk).is_active


def test_createsuperuser_makes_an_administrator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "kx93-mulberry-lane")
    call_command("createsuperuser", username="root", full_name="Root", interactive=False, verbosity=0)
    user = User.objects.get(username="root")
    assert roles_of(user) == {"administrator"}
    assert user.check_password("kx93-mulberry-lane")


def test_the_login_page_lets_in_and_the_way_out_works(client: Any, admin: User) -> None:
    admin.set_password("kx93-mulberry-lane")
    admin.save()
    answer = client.post(
        reverse("login"), {"username": admin.username.upper(), "password": "kx93-mulberry-lane"}
    )
    assert (answer.status_code, answer.url) == (302, reverse("core:home"))
    assert client.post(reverse("logout")).status_code == 302
    assert client.get(reverse("core:home")).status_code == 302


def test_a_change_of_roles_is_told_to_the_user(user_in):
    user, admin = user_in("sales"), user_in("administrator")
    set_roles(user, ["manager"], by=admin)
    set_roles(user, ["manager"], by=admin)

    message = Notification.objects.get(user=user)
    assert (message.kind, message.title) == ("core.security", f"{admin} changed your roles")
