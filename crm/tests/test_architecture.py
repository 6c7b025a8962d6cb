"""Rules about the source itself."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models

from core.access import ScopedQuerySet, role_table
from core.roles import Role

OWN = {"core", "customers", "surveys", "complaints", "training", "analytics"}
#: Rows that are only ever reached through another model's row, with the model that guards them.
GUARDED = {
    "core.counter": "numbers are taken by domain functions",
    "core.heartbeat": "read by the sweeper",
    "core.schedulerun": "core.schedule",
    "core.importline": "core.importrun",
}

pytestmark = pytest.mark.once


def own_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in OWN]


def test_every_right_names_a_model_and_a_role_that_exist() -> None:
    known = {model._meta.label_lower for model in own_models()}

    assert set(role_table()) - known == set()
    assert {role for row in role_table().values() for role in row} == set(Role.values)


@pytest.mark.parametrize("label", sorted(role_table()))
def test_every_model_with_rights_can_be_asked_what_a_person_may_see(label: str) -> None:
    model = apps.get_model(label)

    assert (
        isinstance(model._default_manager.get_queryset(), ScopedQuerySet)
        or hasattr(model._default_manager, "visible_to")
        or label in {"core.organisation", "core.schedule"}
    )


@pytest.mark.parametrize("model", own_models(), ids=lambda model: model._meta.label)
def test_no_model_does_work_in_save(model: type[models.Model]) -> None:
    assert "save" not in vars(model)
    assert "delete" not in vars(model)
