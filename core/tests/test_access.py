"""Reach: who sees which rows, by role, team and ownership."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from core.access import can, reach_of, renew, require, role_table, roles_of, rows_of, teams_in_reach
from core.models import ApiToken, AuditEntry, Job, Organisation, Team, User
from core.roles import Reach, Role
from core.tests.factories import TeamFactory, UserFactory

pytestmark = pytest.mark.django_db
EVERYBODY = tuple(Role.values)


@pytest.fixture
def team_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    """For the length of a test managers see users of their own team and below only."""
    monkeypatch.setitem(role_table()["core.user"], "manager", (Reach.TEAM, frozenset({"view"})))
    monkeypatch.setitem(role_table()["core.user"], "agent", (Reach.OWN, frozenset({"view"})))


def test_the_table_names_only_known_roles_reaches_and_actions() -> None:
    for label, row in role_table().items():
        for role, (reach, actions) in row.items():
            assert role in EVERYBODY, label
            assert reach in Reach.values, label
            assert actions <= row["administrator"][1], (label, role)


def test_a_user_read_anew_has_the_rights_of_now(user_in: Callable[..., User]) -> None:
    user, elsewhere = user_in("manager"), TeamFactory()
    assert (roles_of(user), teams_in_reach(user)) == ({"manager"}, {user.team_id})
    stored = User.objects.get(pk=user.pk)
    stored.groups.clear()
    User.objects.filter(pk=user.pk).update(team=elsewhere)
    assert roles_of(user) == {"manager"}

    assert renew(user) is user
    assert (roles_of(user), teams_in_reach(user)) == (frozenset(), {elsewhere.pk})


@pytest.mark.parametrize("role", EVERYBODY)
def test_a_role_gives_what_the_table_says(role: str, user_in: Callable[..., User]) -> None:
    user = user_in(role)
    for model in (User, Team, Job, AuditEntry, ApiToken, Organisation):
        reach, actions = role_table()[model._meta.label_lower].get(role, ("", frozenset()))
        for action in ("view", "add", "change", "delete", "export", "cancel"):
            assert can(user, action, model) is (action in actions)
            assert reach_of(user, model, action) == (reach if action in actions else None)


def test_the_widest_of_several_roles_counts(user_in: Callable[..., User]) -> None:
    from core.domain.roles import give_role

    user = user_in("agent")
    assert reach_of(user, Job) == Reach.OWN
    give_role(user, "administrator")
    assert roles_of(user) == {"agent", "administrator"}
    assert reach_of(user, Job) == Reach.ALL


def test_a_superuser_is_an_administrator() -> None:
    assert reach_of(UserFactory(is_superuser=True), AuditEntry) == Reach.ALL


def test_inactive_users_and_strangers_may_do_nothing(user_in: Callable[..., User]) -> None:
    gone = user_in("administrator", is_active=False)
    assert roles_of(gone) == frozenset()
    assert not can(gone, "view", User)
    assert not can(AnonymousUser(), "view", User)
    assert not User.objects.visible_to(gone).exists()
    with pytest.raises(PermissionDenied):
        require(gone, "view", User)


def test_a_group_that_is_no_role_gives_nothing() -> None:
    from django.contrib.auth.models import Group

    user = UserFactory()
    user.groups.add(Group.objects.create(name="friends"))
    assert roles_of(user) == frozenset()


def test_own_reach_is_ones_own_rows(user_in: Callable[..., User]) -> None:
    one, other = user_in("sales"), user_in("sales")
    mine = Job.objects.create(task="x", created_by=one)
    Job.objects.create(task="x", created_by=other)
    Job.objects.create(task="x")
    assert list(Job.objects.visible_to(one)) == [mine]
    assert Job.objects.visible_to(user_in("administrator")).count() == 3


def test_team_reach_is_the_team_and_all_below(
    team: Team, team_reach: None, user_in: Callable[..., User]
) -> None:
    below = TeamFactory(parent=TeamFactory(parent=team))
    above = TeamFactory()
    Team.objects.filter(pk=team.pk).update(parent=above)
    manager = user_in("manager")
    deep, colleague = UserFactory(team=below), UserFactory(team=team)
    UserFactory(team=above)
    UserFactory(team=None)
    assert set(User.objects.visible_to(manager)) == {manager, deep, colleague}
    assert list(User.objects.visible_to(user_in("agent")).values_list("team", flat=True)) == [team.pk]


def test_without_a_team_only_ones_own_rows_are_in_reach(
    team_reach: None, user_in: Callable[..., User]
) -> None:
    manager = user_in("manager", team=None)
    UserFactory(team=None)
    assert list(User.objects.visible_to(manager)) == [manager]


def test_the_tree_is_read_once_a_user(
    team: Team, user_in: Callable[..., User], django_assert_num_queries: Any
) -> None:
    manager = user_in("manager")
    with django_assert_num_queries(1):
        teams_in_reach(manager)
        teams_in_reach(manager)


def test_a_circle_in_the_tree_does_not_hang() -> None:
    one = TeamFactory()
    two = TeamFactory(parent=one)
    Team.objects.filter(pk=one.pk).update(parent=two)
    assert Team.objects.ids_below(one.pk) == {one.pk, two.pk}


def test_the_rows_of_a_role_are_listed_for_the_page() -> None:
    rows = {label: (reach, actions) for label, reach, actions in rows_of("agent")}
    assert rows["core.job"] == (Reach.OWN, frozenset({"view", "cancel", "retry"}))
    assert "core.auditentry" not in rows
