"""What belongs to cases over the API: log, deadlines, levels, work orders."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from complaints.domain.escalation import acknowledge_escalation
from complaints.domain.level_failures import try_again
from complaints.domain.mail.letters import mail_entry
from complaints.domain.work_orders import create_work_order, move_work_order
from complaints.filters.cases import (
    ClockFilterSet,
    EntryFilterSet,
    EscalationFilterSet,
    WorkOrderFilterSet,
)
from complaints.models import CaseLetter, Clock, Complaint, Entry, Escalation, WorkOrder
from complaints.sorting.cases import (
    CLOCK_SORTS,
    ENTRY_SORTS,
    ESCALATION_SORTS,
    WORK_SORTS,
)
from complaints.words import line_in_words
from core.access import require
from core.api.fields import ScopedRelatedField
from core.api.viewsets import ScopedReadViewSet
from core.models import Team, User
from customers.api.base import Strict, StrictModelSerializer, VersionedViewSet


class EntrySerializer(serializers.ModelSerializer[Entry]):
    """A line of the log; `text` puts what the system did into words."""

    text = serializers.SerializerMethodField()

    class Meta:
        model = Entry
        fields = ["id", "complaint", "kind", "at", "by", "author", "channel", "body", "data", "text"]

    def get_text(self, entry: Entry) -> str:
        """The line in the language of the request."""
        return entry.body or line_in_words(entry.data)


class EntryViewSet(ScopedReadViewSet):
    """Lines of the log. What is written is never changed; an answer can be sent by e-mail afterwards."""

    model = Entry
    serializer_class = EntrySerializer
    filterset_class = EntryFilterSet
    sort_keys = ENTRY_SORTS
    default_sort = "when"
    http_method_names = ["get", "post", "head", "options"]
    action_rights = {"send_by_mail": "view"}

    @extend_schema(request=None, responses=EntrySerializer, filters=False)
    @action(detail=True, methods=["post"], url_path="send-by-mail", url_name="send-by-mail")
    def send_by_mail(self, request: Request, pk: int) -> Response:
        """Send an answer by e-mail to the address of its case; a second time it is the same letter."""
        require(self.caller, "add", CaseLetter)
        entry = self.get_object()
        get_object_or_404(Complaint.objects.visible_to(self.caller, "change"), pk=entry.complaint_id)
        mail_entry(entry, by=self.caller)
        return self.answer(self.fresh(entry))


class ClockSerializer(serializers.ModelSerializer[Clock]):
    """A deadline of a case."""

    class Meta:
        model = Clock
        fields = [
            "id", "complaint", "kind", "name", "met_by", "cycle", "turn", "amount", "unit", "started_at",
            "due_at", "state", "met_at",
        ]  # fmt: skip


class ClockViewSet(ScopedReadViewSet):
    """Deadlines of cases."""

    model = Clock
    serializer_class = ClockSerializer
    filterset_class = ClockFilterSet
    sort_keys = CLOCK_SORTS
    default_sort = "due"


class EscalationSerializer(serializers.ModelSerializer[Escalation]):
    """A level of a case: planned, or fired."""

    class Meta:
        model = Escalation
        fields = [
            "id", "complaint", "clock", "number", "recipient", "action", "fire_at", "state", "fired_at",
            "tell_at", "tries", "retry_at", "set_aside_at", "evidence", "acknowledged_at", "acknowledged_by",
            "was_wrong",
        ]  # fmt: skip


class TakenUpSerializer(Strict):
    """How it was taken up."""

    was_wrong = serializers.BooleanField(
        required=False, default=False, help_text="It was a false alarm: nothing had to be done."
    )


class EscalationViewSet(ScopedReadViewSet):
    """Levels of cases."""

    model = Escalation
    serializer_class = EscalationSerializer
    filterset_class = EscalationFilterSet
    sort_keys = ESCALATION_SORTS
    default_sort = "-id"
    http_method_names = ["get", "post", "head", "options"]

    @extend_schema(request=TakenUpSerializer, responses=EscalationSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, pk: int) -> Response:
        """Take up what one was told of, or call it a false alarm. 409 the second time."""
        require(self.caller, "change", Escalation)
        given = TakenUpSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        taken = acknowledge_escalation(self.get_object(), by=self.caller, **given.validated_data)
        return self.answer(self.fresh(taken))

    @extend_schema(request=None, responses=EscalationSerializer, filters=False)
    @action(detail=True, methods=["post"], url_path="false-alarm", url_name="false-alarm")
    def false_alarm(self, request: Request, pk: int) -> Response:
        """Call it a false alarm. 409 once it was taken up."""
        require(self.caller, "change", Escalation)
        row = self.get_object()
        return self.answer(self.fresh(acknowledge_escalation(row, by=self.caller, was_wrong=True)))

    @extend_schema(request=None, responses=EscalationSerializer, filters=False)
    @action(detail=True, methods=["post"], url_path="try-again", url_name="try-again")
    def try_again(self, request: Request, pk: int) -> Response:
        """Have a level that was set aside tried by the next scan. 409 for any other."""
        require(self.caller, "change", Escalation)
        return self.answer(self.fresh(try_again(self.get_object(), by=self.caller)))


class WorkOrderSerializer(StrictModelSerializer):
    """Something that a team does for a case."""

    complaint = ScopedRelatedField(Complaint, right="change")
    team = ScopedRelatedField(Team)
    owner = ScopedRelatedField(User, required=False, allow_null=True)
    due_at = serializers.DateTimeField(required=False)

    class Meta:
        model = WorkOrder
        fields = [
            "id", "complaint", "number", "title", "note", "team", "owner", "due_at", "follows_case", "state",
            "ended_at", "outcome", "created_at", "updated_at", "version",
        ]  # fmt: skip
        read_only_fields = [
            "number", "follows_case", "state", "ended_at", "outcome", "created_at", "updated_at", "version",
        ]  # fmt: skip


class WorkOutcomeSerializer(Strict):
    """What came of it."""

    outcome = serializers.CharField(max_length=2_000)


_MOVED: dict[str, Any] = {"responses": WorkOrderSerializer, "filters": False}


class WorkOrderViewSet(VersionedViewSet):
    """Work orders. They are done or cancelled, not deleted."""

    model = WorkOrder
    serializer_class = WorkOrderSerializer
    filterset_class = WorkOrderFilterSet
    sort_keys = WORK_SORTS
    default_sort = "due"
    http_method_names = ["get", "post", "head", "options"]

    def create_record(self, data: dict[str, Any]) -> WorkOrder:
        """Ask a team to do something."""
        return create_work_order(data.pop("complaint"), data.pop("title"), **data, by=self.actor)

    def _moved(self, state: str, outcome: str = "") -> Response:
        require(self.actor, "change", WorkOrder)
        order = move_work_order(self.get_object(), state, by=self.actor, outcome=outcome)
        return self.answer(self.fresh(order))

    @extend_schema(request=None, **_MOVED)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: int) -> Response:
        """Accept it."""
        return self._moved("accepted")

    @extend_schema(request=None, **_MOVED)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: int) -> Response:
        """Open one again that is accepted, done or cancelled. 409 where its case has ended."""
        return self._moved("open")

    @extend_schema(request=WorkOutcomeSerializer, **_MOVED)
    @action(detail=True, methods=["post"])
    def done(self, request: Request, pk: int) -> Response:
        """Finish it."""
        return self._moved("done", self.checked(WorkOutcomeSerializer)["outcome"])

    @extend_schema(request=WorkOutcomeSerializer, **_MOVED)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: int) -> Response:
        """Say that it is no longer needed."""
        return self._moved("cancelled", self.checked(WorkOutcomeSerializer)["outcome"])
