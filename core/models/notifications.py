"""Messages of the product to one person."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models.mails import OutgoingMail
from core.notices import label_of
from core.querysets import NotificationQuerySet


class Notification(models.Model):
    """One message, in the language of the person it is for.

    The subject is a weak pointer: when the person may no longer see that record, the message is shown
    without its words. `in_app` is False for what the person wants by e-mail alone.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("for"),
        on_delete=models.CASCADE,
        related_name="notifications",
    )
    kind = models.CharField(_("kind"), max_length=60)
    title = models.CharField(_("title"), max_length=200)
    body = models.CharField(_("text"), max_length=500, blank=True)
    url = models.CharField(_("page"), max_length=300, blank=True)
    subject_type = models.CharField(max_length=100, blank=True, editable=False)
    subject_id = models.BigIntegerField(null=True, blank=True, editable=False)
    dedupe = models.CharField(_("dedupe key"), max_length=200, null=True, blank=True)
    in_app = models.BooleanField(_("shown in the app"), default=True, editable=False)
    mail = models.ForeignKey(
        OutgoingMail,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="notifications",
    )
    mailed_at = models.DateTimeField(_("mailed"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("sent"), default=timezone.now)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [
            models.UniqueConstraint(fields=["user", "dedupe"], name="notification_is_sent_once"),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="notification_newest"),
            # The bell counts these on every page and every minute.
            models.Index(
                fields=["user"],
                name="notification_unseen",
                condition=models.Q(read_at__isnull=True, in_app=True),
            ),
            models.Index(fields=["read_at"], name="notification_by_reading"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def kind_label(self) -> str:
        """The name of the kind, in the language of the reader."""
        return label_of(self.kind)
