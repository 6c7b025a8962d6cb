"""The audit table: written once, in words, and for sign-ins too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from core.audit_lines import describe_changes, in_words, kind_name
from core.choices import AuditAction
from core.domain.audit import as_json, differences, record
from core.models import AuditEntry, Team, User
from core.tests.factories import TeamFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_line_names_actor_record_and_changes() -> None:
    by, team = UserFactory(), TeamFactory(name="North")
    record(AuditAction.CHANGED, by=by, subject=team, changes={"name": ("South", "North")}, note="n" * 400)
    entry = AuditEntry.objects.about(team).get()
    assert (entry.actor, entry.subject_type, entry.subject_label) == (by, "core.team", "North")
    assert (entry.changes, len(entry.note)) == ({"name": ["South", "North"]}, 300)


def test_lines_are_never_changed_nor_deleted() -> None:
    record(AuditAction.RAN, by=None)
    for refused in (AuditEntry.objects.all().delete, lambda: AuditEntry.objects.update(note="altered")):
        with pytest.raises(TypeError):
            refused()
    assert AuditEntry.objects.get().note == ""


def test_no_address_of_the_product_changes_a_line(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    client = client_of(user_in("administrator"))
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)(reverse("core:audit-list")).status_code == 405


@pytest.mark.parametrize("query", ["until=9999-12-31", "since=0001-01-01"])
def test_days_that_no_line_can_have_are_refused(
    query: str, user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    client = client_of(user_in("administrator"))
    assert client.get(reverse("core:audit-list") + f"?{query}").status_code == 400


def test_values_are_kept_as_json() -> None:
    team = TeamFactory(name="North")
    moment = datetime(2026, 5, 1, tzinfo=UTC)
    given = [Decimal("1.50"), date(2026, 5, 1), moment, team, ["b", "a"], None, True, "x"]
    kept = ["1.5", "2026-05-01", "2026-05-01T00:00:00+00:00", "North", ["a", "b"], None, True, "x"]
    assert [as_json(value) for value in given] == kept
    assert differences(team, {"name": "North", "lead": None}) == {}


def test_changes_are_told_in_the_words_of_the_page() -> None:
    user = UserFactory()
    changes = {
        "theme": ("auto", "dark"),
        "is_active": (True, False),
        "roles": (None, ["sales"]),
        "x_y": (1, ""),
    }
    entry = record(AuditAction.CHANGED, by=None, subject=user, changes=changes)
    assert describe_changes(entry) == [
        ("Theme", "As the system", "Dark"),
        ("May sign in", "Yes", "No"),
        ("Roles", "–", "Sales"),
        ("X y", "1", "–"),
    ]
    assert (kind_name("core.team"), kind_name("gone.model")) == ("Team", "gone.model")
    assert len(in_words("x" * 500)) == 81


def test_signing_in_failing_and_out_leave_lines(client: Client) -> None:
    user = UserFactory(username="chen")
    user.set_password("kx93-mulberry-lane")
    user.save()
    login = reverse("login")
    client.post(login, {"username": "Chen", "password": "wrong"})
    client.post(login, {"username": "my-secret-typed-here", "password": "wrong"})
    client.post(login, {"username": "chen", "password": "kx93-mulberry-lane"})
    client.post(reverse("logout"))
    written = AuditEntry.objects.exclude(action=AuditAction.PASSWORD_CHANGED).order_by("id")
    lines = [(line.action, line.actor, line.subject_label) for line in written]
    assert lines == [
        (AuditAction.SIGN_IN_FAILED, None, user.full_name),
        (AuditAction.SIGN_IN_FAILED, None, ""),
        (AuditAction.SIGNED_IN, user, user.full_name),
        (AuditAction.SIGNED_OUT, user, user.full_name),
    ]
    assert not AuditEntry.objects.filter(note__contains="secret").exists()
    assert AuditEntry.objects.order_by("id").last().note == "127.0.0.1"


def test_nonsense_in_the_login_form_is_no_crash(client: Client) -> None:
    for name in ("", "\0", "x" * 10_000, "😀"):
        assert client.post(reverse("login"), {"username": name, "password": "p"}).status_code == 200


def test_lines_of_a_record_come_newest_first() -> None:
    team = TeamFactory()
    for note in ("first", "second"):
        record(AuditAction.CHANGED, by=None, subject=team, note=note)
    assert [line.note for line in AuditEntry.objects.about(team)] == ["second", "first"]
    assert not AuditEntry.objects.about(Team(pk=10**9)).exists()


def test_a_new_password_is_told_and_a_better_hash_is_not() -> None:
    user = UserFactory()
    user.set_password("kx93-mulberry-lane")
    user.save()
    user.check_password("kx93-mulberry-lane")
    user.full_name = "Renamed"
    user.save()
    line = AuditEntry.objects.about(user).get()
    assert (line.action, line.via, line.changes) == (AuditAction.PASSWORD_CHANGED, "command", {})


def test_objects_in_a_list_are_equal_whatever_the_order_of_their_keys() -> None:
    assert as_json([{"fact": "tier", "value": 1}]) == as_json([{"value": 1, "fact": "tier"}])
    assert as_json([{"fact": "tier", "value": 1}]) != as_json([{"fact": "tier", "value": 2}])
