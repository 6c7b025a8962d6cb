"""Imports, the later steps: the dry run with its repairs, the import, the result."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from core.choices import ImportOutcome, ImportState
from core.domain.imports import (
    can_undo,
    cancel_import,
    map_value,
    reconcile,
    repair_cell,
    repair_row,
    row_texts,
    skip_lines,
    start_check,
    start_import,
)
from core.domain.imports.results import failed_rows
from core.domain.imports.runs import mapping_of_run
from core.errors import DomainError
from core.imports.faults import Fault
from core.imports.targets import target_of
from core.models import ImportRun
from core.session_marks import is_fresh
from core.views.base import FormPage, RightsMixin, go_to, is_fragment
from core.views.import_columns import column_rows
from core.views.import_lines import fault_page, outcome_page
from core.views.imports import frame, own_run, person
from core.views.proofs import AsksAgain

RUNNING = (ImportState.CHECKING, ImportState.IMPORTING, ImportState.UNDOING)


def page_of(run: ImportRun) -> str:
    """Return the page on which the import stands."""
    if run.state in {ImportState.CHECKING, ImportState.CHECKED}:
        name = "core:import-check"
    elif run.state == ImportState.UPLOADED:
        name = "core:import-check" if run.error else "core:import-columns"
    else:
        name = "core:import-result"
    return reverse(name, args=[run.pk])


class ImportOpen(RightsMixin, View):
    """An import, wherever it stands."""

    required_right = ("view", ImportRun)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Lead to the step that is next."""
        return go_to(request, page_of(reconcile(own_run(request, pk))))


class ImportCheck(RightsMixin, View):
    """The dry run: how far it is, and what it found."""

    required_right = ("view", ImportRun)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show progress while it runs, then the faults with their repairs."""
        run = reconcile(own_run(request, pk))
        if run.state not in {ImportState.CHECKING, ImportState.CHECKED, ImportState.UPLOADED}:
            return go_to(request, reverse("core:import-result", args=[run.pk]))
        target = target_of(run.target)
        context = {
            **frame(run, 3),
            **job_context(run),
            "faults": fault_page(run, request.GET),
            "rows": column_rows(run, target, mapping_of_run(run)),
            "ready": run.counts.get("created", 0) + run.counts.get("updated", 0),
        }
        return render(request, "core/import_check.html", context)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Check the whole file again."""
        run = own_run(request, pk, "change")
        start_check(run, by=person(request))
        return go_to(request, reverse("core:import-check", args=[run.pk]))


class ImportStart(RightsMixin, View):
    """Write the valid rows, or go on with an import that was stopped."""

    required_right = ("change", ImportRun)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Start the job and go to the page of the result."""
        run = own_run(request, pk, "change")
        if target_of(run.target).is_weighty and not is_fresh(request.session, timezone.now()):
            return go_to(request, reverse("core:import-prove", args=[run.pk]))
        start_import(run, by=person(request))
        return go_to(request, reverse("core:import-result", args=[run.pk]))


class ImportProve(AsksAgain, FormPage):
    """Show again who one is, before rows are written that give rights."""

    required_right = ("change", ImportRun)
    form_class = forms.Form
    title = gettext_lazy("Import valid rows")
    submit_label = gettext_lazy("Import valid rows")
    form_columns = 1

    def crumbs(self) -> list[tuple[Any, str]]:
        """Back to the trial run."""
        run = own_run(self.request, self.kwargs["pk"], "change")
        return [(_("Imports"), reverse("core:import-list")), (run.filename, self.cancel_url())]

    def cancel_url(self) -> str:
        """Back to the trial run."""
        return reverse("core:import-check", args=[self.kwargs["pk"]])

    def perform(self, form: forms.Form) -> str:
        """Start the job."""
        run = own_run(self.request, self.kwargs["pk"], "change")
        start_import(run, by=self.person)
        return reverse("core:import-result", args=[run.pk])


class ImportCancel(RightsMixin, View):
    """Stop the dry run or the import."""

    required_right = ("change", ImportRun)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for it; the page says when it has stopped."""
        run = own_run(request, pk, "change")
        try:
            cancel_import(run, by=person(request))
        except DomainError as error:
            if error.code != "job_finished":
                raise
        return progress_answer(request, own_run(request, pk))


class ImportProgress(RightsMixin, View):
    """How far the work is, for the polling page."""

    required_right = ("view", ImportRun)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the progress; when the work has ended the page is loaded anew with what it found."""
        return progress_answer(request, own_run(request, pk))


def progress_answer(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Return the fragment of the progress, or where to go now."""
    run = reconcile(run)
    if not is_fragment(request):
        return go_to(request, page_of(run))
    response = render(request, "core/import_progress.html", {"run": run, **job_context(run)})
    if run.state not in RUNNING:
        response["HX-Redirect"] = page_of(run)
    return response


def job_context(run: ImportRun) -> dict[str, Any]:
    """Return what the fragment of a job's progress needs."""
    return {
        "is_running": run.state in RUNNING and run.job is not None,
        "job": run.job,
        "progress_url": reverse("core:import-progress", args=[run.pk]),
        "cancel_url": reverse("core:import-cancel", args=[run.pk]),
        "chips": render_to_string("core/import_counts.html", {"run": run, "counts": run.counts}),
    }


class ImportFaults(RightsMixin, View):
    """The rows that need a person, by kind of fault."""

    required_right = ("view", ImportRun)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show one page of them."""
        run = own_run(request, pk)
        if not is_fragment(request):
            return go_to(request, f"{reverse('core:import-check', args=[pk])}?{request.GET.urlencode()}")
        return faults_answer(request, run)


def faults_answer(request: HttpRequest, run: ImportRun, message: str = "") -> HttpResponse:
    """Return the fragment of the faults, with counts that follow it."""
    parameters = request.GET if request.method == "GET" else request.POST
    context = {"run": run, "faults": fault_page(run, parameters), "message": message, "oob": True}
    context["chips"] = render_to_string("core/import_counts.html", {"run": run, "counts": run.counts})
    return render(request, "core/import_faults.html", context)


class ImportRepair(RightsMixin, View):
    """Mend a cell, or a value wherever it stands."""

    required_right = ("change", ImportRun)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Repair, check the rows again, show what is left."""
        run, sent = own_run(request, pk, "change"), request.POST
        field, to = sent.get("field", ""), sent.get("text", "")
        if sent.get("everywhere"):
            count = map_value(run, field, sent.get("value", ""), to, by=person(request))
            message = _("%(count)d rows read again.") % {"count": count}
        else:
            left = repair_cell(run, _line(sent.get("line")), field, to, by=person(request))
            message = repaired(sent.get("line"), left)
        return _back(request, run, message)


def repaired(line: Any, left: Any) -> str:
    """Say how a repair ended."""
    said = _("Row %(line)s is still not in order.") if left else _("Row %(line)s is in order.")
    return said % {"line": line}


class ImportRow(RightsMixin, View):
    """A whole row, field by field: for rows that could not be cut into cells."""

    required_right = ("change", ImportRun)

    def get(self, request: HttpRequest, pk: int, line: int) -> HttpResponse:
        """Show what stands in the file."""
        run = own_run(request, pk, "change")
        target, texts = target_of(run.target), row_texts(run, line)
        stored = run.lines.filter(line=line).first()
        fields = [(target.field(key), text) for key, text in texts.items()]
        context = {
            **frame(run, 3),
            "line": line,
            "cells": [(field, text) for field, text in fields if field is not None],
            "reasons": [target.say(Fault.from_json(data)) for data in stored.faults] if stored else [],
            "group": request.GET.get("group", ""),
        }
        return render(request, "core/import_row.html", context)

    def post(self, request: HttpRequest, pk: int, line: int) -> HttpResponse:
        """Keep the row as typed and check it again."""
        run = own_run(request, pk, "change")
        texts = {key: request.POST.get(f"field_{key}", "") for key in run.mapping.values()}
        left = repair_row(run, line, texts, by=person(request))
        (messages.warning if left else messages.success)(request, repaired(line, left))
        if left:
            return go_to(request, request.get_full_path())
        query = urlencode({"group": request.POST.get("group", "")})
        return go_to(request, f"{reverse('core:import-check', args=[run.pk])}?{query}")


class ImportSkip(RightsMixin, View):
    """Leave rows out."""

    required_right = ("change", ImportRun)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Skip one row, or all that are shown."""
        run, sent = own_run(request, pk, "change"), request.POST
        if sent.get("line"):
            count = skip_lines(run, lines=[_line(sent["line"])], by=person(request))
        else:
            count = skip_lines(run, group=sent.get("group", ""), by=person(request))
        return _back(request, run, _("%(count)d rows will be left out.") % {"count": count})


def _line(text: Any) -> int:
    try:
        return int(text)
    except (TypeError, ValueError) as error:
        raise DomainError("unknown_line", _("This row is not known.")) from error


def _back(request: HttpRequest, run: ImportRun, message: str) -> HttpResponse:
    run.refresh_from_db()
    if is_fragment(request):
        return faults_answer(request, run, message)
    query = urlencode({"group": request.POST.get("group", "")})
    return go_to(request, f"{reverse('core:import-check', args=[run.pk])}?{query}")


class ImportResult(RightsMixin, View):
    """What became of every row."""

    required_right = ("view", ImportRun)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show progress while it runs, then the rows by outcome."""
        run = reconcile(own_run(request, pk))
        if run.state in {ImportState.UPLOADED, ImportState.CHECKING, ImportState.CHECKED}:
            return go_to(request, page_of(run))
        context = {
            **frame(run, 4 if run.state in {*RUNNING, ImportState.CANCELLED, ImportState.FAILED} else 5),
            **job_context(run),
            "lines": outcome_page(run, request.user, request.GET),
            "has_failed": bool(run.file)
            and bool(run.counts.get(ImportOutcome.FAILED) or run.counts.get(ImportOutcome.SKIPPED)),
            "may_continue": bool(run.file) and run.state in {ImportState.CANCELLED, ImportState.FAILED},
            "is_forgotten": not run.file,
            "may_undo": can_undo(run, request.user),
        }
        return render(request, "core/import_result.html", context)


class ImportFailedFile(RightsMixin, View):
    """The rows that did not arrive, with their reasons, to be mended and imported again."""

    required_right = ("view", ImportRun)

    def get(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        """Send them as CSV, line by line."""
        run = own_run(request, pk)
        if not run.file:
            text = _("The uploaded file is no longer there. Upload it again.")
            raise DomainError("file_gone", text, status=410)
        response = StreamingHttpResponse(failed_rows(run), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="failed-rows-{run.pk}.csv"'
        response["Cache-Control"] = "private, no-store"
        return response
