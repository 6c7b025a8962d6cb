"""Files on records of any kind."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.choices import PreviewState
from core.files.kinds import FileKind, kind_named
from core.querysets import AttachmentQuerySet

#: How long a removed file can be taken back.
KEPT_AFTER_REMOVAL = timedelta(days=30)


class Attachment(models.Model):
    """One file on one record. The bytes lie in the storage under a random name, never the sender's."""

    # Label and number instead of a foreign key: any package's records take files.
    subject_type = models.CharField(_("kind of record"), max_length=100, editable=False)
    subject_id = models.BigIntegerField(_("record number"), editable=False)
    name = models.CharField(_("file name"), max_length=255)
    stored = models.CharField(max_length=100, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=10)
    size = models.PositiveBigIntegerField(_("bytes"))
    sha256 = models.CharField(max_length=64, editable=False)
    width = models.PositiveIntegerField(_("width"), null=True, blank=True)
    height = models.PositiveIntegerField(_("height"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    preview = models.CharField(
        _("small picture"), max_length=8, choices=PreviewState, default=PreviewState.NONE, editable=False
    )
    uploaded_at = models.DateTimeField(_("added"), default=timezone.now, editable=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("added by"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True, editable=False)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("removed by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        constraints = [
            # The same bytes twice on one record help nobody.
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "sha256"],
                condition=models.Q(removed_at__isnull=True),
                name="file_is_on_a_record_once",
            ),
            models.CheckConstraint(condition=models.Q(size__gt=0), name="file_is_not_empty"),
            models.CheckConstraint(condition=~models.Q(name=""), name="file_has_a_name"),
            models.CheckConstraint(
                condition=models.Q(removed_by__isnull=True) | models.Q(removed_at__isnull=False),
                name="only_a_removed_file_was_removed_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "-uploaded_at", "-id"], name="file_of_record"),
            # What the sweep looks for.
            models.Index(
                fields=["removed_at"], name="file_removed", condition=models.Q(removed_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def file_kind(self) -> FileKind:
        """What kind of file it is: media type, icon, whether a browser may show it."""
        return kind_named(self.kind)

    @property
    def preview_stored(self) -> str:
        """The name of the small picture in the storage."""
        return f"{self.stored}.webp"
