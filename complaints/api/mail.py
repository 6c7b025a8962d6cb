"""REST endpoints of e-mail: mailboxes, received mails, mails to customers."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from complaints.domain.mail.held import leave_out
from complaints.domain.mail.letters import send_again
from complaints.domain.mail.mailboxes import save_mailbox
from complaints.domain.mail.polling import try_connection
from complaints.domain.mail.settling import retry, turn_into_case
from complaints.filters.mail import InboundMailFilterSet, LetterFilterSet, MailboxFilterSet
from complaints.models import CaseLetter, InboundMail, Mailbox, Queue
from complaints.sorting.mail import INBOUND_SORTS, LETTER_SORTS, MAILBOX_SORTS
from core.api.fields import ScopedRelatedField
from core.api.masking import MaskedMixin
from core.api.viewsets import ScopedReadViewSet
from customers.api.base import StrictModelSerializer, VersionedViewSet, VersionField


class MailboxSerializer(StrictModelSerializer):
    """A mailbox. `password` is written and never read."""

    queue = ScopedRelatedField(Queue)
    password = serializers.CharField(write_only=True, required=False, allow_blank=True, max_length=500)
    has_password = serializers.BooleanField(read_only=True)
    version = VersionField()

    class Meta:
        model = Mailbox
        fields = [
            "id", "name", "address", "kind", "queue", "is_active", "host", "port", "security", "username",
            "password", "password_env", "has_password", "folder", "polled_at", "polled_well_at", "error",
            "created_at", "updated_at", "version",
        ]  # fmt: skip
        read_only_fields = ["polled_at", "polled_well_at", "error", "created_at", "updated_at"]
        # The verb answers an address that is taken with 409.
        extra_kwargs: ClassVar[dict[str, Any]] = {"address": {"validators": []}}


class MailboxTestSerializer(serializers.Serializer[Any]):
    """What the server said."""

    unread = serializers.IntegerField()


class MailboxViewSet(VersionedViewSet):
    """Mailboxes. They are switched off, never deleted: their mails stay."""

    model = Mailbox
    serializer_class = MailboxSerializer
    filterset_class = MailboxFilterSet
    sort_keys = MAILBOX_SORTS
    default_sort = "name"
    http_method_names = ["get", "post", "put", "patch", "head", "options"]
    action_rights = {"try_mailbox": "change"}

    def create_record(self, data: dict[str, Any]) -> Mailbox:
        """Make a mailbox."""
        self.version_of(data)
        password = data.pop("password", "")
        return save_mailbox(data, by=self.actor, password=password)

    def update_record(self, instance: Mailbox, data: dict[str, Any]) -> Mailbox:
        """Change a mailbox; without `password` the one that is kept stays."""
        version, password = self.version_of(data), data.pop("password", "")
        return save_mailbox(data, by=self.actor, mailbox=instance, version=version, password=password)

    @extend_schema(request=None, responses=MailboxTestSerializer, filters=False)
    @action(detail=True, methods=["post"], url_path="try", url_name="try")
    def try_mailbox(self, request: Request, pk: int) -> Response:
        """Open the folder and count what nobody has read. 400 with what the server said, 409 without one."""
        return Response({"unread": try_connection(self.get_object(), by=self.actor)})


class InboundMailSerializer(MaskedMixin, serializers.ModelSerializer[InboundMail]):
    """A received mail and what became of it. `data` names the files that were kept and refused."""

    class Meta:
        model = InboundMail
        fields = [
            "id", "mailbox", "message_id", "size", "is_cut", "copies", "sender", "sender_name", "subject",
            "received_at", "state", "reason", "detail", "settled_at", "complaint", "meant_for", "data",
        ]  # fmt: skip
        read_only_fields = fields


class InboundMailViewSet(ScopedReadViewSet):
    """Received mails: read; ignored and failed ones worked on again, turned into a case, or left out."""

    model = InboundMail
    serializer_class = InboundMailSerializer
    filterset_class = InboundMailFilterSet
    sort_keys = INBOUND_SORTS
    default_sort = "-received"
    action_rights = {"retry": "change", "turn_into_case": "change", "leave_out": "change"}

    @extend_schema(request=None, responses=InboundMailSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: Any = None) -> Response:
        """Have the mail worked on again by the same rules. 409 for one that was taken."""
        return self.answer(self.fresh(retry(self.get_object(), by=self.caller)))

    @extend_schema(request=None, responses=InboundMailSerializer, filters=False)
    @action(detail=True, methods=["post"], url_path="turn-into-case", url_name="turn-into-case")
    def turn_into_case(self, request: Request, pk: Any = None) -> Response:
        """Take the mail whatever the rules say. 409 for one that was taken."""
        return self.answer(self.fresh(turn_into_case(self.get_object(), by=self.caller)))

    @extend_schema(request=None, responses=InboundMailSerializer, filters=False)
    @action(detail=True, methods=["post"], url_path="leave-out", url_name="leave-out")
    def leave_out(self, request: Request, pk: Any = None) -> Response:
        """Leave out all that its sender wrote beyond the limit. 409 where it does not wait for that."""
        mail = self.get_object()
        leave_out(mail, by=self.caller)
        return self.answer(self.fresh(mail))


class CaseLetterSerializer(serializers.ModelSerializer[CaseLetter]):
    """A mail to a customer and whether it left; `entry` is the answer that it carries."""

    class Meta:
        model = CaseLetter
        fields = [
            "id", "complaint", "entry", "kind", "mailbox", "message_id", "state", "due_at", "attempts",
            "sent_at", "error", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class CaseLetterViewSet(ScopedReadViewSet):
    """Mails to customers: read, and sent again where they did not arrive."""

    model = CaseLetter
    serializer_class = CaseLetterSerializer
    filterset_class = LetterFilterSet
    sort_keys = LETTER_SORTS
    default_sort = "-id"
    action_rights = {"send_again": "change"}

    @extend_schema(request=None, responses=CaseLetterSerializer, filters=False)
    @action(detail=True, methods=["post"], url_path="send-again", url_name="send-again")
    def send_again(self, request: Request, pk: Any = None) -> Response:
        """Try it anew. 409 unless it could not be sent, or came back."""
        return self.answer(self.fresh(send_again(self.get_object(), by=self.caller)))


routes = [
    ("mailboxes", MailboxViewSet, "mailbox"),
    ("received-mails", InboundMailViewSet, "received-mail"),
    ("complaint-letters", CaseLetterViewSet, "complaint-letter"),
]
