"""The page that explains rights never says anything else than the doors do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from core.access import ScopedQuerySet, can, role_table
from core.access_explained import _explainers, explain, explainer_of, who_reaches
from core.models import Absence, Share, Team, User
from core.roles import Role
from crm.tests.world import Side, make_belongings, make_side

pytestmark = pytest.mark.django_db


@pytest.fixture
def sides() -> tuple[Side, Side]:
    """Two teams; the second is lent something of the first in each way there is."""
    ours, theirs = make_side("Ours"), make_side("Theirs", phone="020 6666 0101", mark="theirs")
    Team.objects.filter(pk=theirs.team.pk).update(parent=Team.objects.create(name="Roof"))
    lend = {"subject_type": "customers.customer", "subject_label": "x", "by": ours.owner}
    Share.objects.create(subject_id=ours.customer.pk, user=theirs.person_in("sales"), level="change", **lend)
    Share.objects.create(subject_id=ours.customer.pk, team=theirs.team, note="all of you", **lend)
    Share.objects.create(
        subject_id=ours.deleted_customer.pk,
        user=theirs.person_in("agent"),
        until=timezone.localdate() - timedelta(days=1),
        **lend,
    )
    today = timezone.localdate()
    Absence.objects.create(
        user=ours.owner, deputy=theirs.person_in("trainer"), starts_on=today, ends_on=today, by=ours.owner
    )
    return ours, theirs


def records_of(side: Side) -> list[Any]:
    own = make_belongings(side.owner)
    rows = [*vars(side).values(), *vars(own).values()]
    found = [row for row in rows if getattr(row, "_meta", None) is not None]
    for label in role_table():
        model = apps.get_model(label)
        found += list(model._default_manager.order_by("pk")[:5])
    return [row for row in found if row._meta.label_lower in role_table()]


def test_the_explanation_agrees_with_every_door(sides: tuple[Side, Side]) -> None:
    """Every model, role and record; recycled records too, as `in_reach` knows them."""
    ours, theirs = sides
    records = {(row._meta.label_lower, row.pk): row for row in [*records_of(ours), *records_of(theirs)]}
    people = [side.person_in(role) for role in Role.values for side in sides]
    outsider = User.objects.create_user("nobody", is_active=False, team=ours.team)
    wrong, tried = [], 0
    for (label, pk), record in sorted(records.items()):
        model = type(record)
        explainer = explainer_of(record)
        actions = {action for _reach, words in role_table()[label].values() for action in words}
        for user in [*people, outsider]:
            reader = User.objects.get(pk=user.pk)
            for action in sorted(actions):
                rows: Any = model._default_manager.all()
                scoped = isinstance(rows, ScopedQuerySet)
                truth = (
                    rows.in_reach(reader, action).filter(pk=pk).exists()
                    if scoped
                    else can(reader, action, model)
                )
                answer = explainer.explain(reader, action)
                tried += 1
                if answer.allowed != truth or not answer.reasons:
                    wrong.append(f"{user} {action} {label} {pk}: {truth}, told {answer}")
    assert not wrong, "\n".join(wrong[:20])
    assert tried > 4_000


def test_the_explanation_of_a_kind_agrees_with_can(sides: tuple[Side, Side]) -> None:
    for role in Role.values:
        user = sides[0].person_in(role)
        for label, row in role_table().items():
            model = apps.get_model(label)
            for action in {action for _reach, words in row.values() for action in words}:
                assert explain(user, action, model).allowed == can(user, action, model)


def test_who_reaches_a_record_is_who_sees_it(sides: tuple[Side, Side]) -> None:
    ours, theirs = sides
    for side in sides:
        for role in Role.values:
            side.person_in(role)
    for record in (ours.customer, ours.person, ours.order, ours.task, theirs.warning):
        rows: Any = type(record)._default_manager
        seen = {
            user.pk
            for user in User.objects.active()
            if rows.in_reach(user, "view").filter(pk=record.pk).exists()
        }
        assert {user.pk for user, _reasons in who_reaches(record)} == seen


def test_every_queryset_with_a_reach_of_its_own_is_explained() -> None:
    for label in role_table():
        rows: Any = apps.get_model(label)._default_manager.all()
        if not isinstance(rows, ScopedQuerySet):
            continue
        kind = type(rows)
        if (kind.in_reach, kind.reached) != (ScopedQuerySet.in_reach, ScopedQuerySet.reached):
            assert label in _explainers, f"{label} needs register_explainer"
