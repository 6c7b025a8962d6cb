"""The label of a choice is looked up: the same words as Django's own way through every choice."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models
from django.utils import translation

from core.picklists import PicklistField
from customers.models import Order
from customers.models.base import Recorded


def test_every_choice_reads_as_django_reads_it() -> None:
    read = 0
    for model in apps.get_models():
        if not issubclass(model, Recorded):
            continue
        for field in model._meta.concrete_fields:
            # Lists that an installation fills have a way of their own.
            if isinstance(field, PicklistField) or not field.choices:
                continue
            for value in [*dict(field.flatchoices), "nobody knows", ""]:
                record: Any = model(**{field.attname: value})
                for language in ("en", "zh-hans"):
                    with translation.override(language):
                        ours = record._get_FIELD_display(field)
                        assert ours == models.Model._get_FIELD_display(record, field)  # type: ignore[attr-defined]
                        read += 1
    assert read > 100


def test_what_is_missing_stays_missing() -> None:
    field = Order._meta.get_field("state")
    assert Order(state=None)._get_FIELD_display(field) is None
