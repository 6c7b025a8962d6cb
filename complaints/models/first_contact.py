"""The first ninety seconds: accept, empathise, apologise, resolve, and how the complainant felt."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from complaints.choices.cases import Emotion
from complaints.models.complaints import Complaint
from complaints.querysets.cases import BelowComplaint


class FirstContact(models.Model):
    """The guided first contact of one cycle of a case; each step is stamped when it is done."""

    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="first_contacts")
    cycle = models.PositiveSmallIntegerField(_("cycle"), default=1)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    started_at = models.DateTimeField(_("began"))
    accept_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    empathise_at = models.DateTimeField(_("empathised"), null=True, blank=True)
    apologise_at = models.DateTimeField(_("apologised"), null=True, blank=True)
    resolve_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    emotion_before = models.CharField(_("emotion at intake"), max_length=1, choices=Emotion, blank=True)
    emotion_after = models.CharField(_("emotion afterwards"), max_length=1, choices=Emotion, blank=True)

    objects = BelowComplaint.as_manager()

    class Meta:
        verbose_name = _("first contact")
        verbose_name_plural = _("first contacts")
        constraints = [
            models.UniqueConstraint(fields=["complaint", "cycle"], name="one_first_contact_a_cycle")
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.started_at:%Y-%m-%d %H:%M}"
