"""Files of records over the API. The record decides: whoever may not see it sees no file of it."""

from __future__ import annotations

from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.viewsets import ScopedReadViewSet
from core.attachables import attachables, record_of
from core.domain.arriving import megabytes
from core.domain.attachments import add_attachment, open_stored, remove_attachment
from core.domain.attachments.storing import too_large
from core.domain.sights import fetched
from core.errors import DomainError
from core.filters import ScopedFilterSet
from core.keyset import SortKey
from core.models import ApiToken, Attachment
from core.uploads import AttachmentUploadHandler, body_is_too_large, most_of_a_body
from core.views.sending import send_file


class AttachmentSerializer(serializers.ModelSerializer[Attachment]):
    """What is known of a file; its bytes are at `/content/`."""

    media_type = serializers.SerializerMethodField()

    class Meta:
        model = Attachment
        fields = [
            "id", "subject_type", "subject_id", "name", "kind", "media_type", "size", "sha256",
            "width", "height", "note", "uploaded_at", "uploaded_by",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(OpenApiTypes.STR)
    def get_media_type(self, attachment: Attachment) -> str:
        """The type that the content was found to have."""
        return attachment.file_kind.media_type


class NewAttachmentSerializer(serializers.Serializer[Any]):
    """A file for a record."""

    subject_type = serializers.CharField(max_length=100, help_text="The kind of record: `customers.order`.")
    subject_id = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text="Its number.")
    file = serializers.FileField(
        allow_empty_file=True, help_text="The name and the content must be of one kind."
    )
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


class AttachmentFilterSet(ScopedFilterSet):
    """Files of one record."""

    subject_type = django_filters.ChoiceFilter(
        label=gettext_lazy("Kind of record"),
        choices=lambda: [(kind.label, kind.model._meta.verbose_name) for kind in attachables()],
    )
    subject_id = django_filters.NumberFilter(
        label=gettext_lazy("Record number"), min_value=1, max_value=2**63 - 1
    )


class AttachmentViewSet(ScopedReadViewSet):
    """Files of records of many kinds: those that the caller may see.

    A token also needs the read scope of the kind of record.
    """

    model = Attachment
    serializer_class = AttachmentSerializer
    filterset_class = AttachmentFilterSet
    sort_keys = {"id": SortKey("pk", gettext_lazy("Number"))}
    default_sort = "id"
    action_rights = {"content": "view"}
    http_method_names = ["get", "post", "delete", "head", "options"]
    parser_classes = [MultiPartParser]

    def for_api(self, rows: Any) -> models.QuerySet[Any]:
        """Leave out files of kinds that the token may not read."""
        found = super().for_api(rows)
        if not isinstance(self.request.auth, ApiToken):
            return found
        labels = [kind.label for kind in attachables() if self.may_read_kind(kind.label)]
        return found.filter(subject_type__in=labels)

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> Request:
        """Bound the upload before anything reads it."""
        self.handler = AttachmentUploadHandler(request)
        if request.method == "POST":
            request.upload_handlers = [self.handler]
        return super().initialize_request(request, *args, **kwargs)

    def perform_authentication(self, request: Request) -> None:
        """Refuse a body that is too large before the check of the caller reads it."""
        if request.method == "POST" and body_is_too_large(request._request):
            text = _("The body is larger than %(megabytes)d MB.") % {"megabytes": megabytes(most_of_a_body())}
            raise DomainError("body_too_large", text, status=413)
        super().perform_authentication(request)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """The content of a file comes as what it is, whatever the caller would rather have."""
        return super().perform_content_negotiation(request, force or getattr(self, "action", "") == "content")

    @extend_schema(
        request={"multipart/form-data": NewAttachmentSerializer}, responses={201: AttachmentSerializer}
    )
    def create(self, request: Request) -> Response:
        """Put a file on a record. Refused: kinds that are not taken, and the same bytes twice."""
        data = request.data
        if self.handler.dropped:
            raise too_large()
        serializer = NewAttachmentSerializer(data=data)
        serializer.is_valid(raise_exception=True)
        values = serializer.validated_data
        label, pk = values["subject_type"], values["subject_id"]
        if not self.may_read_kind(label):
            raise PermissionDenied(_("This token may not read records of this kind."))
        record = record_of(label, pk, self.caller)
        if record is None:
            text = _("There is no such record, or it is out of your reach.")
            raise DomainError("subject_not_found", text, fields={"subject_id": text}, status=404)
        if record_of(label, pk, self.caller, "add") is None:
            raise PermissionDenied(_("Your role does not allow this."))
        file = values["file"]
        added = add_attachment(
            record, file, name=file.name or "", note=values.get("note", ""), by=self.caller
        )
        response = self.answer(added, status.HTTP_201_CREATED)
        response["Location"] = self.reverse_action("detail", args=[added.pk])
        return response

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Take the file off its record; on its page it can be put back for 30 days."""
        remove_attachment(self.get_object(), by=self.caller, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={(200, "*/*"): OpenApiResponse(OpenApiTypes.BINARY)})
    @action(detail=True, methods=["get"])
    def content(self, request: Request, pk: int) -> HttpResponseBase:
        """The bytes, or the part that `Range` asks for."""
        found: Attachment = self.get_object()
        file = open_stored(found)
        fetched(found, by=self.caller)
        return send_file(request._request, file, name=found.name, media_type=found.file_kind.media_type)
