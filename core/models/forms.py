"""Forms that were sent, so that the same one does nothing the second time."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SpentForm(models.Model):
    """The token of a form whose work was done, and where that led."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    token = models.CharField(max_length=40)
    url = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("sent form")
        verbose_name_plural = _("sent forms")
        constraints = [models.UniqueConstraint(fields=["user", "token"], name="form_is_spent_once")]
        indexes = [models.Index(fields=["at"], name="spent_forms_by_age")]

    def __str__(self) -> str:
        return self.token
