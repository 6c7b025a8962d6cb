"""Teams: a tree that never closes into a circle."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied

from core.choices import AuditAction
from core.domain.teams import create_team, delete_team, update_team
from core.errors import Conflict, DomainError
from core.models import AuditEntry, Team, User
from core.tests.factories import TeamFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(user_in: Callable[..., User]) -> User:
    return user_in("administrator")


def test_create_stores_and_records(admin: User) -> None:
    team = create_team({"name": "North", "parent": admin.team, "lead": admin}, by=admin)
    assert (team.parent, team.lead) == (admin.team, admin)
    entry = AuditEntry.objects.about(team).get()
    assert (entry.action, entry.changes["parent"]) == (AuditAction.CREATED, [None, "East China"])


def test_create_refuses_a_taken_name_and_who_may_not(admin: User, user_in: Callable[..., User]) -> None:
    with pytest.raises(DomainError) as taken:
        create_team({"name": "East China"}, by=admin)
    assert list(taken.value.fields) == ["name"]
    with pytest.raises(PermissionDenied):
        create_team({"name": "North"}, by=user_in("manager"))


def test_a_team_cannot_move_below_itself(admin: User) -> None:
    top = TeamFactory()
    middle = TeamFactory(parent=top)
    bottom = TeamFactory(parent=middle)
    for parent in (top, middle, bottom):
        with pytest.raises(DomainError) as refused:
            update_team(Team.objects.get(pk=top.pk), {"parent": parent}, by=admin)
        assert refused.value.code == "team_below_itself"
    moved = update_team(bottom, {"parent": top, "name": bottom.name}, by=admin)
    assert moved.parent == top
    assert AuditEntry.objects.about(bottom).get().changes == {"parent": [str(middle), str(top)]}


def test_delete_refuses_members_and_teams_below(admin: User) -> None:
    with_member = UserFactory().team
    with_child = TeamFactory(parent=TeamFactory()).parent
    for team in (with_member, with_child):
        with pytest.raises(Conflict) as refused:
            delete_team(team, by=admin)
        assert refused.value.code == "team_in_use"
    assert not AuditEntry.objects.filter(action=AuditAction.DELETED).exists()


def test_delete_is_done_once(admin: User) -> None:
    team = TeamFactory()
    delete_team(team, by=admin)
    with pytest.raises(Conflict) as refused:
        delete_team(team, by=admin)
    assert refused.value.code == "already_deleted"
    assert AuditEntry.objects.about(team).get().action == AuditAction.DELETED
