"""Imports of files: the run, and what became of each line."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.choices import ImportOutcome, ImportState
from core.querysets import ImportMappingQuerySet, ImportRunQuerySet


class ImportRun(models.Model):
    """One file on its way in: how it is read, how its columns map, and how far it got."""

    target = models.CharField(_("what is imported"), max_length=60)
    file = models.FileField(_("file"), upload_to="imports/%Y/%m/", max_length=300)
    filename = models.CharField(_("file name"), max_length=255)
    size = models.PositiveBigIntegerField(_("bytes"), default=0)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=12, choices=ImportState, default=ImportState.UPLOADED)
    # How the file is read: encoding, delimiter, quote, sheet, header line, date order, decimal mark.
    dialect = models.JSONField(_("format"), default=dict)
    # What was found in each column: heading, samples, kinds of values; and the sheets of a workbook.
    profile = models.JSONField(default=dict, editable=False)
    # Column number → field name; columns left out are absent.
    mapping = models.JSONField(_("columns"), default=dict)
    # Defaults and choices: source system, currency, owner, create missing customers, skip faulty rows.
    options = models.JSONField(_("options"), default=dict)
    # {"cells": {line: {field: text}}, "values": {field: {text in the file: text}}}
    repairs = models.JSONField(_("repairs"), default=dict)
    # Counted while the file is read through; an estimate before.
    total_lines = models.PositiveIntegerField(_("lines"), default=0)
    # Grows with each dry run and import: a worker of an earlier attempt finds that it lost its turn.
    attempt = models.PositiveIntegerField(default=0, editable=False)
    # The next line to be checked or written; moved forward in the transaction that stores what became of
    # the lines before it.
    next_line = models.PositiveIntegerField(default=0)
    counts = models.JSONField(_("counts"), default=dict)
    error = models.TextField(_("error"), blank=True)
    job = models.ForeignKey("core.Job", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("uploaded by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now)
    # In whose name, and so with whose rights, the file was last checked or written.
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("started by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    # An undo goes from the last line up; lines from this one on are settled.
    undo_line = models.PositiveIntegerField(null=True, blank=True, editable=False)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("undone by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True, editable=False)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [models.Index(fields=["created_by", "-created_at", "-id"], name="import_of_person")]

    def __str__(self) -> str:
        return self.filename


class ImportLine(models.Model):
    """What became of one line of the file: found wrong in the dry run, or written with this outcome."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="lines")
    line = models.PositiveIntegerField(_("line"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=ImportOutcome)
    object_id = models.BigIntegerField(null=True, blank=True)
    # Each fault: {"field", "value", "code", "params"}; `core.imports.words` says it in the reader's language.
    faults = models.JSONField(_("faults"), default=list, blank=True)
    code = models.CharField(_("kind of fault"), max_length=40, blank=True)
    # What undoing the line takes: {"version": of the record after the write, "old": {column: value}, …}.
    undo = models.JSONField(null=True, blank=True, editable=False)
    # "" while nobody asked, "done", or the code of the reason why the record was left alone.
    undone = models.CharField(max_length=40, blank=True, editable=False)

    class Meta:
        verbose_name = _("import line")
        verbose_name_plural = _("import lines")
        constraints = [models.UniqueConstraint(fields=["run", "line"], name="import_line_is_written_once")]
        indexes = [
            models.Index(fields=["run", "outcome", "line"], name="import_lines_by_outcome"),
            # Which records lie in the recycle bin because their import was undone.
            models.Index(fields=["object_id"], name="import_lines_undone", condition=models.Q(undone="done")),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}:{self.line}"


class ImportMapping(models.Model):
    """How a person mapped the columns of files with these headings the last time."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    target = models.CharField(_("what is imported"), max_length=60)
    # Digest of the set of headings, in whatever order they stand.
    headings = models.CharField(max_length=64)
    # {heading: field}; headings that were left out on purpose are absent.
    columns = models.JSONField(_("columns"), default=dict)
    filename = models.CharField(_("file name"), max_length=255, blank=True)
    used_at = models.DateTimeField(_("last used"), default=timezone.now)

    objects = ImportMappingQuerySet.as_manager()

    class Meta:
        verbose_name = _("remembered columns")
        verbose_name_plural = _("remembered columns")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "target", "headings"], name="columns_are_remembered_once_a_person"
            )
        ]

    def __str__(self) -> str:
        return f"{self.target} {self.filename}"
