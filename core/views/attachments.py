"""Files of a record: listed, added, sent, removed, put back. Each door first asks for the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from core.access import can
from core.attachables import record_of
from core.audit_lines import kind_name
from core.choices import PreviewState
from core.domain.arriving import megabytes
from core.domain.attachments import (
    add_attachment,
    open_preview,
    open_stored,
    remove_attachment,
    restore_attachment,
)
from core.domain.attachments.adding import kind_for
from core.domain.attachments.storing import too_large
from core.domain.sights import fetched
from core.errors import DomainError
from core.files.kinds import ENDINGS
from core.files.names import cleaned_name
from core.models import Attachment, User
from core.models.attachments import KEPT_AFTER_REMOVAL
from core.uploads import AttachmentUploadHandler, body_is_too_large
from core.views.audit import address_of
from core.views.base import RightsMixin, is_fragment, next_url, refusal, render_page
from core.views.sending import send_file

FILES_SHOWN = 200
MOST_AT_ONCE = 20


@dataclass(frozen=True)
class Result:
    """What became of one file that was sent."""

    name: str
    is_added: bool
    text: str


def record_with_files(user: User, label: str, pk: int) -> models.Model:
    """Return the record if the person may read its files; else it does not exist."""
    record = record_of(label, pk, user)
    if record is None:
        raise Http404
    return record


def may_change_files(user: User, record: models.Model) -> bool:
    """Tell whether the person may add files to the record and remove them."""
    rows = kind_for(record).rows(user, "add")
    return can(user, "add", Attachment) and rows.filter(pk=record.pk).exists()


def panel_context(user: User, record: models.Model, *, before: str = "") -> dict[str, Any]:
    """Return what the panel of a record shows; `before` is the number of the last file of the part before."""
    label = record._meta.label_lower
    may_change = may_change_files(user, record)
    rows = Attachment.objects.of(record).shown_to(user, kind_for(record)).for_list()
    last = rows.filter(pk=int(before)).first() if before.isascii() and before.isdigit() else None
    live = rows.live() if last is None else rows.live().before(last)
    found = list(live[: FILES_SHOWN + 1])
    since = timezone.now() - KEPT_AFTER_REMOVAL
    removed = rows.filter(removed_at__gt=since).order_by("-removed_at", "-pk") if may_change else rows.none()
    return {
        "record": record,
        "files_url": reverse("core:attachment-list", args=[label, record.pk]),
        "files": found[:FILES_SHOWN],
        "older": found[FILES_SHOWN - 1].pk if len(found) > FILES_SHOWN else None,
        "is_continued": last is not None,
        "removed": list(removed[:FILES_SHOWN]),
        "may_change": may_change,
        "max_bytes": settings.ATTACHMENT_MAX_BYTES,
        "max_shown": f"{megabytes(settings.ATTACHMENT_MAX_BYTES)} MB",
        "endings": ",".join(ENDINGS),
    }


@method_decorator(csrf_exempt, name="dispatch")
class AttachmentList(RightsMixin, View):
    """The files of one record, as a panel for htmx and as a page; POST adds some.

    The token is checked after the upload handler is in place: reading it begins the upload.
    """

    required_right = ("view", Attachment)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Bound the upload before anything reads it."""
        self.handler = AttachmentUploadHandler(request)
        if request.method == "POST" and body_is_too_large(request):
            return self._too_large(request)
        request.upload_handlers = [self.handler]
        return self._protected(request, *args, **kwargs)

    @method_decorator(csrf_protect)
    def _protected(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, kind: str, pk: int) -> HttpResponse:
        """Show the files; `?part=rows` only the rows."""
        record = record_with_files(self.person, kind, pk)
        context = panel_context(self.person, record, before=request.GET.get("before", "")[:18])
        part = "rows" if request.GET.get("part") == "rows" else "panel"
        if is_fragment(request):
            return render(request, f"core/attachment_panel.html#{part}", context)
        return self._page(request, record, context)

    def post(self, request: HttpRequest, kind: str, pk: int) -> HttpResponse:
        """Add what was sent, each file for itself, and say what became of each."""
        record = record_with_files(self.person, kind, pk)
        if not may_change_files(self.person, record):
            raise PermissionDenied(_("Your role does not allow this."))
        results = self._results(request, record)
        if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
            shown = [{"name": each.name, "added": each.is_added, "text": each.text} for each in results]
            return JsonResponse({"results": shown}, status=200 if _all_added(results) else 422)
        if not _all_added(results):
            context = {**panel_context(self.person, record), "results": results}
            return self._page(request, record, context, status=422)
        count = len(results)
        messages.success(request, ngettext("%(n)d file added.", "%(n)d files added.", count) % {"n": count})
        return HttpResponseRedirect(next_url(request, request.path))

    def _results(self, request: HttpRequest, record: models.Model) -> list[Result]:
        sent = request.FILES.getlist("file")
        results = [Result(cleaned_name(name), False, too_large().message) for name in self.handler.dropped]
        if not sent and not results:
            return [Result("", False, _("Choose a file."))]
        for file in sent[:MOST_AT_ONCE]:
            name = cleaned_name(file.name or "")
            note = request.POST.get("note", "").replace("\0", "")
            try:
                added = add_attachment(record, file, name=name, note=note, by=self.person)
                results.append(Result(added.name, True, _("Added.")))
            except DomainError as error:
                results.append(Result(name, False, error.message))
        text = _("At most %(n)d files at once.") % {"n": MOST_AT_ONCE}
        return results + [Result(cleaned_name(file.name or ""), False, text) for file in sent[MOST_AT_ONCE:]]

    def _page(
        self, request: HttpRequest, record: models.Model, context: dict[str, Any], status: int = 200
    ) -> HttpResponse:
        label = record._meta.label_lower
        context |= {
            "kind_label": kind_name(label),
            "record_url": address_of(self.person, label, record.pk),
            "next": next_url(request, ""),
        }
        return render(request, "core/attachment_list.html", context, status=status)

    def _too_large(self, request: HttpRequest) -> HttpResponse:
        text = _("Together these files are larger than %(megabytes)d MB. Send fewer at once.")
        text %= {"megabytes": megabytes(settings.ATTACHMENT_RECORD_MAX_BYTES)}
        return refusal(request, DomainError("body_too_large", text, status=413))


def _all_added(results: list[Result]) -> bool:
    return all(result.is_added for result in results)


class OneAttachment(RightsMixin, View):
    """A page about one file of a record in reach."""

    action = "view"

    def attachment(self, pk: int) -> Attachment:
        """Return the file, if it is on its record and that is within reach; else it does not exist."""
        found: Attachment = get_object_or_404(Attachment.objects.visible_to(self.person, self.action), pk=pk)
        return found


class AttachmentDownload(OneAttachment):
    """The file, to be kept."""

    required_right = ("view", Attachment)

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Send it as a download."""
        found = self.attachment(pk)
        kind, file = found.file_kind, open_stored(found)
        fetched(found, by=self.person)
        return send_file(request, file, name=found.name, media_type=kind.media_type)


class AttachmentOpen(OneAttachment):
    """The file, shown by the browser where it can do so safely."""

    required_right = ("view", Attachment)

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Send it to be shown; kinds that no browser shows come as downloads."""
        found = self.attachment(pk)
        kind, file = found.file_kind, open_stored(found)
        fetched(found, by=self.person)
        return send_file(request, file, name=found.name, media_type=kind.media_type, inline=kind.opens)


class AttachmentShow(OneAttachment):
    """The file in a dialog over its record: a picture itself, of a PDF the first page."""

    required_right = ("view", Attachment)

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Show it; 404 for what has no picture."""
        found = self.attachment(pk)
        if found.preview != PreviewState.READY:
            raise Http404
        record = record_with_files(self.person, found.subject_type, found.subject_id)
        url = "core:attachment-open" if found.file_kind.is_picture else "core:attachment-preview"
        context = {"file": found, "record": record, "picture_url": reverse(url, args=[pk])}
        return render_page(request, "core/attachment_show.html", context, partial="dialog")


class AttachmentPreview(OneAttachment):
    """The small picture of a picture, or of a first page."""

    required_right = ("view", Attachment)

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Send it; a page says so where there is none."""
        found = self.attachment(pk)
        file = open_preview(found)
        return send_file(request, file, name=f"{found.pk}.webp", media_type="image/webp", inline=True)


class AttachmentRemove(OneAttachment):
    """Taking a file off its record."""

    required_right = ("delete", Attachment)
    action = "delete"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Remove it and offer to put it back."""
        found = remove_attachment(self.attachment(pk), by=self.person, at=timezone.now())
        return _rows_after(request, self.person, found, _("File removed. It can be put back for 30 days."))


class AttachmentRestore(OneAttachment):
    """Putting a removed file back."""

    required_right = ("delete", Attachment)
    action = "delete"

    def attachment(self, pk: int) -> Attachment:
        """Return the file, also a removed one."""
        found: Attachment = get_object_or_404(Attachment.objects.in_reach(self.person, self.action), pk=pk)
        return found

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Put it back."""
        found = restore_attachment(self.attachment(pk), by=self.person, at=timezone.now())
        return _rows_after(request, self.person, found, _("File put back."))


def _rows_after(request: HttpRequest, user: User, changed: Attachment, text: str) -> HttpResponse:
    """Answer with the rows as they are now; without htmx go to the page of the files."""
    record = record_with_files(user, changed.subject_type, changed.subject_id)
    if not is_fragment(request):
        messages.success(request, text)
        url = reverse("core:attachment-list", args=[changed.subject_type, changed.subject_id])
        back = next_url(request, "")
        return HttpResponseRedirect(f"{url}?{urlencode({'next': back})}" if back else url)
    context = {**panel_context(user, record), "changed": changed, "said": text}
    return render(request, "core/attachment_panel.html#rows", context)
