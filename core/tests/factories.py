"""Real platform records for tests."""

from __future__ import annotations

from typing import Any

import factory
from django.db import models

from core.domain.search import follow
from core.models import Team, User


def searchable(*rows: models.Model) -> None:
    """Give records that were written past the verbs the search terms that verbs would have kept."""
    for row in rows:
        follow(type(row), [row.pk])


class SearchableFactory(factory.django.DjangoModelFactory):
    """Makes records that search finds, as if a verb had made them."""

    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        row = super()._create(model_class, *args, **kwargs)
        searchable(row)
        return row


class TeamFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Team

    name = factory.Sequence(lambda n: f"Team {n}")


class UserFactory(SearchableFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    full_name = factory.Sequence(lambda n: f"User {n}")
    email = factory.Sequence(lambda n: f"user{n}@example.test")
    team = factory.SubFactory(TeamFactory)
    language = "en"
