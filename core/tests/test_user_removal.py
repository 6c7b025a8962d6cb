"""People who never came are deleted, but for those whom records name."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.domain.user_removal import remove_user, used_users
from core.errors import Conflict
from core.models import AuditEntry, User
from core.tests.factories import TeamFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_who_is_named_is_found_whatever_names_them(user_in: Callable[..., User]) -> None:
    led, free = UserFactory(), UserFactory()
    TeamFactory(lead=led)
    assert used_users([led.pk, free.pk]) == {led.pk}
    assert used_users([free.pk]) == set()
    assert used_users([]) == set()


def test_however_many_records_name_somebody_one_row_is_read(user_in: Callable[..., User]) -> None:
    led = UserFactory()
    for _number in range(3):
        TeamFactory(lead=led)
    with CaptureQueriesContext(connection) as queries:
        assert used_users([led.pk]) == {led.pk}
    assert all("EXISTS" in query["sql"] for query in queries)


def test_who_came_to_be_named_meanwhile_is_not_removed(user_in: Callable[..., User]) -> None:
    chief, user = user_in("administrator"), UserFactory(last_login=None)
    assert used_users([user.pk]) == set()
    team = TeamFactory(lead=user)
    with pytest.raises(Conflict) as refused:
        remove_user(user, by=chief)
    assert refused.value.code == "user_in_use"
    team.refresh_from_db()
    assert team.lead == user

    team.lead = None
    team.save()
    remove_user(user, by=chief)
    assert not User.objects.filter(pk=user.pk).exists()
    assert AuditEntry.objects.filter(subject_type="core.user", subject_id=user.pk, action="deleted").exists()
