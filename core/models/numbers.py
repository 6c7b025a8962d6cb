"""Counters behind the readable numbers of records."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Counter(models.Model):
    """The next number of one kind of record."""

    name = models.CharField(_("name"), max_length=40, primary_key=True)
    next = models.PositiveBigIntegerField(_("next"), default=1)

    class Meta:
        verbose_name = _("counter")
        verbose_name_plural = _("counters")

    def __str__(self) -> str:
        return f"{self.name}: {self.next}"
