"""The values of lists to pick from, as this installation words and extends them."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.querysets import PicklistQuerySet
from core.wordings import nearest_text, own_text, texts_of


class PicklistValue(models.Model):
    """One value. Records store its code, which never changes; its names may.

    Values that come with the product keep its wording where a name is empty, and cannot be deleted.
    """

    picklist = models.CharField(_("list"), max_length=60)
    code = models.CharField(
        _("code"), max_length=20, validators=[RegexValidator(r"^[a-z0-9_]+$", _("Small letters and digits."))]
    )
    name_en = models.CharField(_("name in English"), max_length=60, blank=True)
    name_zh_hans = models.CharField(_("name in Simplified Chinese"), max_length=60, blank=True)
    name_zh_hant = models.CharField(_("name in Traditional Chinese"), max_length=60, blank=True)
    position = models.PositiveIntegerField(_("place"), default=0)
    is_active = models.BooleanField(_("offered"), default=True)
    is_built_in = models.BooleanField(_("comes with the product"), default=False, editable=False)

    objects = PicklistQuerySet.as_manager()

    class Meta:
        verbose_name = _("value of a picklist")
        verbose_name_plural = _("values of picklists")
        ordering = ["picklist", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["picklist", "code"], name="one_value_of_a_code"),
            # A value of one's own has at least one name; whichever is there stands in for the others.
            models.CheckConstraint(
                condition=models.Q(is_built_in=True)
                | ~models.Q(name_en="", name_zh_hans="", name_zh_hant=""),
                name="own_value_has_a_name",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.code

    @property
    def name(self) -> str:
        """The name in the language in force, else in a language that has one; empty where none has."""
        names = texts_of(self, "name")
        # The product has its own word in this language: another language's does not stand in for it.
        return own_text(names) if self.is_built_in else nearest_text(names)
