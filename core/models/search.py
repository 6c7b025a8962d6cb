"""What search reads: the terms under which each record is found, and how far they have been filled."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class TermField(models.CharField):  # type: ignore[type-arg]
    """Text that is compared byte by byte, so that a beginning is one range of the index on every database."""

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        """Name the collation of bytes, which every database calls otherwise."""
        parameters = super().db_parameters(connection)
        return {**parameters, "collation": "C" if connection.vendor == "postgresql" else "BINARY"}


class SearchTerm(models.Model):
    """One way to find one record. Rows are many, so they are narrow and have no number of their own.

    `kind` and `field` are the numbers of a registered type and of its searched field, `way` one of
    `core.search.terms.Way`.
    """

    # The primary key is the index that answers a search: kind and way are equal, the term is a range.
    pk = models.CompositePrimaryKey("kind", "way", "term", "object_id", "field")
    kind = models.PositiveSmallIntegerField()
    way = models.PositiveSmallIntegerField()
    field = models.PositiveSmallIntegerField()
    object_id = models.BigIntegerField()
    term = TermField(max_length=64)

    class Meta:
        verbose_name = _("search term")
        verbose_name_plural = _("search terms")
        indexes = [
            # The terms of one record: to keep them, and to ask of a row in one step whether it matches.
            models.Index(fields=["kind", "object_id", "term"], name="search_terms_of_row")
        ]

    def __str__(self) -> str:
        return f"{self.kind}/{self.object_id} {self.term}"


class SearchFill(models.Model):
    """How far the terms of one type have been filled, and for which declaration of the type."""

    kind = models.PositiveSmallIntegerField(primary_key=True)
    version = models.CharField(max_length=64)
    # Records up to this number have their terms; NULL once all have.
    reached = models.BigIntegerField(null=True, blank=True)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("filling of search terms")
        verbose_name_plural = _("fillings of search terms")

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"
