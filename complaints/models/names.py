"""Names in the languages of the interface, for what administrators set up."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.wordings import nearest_text, texts_of


class Named(models.Model):
    """A name in English and in both ways of writing Chinese; any one of them will do."""

    name_en = models.CharField(_("name in English"), max_length=80, blank=True)
    name_zh_hans = models.CharField(_("name in Simplified Chinese"), max_length=80, blank=True)
    name_zh_hant = models.CharField(_("name in Traditional Chinese"), max_length=80, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language in force, else in the nearest language that has one."""
        return nearest_text(texts_of(self, "name"))


def has_a_name(what: str) -> models.CheckConstraint:
    """Return the constraint that some name is there."""
    return models.CheckConstraint(
        condition=~models.Q(name_en="", name_zh_hans="", name_zh_hant=""), name=f"{what}_has_a_name"
    )
