"""Columns that most business records share."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.encoding import force_str
from django.utils.translation import gettext_lazy as _


class Recorded(models.Model):
    """When and by whom a record was made and last changed, and how often (for lost-update checks)."""

    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("created by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    updated_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        abstract = True

    def _get_FIELD_display(self, field: models.Field[Any, Any]) -> Any:  # noqa: N802 (Django's name)
        # Django's own hashes every choice in every language proxy for every row: a tenth of a list's time.
        value = getattr(self, field.attname)
        return force_str(_labels_of(field).get(value, value), strings_only=True)


@cache
def _labels_of(field: models.Field[Any, Any]) -> dict[Any, Any]:
    return dict(field.flatchoices)


class Recyclable(models.Model):
    """A record that goes to the recycle bin instead of away."""

    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True, editable=False)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("deleted by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        abstract = True


class Foreign(models.Model):
    """A record that another system may know under its own number."""

    source_system = models.CharField(_("source system"), max_length=60, blank=True)
    external_id = models.CharField(_("external ID"), max_length=120, blank=True)

    class Meta:
        abstract = True


def external_identity(name: str) -> list[models.BaseConstraint]:
    """Return the constraint that makes (source system, external ID) one record, where an ID is given."""
    return [
        models.UniqueConstraint(
            fields=["source_system", "external_id"],
            condition=~models.Q(external_id=""),
            name=f"{name}_external_identity",
        )
    ]
