"""Who has seen sensitive fields in clear today, so that the audit holds one line of it and not a hundred."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Sight(models.Model):
    """One person, one record, one day. For a list `record` is a number below zero, made of what was asked."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=100)
    record = models.BigIntegerField()
    day = models.DateField()

    class Meta:
        verbose_name = _("sight of sensitive fields")
        verbose_name_plural = _("sights of sensitive fields")
        constraints = [
            models.UniqueConstraint(fields=["user", "day", "kind", "record"], name="seen_once_a_day"),
        ]
        indexes = [models.Index(fields=["day"], name="sights_by_day")]

    def __str__(self) -> str:
        return f"{self.kind} {self.record} {self.day}"
