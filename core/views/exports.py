"""Taking a list away: choose a format, wait for the job, fetch the file."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views import View

from core.domain.exports import export_file, find_export, request_export
from core.views.base import SIGNED_IN, RightsMixin, go_to, render_page


class ExportStart(RightsMixin, View):
    """Ask for a list as a file. The right belongs to the list, so the domain checks it."""

    required_right = SIGNED_IN

    def get(self, request: HttpRequest) -> HttpResponse:
        """Offer the formats."""
        export = find_export(request.GET.get("key", ""), by=self.person)
        query = request.GET.get("query", "")
        nothing = export.model._default_manager.none()
        filterset = export.filterset_class(QueryDict(query), queryset=nothing, user=self.person)
        chips = filterset.chips()
        context = {"export": export, "key": export.key, "query": query, "filter_chips": chips}
        return render_page(request, "core/export_start.html", context, partial="fragment")

    def post(self, request: HttpRequest) -> HttpResponse:
        """Start the job and go to its page."""
        sent = request.POST
        job = request_export(
            sent.get("key", ""),
            query=sent.get("query", ""),
            file_format=sent.get("format", ""),
            by=self.person,
        )
        return go_to(request, reverse("core:job-detail", args=[job.pk]))


class ExportDownload(RightsMixin, View):
    """The finished file, for who asked for it."""

    required_right = SIGNED_IN

    def get(self, request: HttpRequest, token: str) -> HttpResponseBase:
        """Send it as an attachment that nobody caches and no browser interprets."""
        path, name, content_type = export_file(token, by=self.person)
        response = FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=content_type)
        response["Cache-Control"] = "private, no-store"
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return response
