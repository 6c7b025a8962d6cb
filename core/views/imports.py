"""Imports, the first steps: the list, the file, its format, its columns."""

from __future__ import annotations

import io
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.generic import TemplateView

from core.access import can, require
from core.domain.arriving import megabytes
from core.domain.imports import (
    earlier_import,
    preview,
    set_columns,
    set_format,
    start_check,
    start_run,
    use_columns,
)
from core.domain.imports.runs import OPEN_STATES, columns_of_run, mapping_of_run, options_form
from core.errors import DomainError
from core.imports.faults import ReadingError
from core.imports.forms import FileForm, FormatForm, ImportFilterSet
from core.imports.groups import grouped
from core.imports.targets import ImportTarget, all_targets, target_of
from core.imports.templates import template_csv, template_workbook
from core.imports.uploads import BoundedUploadHandler
from core.imports.words import say_refusal
from core.keyset import SortKey
from core.models import ImportRun, User
from core.navigation import entry_at
from core.views.base import RightsMixin, add_refusal, go_to, is_fragment
from core.views.import_columns import column_choices, column_rows
from core.views.lists import ListPage


def targets_for(user: Any) -> list[ImportTarget]:
    """Return what the person may import."""
    return [target for target in all_targets() if can(user, "import", target.model)]


def known_target(key: str, user: Any) -> ImportTarget:
    """Return the target of that key; 404 for an unknown one, 403 for one that the person may not import."""
    try:
        target = target_of(key)
    except KeyError as error:
        raise Http404 from error
    require(user, "import", target.model)
    return target


def person(request: HttpRequest) -> User:
    """Return who asks; every page of imports is behind the login."""
    return cast(User, request.user)


def own_run(request: HttpRequest, pk: int, action: str = "view") -> ImportRun:
    """Return an import in the person's reach, or 404."""
    rows = ImportRun.objects.visible_to(person(request), action).select_related("job", "created_by")
    run: ImportRun = get_object_or_404(rows, pk=pk)
    return run


class ImportList(ListPage):
    """Files that were imported, or are on their way."""

    model = ImportRun
    filterset_class = ImportFilterSet
    template_name = "core/import_list.html"
    sort_keys = {"created": SortKey("created_at", gettext_lazy("Uploaded"))}
    default_sort = "-created"
    nav_current = "settings"

    def rows(self) -> Any:
        """With what a line shows of each."""
        return super().rows().select_related("created_by")

    def extra_context(self) -> dict[str, Any]:
        """Offer what the person may import."""
        return {"targets": targets_for(self.request.user), "titles": {t.key: t.title for t in all_targets()}}


@method_decorator(csrf_exempt, name="dispatch")
class ImportCreate(RightsMixin, View):
    """Choose a file and what to do with it.

    The token is checked after the upload handler is in place: reading it begins the upload.
    """

    required_right = ("add", ImportRun)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Bound the upload before anything reads it."""
        self.handler = BoundedUploadHandler(request)
        request.upload_handlers = [self.handler]
        return self._protected(request, *args, **kwargs)

    @method_decorator(csrf_protect)
    def _protected(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, target: str) -> HttpResponse:
        """Show the form."""
        found = known_target(target, request.user)
        return self._show(request, found, FileForm(), options_form(found, by=person(request)))

    def post(self, request: HttpRequest, target: str) -> HttpResponse:
        """Take the file in, or say why not; the options stay as chosen."""
        found = known_target(target, request.user)
        form = FileForm(request.POST, request.FILES)
        options = found.options_form(request.POST, by=person(request))
        if self.handler.is_too_large:
            refusal = ReadingError("too_large", megabytes=megabytes(settings.IMPORT_MAX_BYTES))
            form.errors["file"] = form.error_class([say_refusal(refusal)])
        elif form.is_valid() and options.is_valid():
            file = form.cleaned_data["file"]
            try:
                run = start_run(
                    target,
                    file,
                    filename=file.name,
                    by=person(request),
                    options=_sent(request, options),
                )
                return go_to(request, reverse("core:import-dialect", args=[run.pk]))
            except DomainError as error:
                add_refusal(form, error)
        return self._show(request, found, form, options, status=422)

    def _show(
        self, request: HttpRequest, target: ImportTarget, form: FileForm, options: Any, status: int = 200
    ) -> HttpResponse:
        context = {
            "target": target,
            "form": form,
            "options": options,
            "megabytes": megabytes(settings.IMPORT_MAX_BYTES),
            "nav_current": entry_at(reverse(target.list_url_name)),
            "step": 1,
        }
        return render(request, "core/import_create.html", context, status=status)


def _sent(request: HttpRequest, form: Any) -> dict[str, Any]:
    """What was sent for the options; a box left empty is a no, not the default."""
    return {
        name: form.fields[name].widget.value_from_datadict(request.POST, {}, name) for name in form.fields
    }


class ImportDialect(RightsMixin, View):
    """How the file reads: format on top, the first rows beneath, at once when the format changes."""

    required_right = ("view", ImportRun)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the file as recognised, or as the parameters say."""
        run = own_run(request, pk)
        asked = "header_line" in request.GET
        form = FormatForm(request.GET if asked else None, run=run, initial=run.dialect)
        changes = form.cleaned_data if asked and form.is_valid() else {}
        return self._show(request, run, form, changes)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Keep the format and go on to the columns."""
        run = own_run(request, pk, "change")
        form = FormatForm(request.POST, run=run)
        if form.is_valid():
            try:
                set_format(run, form.cleaned_data, by=person(request))
            except DomainError as error:
                add_refusal(form, error)
            else:
                return go_to(request, reverse("core:import-columns", args=[run.pk]))
        return self._show(request, run, form, {}, status=422)

    def _show(
        self,
        request: HttpRequest,
        run: ImportRun,
        form: FormatForm,
        changes: dict[str, Any],
        status: int = 200,
    ) -> HttpResponse:
        context = {**frame(run, 1), "form": form, "earlier": earlier_import(run, by=person(request))}
        try:
            context["reading"] = preview(run, changes)
        except DomainError as error:
            context["refusal"] = error.message
        template = "core/import_dialect.html"
        return render(
            request, f"{template}#preview" if is_fragment(request) else template, context, status=status
        )


class ImportColumns(RightsMixin, View):
    """Which column goes where, and what to do with rows that are there already."""

    required_right = ("view", ImportRun)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the columns as matched by their headings."""
        run = own_run(request, pk)
        form = options_form(target_of(run.target), by=person(request), data=run.options)
        return self._show(request, run, mapping_of_run(run), form)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Keep the columns and check every row in the background."""
        run = own_run(request, pk, "change")
        target = target_of(run.target)
        form = target.options_form(request.POST, by=person(request))
        sent = {
            column.index: request.POST.get(f"column_{column.index}", "") for column in columns_of_run(run)
        }
        mapping = {index: key for index, key in sent.items() if key}
        if form.is_valid():
            try:
                set_columns(run, mapping, options=_sent(request, form), by=person(request))
                start_check(run, by=person(request))
                return go_to(request, reverse("core:import-check", args=[run.pk]))
            except DomainError as error:
                messages.error(request, error.message)
                return self._show(request, run, mapping, form, refusal=error.message)
        return self._show(request, run, mapping, form)

    def _show(
        self, request: HttpRequest, run: ImportRun, mapping: dict[int, str], form: Any, refusal: str = ""
    ) -> HttpResponse:
        target = target_of(run.target)
        context = {
            **frame(run, 2),
            "options": form,
            "rows": column_rows(run, target, mapping),
            "choices": column_choices(target),
            "refusal": refusal,
        }
        return render(
            request, "core/import_columns.html", context, status=422 if refusal or form.errors else 200
        )


class ImportTemplate(RightsMixin, View):
    """An empty file with the headings that are understood."""

    required_right = ("add", ImportRun)

    def get(self, request: HttpRequest, target: str) -> HttpResponseBase:
        """Send it as XLSX, or as CSV when asked for."""
        found = known_target(target, request.user)
        kind = "csv" if request.GET.get("format") == "csv" else "xlsx"
        content = template_csv(found) if kind == "csv" else template_workbook(found)
        name = _("Import template %(what)s") % {"what": found.title}
        return FileResponse(io.BytesIO(content), as_attachment=True, filename=f"{name}.{kind}")


class ImportTargets(RightsMixin, TemplateView):
    """Everything that the person may bring in from a file."""

    required_right = ("add", ImportRun)
    template_name = "core/import_targets.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show a card for each, with its template."""
        return super().get_context_data(
            groups=grouped(targets_for(self.request.user)), nav_current="settings", **kwargs
        )


class ImportMappingChoice(RightsMixin, View):
    """Columns as they were mapped before, or by their headings alone."""

    required_right = ("change", ImportRun)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Map anew and go back to the columns."""
        run = own_run(request, pk, "change")
        use_columns(run, as_before=request.POST.get("use") == "before", by=person(request))
        return go_to(request, reverse("core:import-columns", args=[run.pk]))


def frame(run: ImportRun, step: int) -> dict[str, Any]:
    """Return what every page of one import shows around its step."""
    target = target_of(run.target)
    return {
        "run": run,
        "target": target,
        "step": step,
        "mapped": len(run.mapping),
        "columns_found": len(run.profile.get("columns", [])),
        "is_open": run.state in OPEN_STATES,
        "nav_current": entry_at(reverse(target.list_url_name)),
        "before": _before(run),
    }


def _before(run: ImportRun) -> dict[str, Any] | None:
    """What is remembered about these headings, with the moment as a moment."""
    note = run.profile.get("before")
    return {**note, "on": parse_datetime(note["on"])} if note else None
