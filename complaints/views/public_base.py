"""What pages for everybody share: bounded uploads, the token against forgery, languages, no traces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.files.uploadhandler import SkipFile
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from complaints.models import PublicForm
from core.domain.arriving import megabytes
from core.limits import seconds_to_wait, waiting_text
from core.models import Organisation
from core.uploads import AttachmentUploadHandler, body_is_too_large, most_of_a_body

Page = TypeVar("Page", bound=type[View])


class FewFiles(AttachmentUploadHandler):
    """Writes no more files to disk than the form takes; the others are read and thrown away."""

    def __init__(self, request: HttpRequest, most: int) -> None:
        super().__init__(request)
        self._most = most
        self._begun = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file, or drop it."""
        self._begun += 1
        super().new_file(*args, **kwargs)
        if self._begun > self._most:
            self.dropped.append(self.file_name or "")
            raise SkipFile


class PublicPage(View):
    """A page for everybody, in the zone of the organisation. Nothing of it is kept by caches or searched."""

    http_method_names = ["get", "post", "head"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer in the organisation's zone."""
        self.setup_row = PublicForm.load()
        self.organisation = Organisation.load()
        with timezone.override(self.organisation.time_zone), translation.override(self.language(request)):
            return self.answered(request, *args, **kwargs)

    def answered(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer."""
        return super().dispatch(request, *args, **kwargs)

    def language(self, request: HttpRequest) -> str:
        """Return the language to answer in."""
        return translation.get_language() or settings.LANGUAGE_CODE

    def shown(
        self, template: str, context: dict[str, Any] | None = None, *, status: int = 200
    ) -> HttpResponse:
        """Render a page that nobody keeps."""
        whole = {"setup": self.setup_row, "house": self.organisation.name, **(context or {})}
        response = render(self.request, f"complaints/{template}.html", whole, status=status)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex"
        return response


@method_decorator(csrf_exempt, name="dispatch")
class UploadPage(PublicPage):
    """A page that takes files. The token against forgery is checked once the upload is bounded: reading it
    begins the upload.
    """

    def answered(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Bound the upload before anything reads it."""
        self.handler = FewFiles(request, self.setup_row.most_files)
        if request.method == "POST" and body_is_too_large(request):
            return self.shown("public_refused", {"text": body_text()}, status=413)
        request.upload_handlers = [self.handler]
        return self._protected(request, *args, **kwargs)

    @method_decorator(csrf_protect)
    def _protected(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().answered(request, *args, **kwargs)


def body_text() -> str:
    """Return what to say of a form that is too large to be received."""
    text = _("Together this is larger than %(mb)d MB. Go back, choose smaller files and send it again.")
    return text % {"mb": megabytes(most_of_a_body())}


def wait_for(name: str, rate: str, who: str) -> tuple[int, str]:
    """Count one; return the seconds to wait and the words for it, (0, "") within the limit."""
    seconds = seconds_to_wait(name, rate, who)
    if not seconds:
        return 0, ""
    return seconds, _("This was sent very often in a short time.") + " " + waiting_text(seconds)


def for_everybody(page: Page) -> Page:
    """Open a page to who is not signed in."""
    decorate: Callable[[Page], Page] = method_decorator(login_not_required, name="dispatch")
    return decorate(page)
