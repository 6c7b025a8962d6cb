"""Cases over the API: the same verbs, filters and reach as the pages."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from complaints.api.acceptance import AcceptanceMixin
from complaints.api.beside import BESIDE_RIGHTS, BesideMixin
from complaints.api.case_serializers import (
    AssignSerializer,
    CaseAnswerSerializer,
    CaseNoteSerializer,
    CasePrioritySerializer,
    CaseQueueSerializer,
    CaseReasonSerializer,
    ComplaintSerializer,
    ReceivedSerializer,
    RegradeSerializer,
    SolveSerializer,
    TextSerializer,
)
from complaints.api.intake import INTAKE_RIGHTS, IntakeMixin
from complaints.api.status import StatusMixin
from complaints.api.together import TogetherMixin
from complaints.api.verdicts import VerdictSerializer
from complaints.choices.cases import Intake
from complaints.domain import moves, queueing, reopening
from complaints.domain.acknowledgements import acknowledge_receipt
from complaints.domain.assessing import regrade, regrade_by_rules, set_priority, verdict_of
from complaints.domain.entries import add_note
from complaints.domain.last_word import standard_sentence
from complaints.domain.mail.letters import answer_by_mail
from complaints.domain.subjects import register_about, set_subject
from complaints.domain.updating import update_case
from complaints.filters.cases import (
    ComplaintFilterSet,
)
from complaints.models import CaseLetter, Complaint
from complaints.sorting.cases import (
    CASE_SORTS,
)
from core.access import require
from core.api.external_ids import UpsertMixin
from customers.api.base import VersionedViewSet

_CALL = OpenApiExample(
    "A complaint by telephone",
    value={
        "kind": "complaint",
        "title": "Lecturer changed two days before the course",
        "description": "48 people were told to expect Mr Wu.",
        "remedy_sought": "The lecturer that was promised",
        "customer": 42,
        "subject": {"type": "product", "id": 5},
        "intake": "phone",
        "impact": "several",
        "source_system": "hotline",
        "external_id": "C-2026-11-22-7",
    },
    request_only=True,
)
_DONE: dict[str, Any] = {"responses": ComplaintSerializer, "filters": False}


@extend_schema_view(create=extend_schema(examples=[_CALL], responses={201: ReceivedSerializer}))
class ComplaintViewSet(
    AcceptanceMixin, IntakeMixin, TogetherMixin, StatusMixin, BesideMixin, UpsertMixin, VersionedViewSet
):
    """Complaints and service requests. They are closed or withdrawn, never deleted."""

    model = Complaint
    serializer_class = ComplaintSerializer
    filterset_class = ComplaintFilterSet
    sort_keys = CASE_SORTS
    default_sort = "-received"
    http_method_names = ["get", "post", "put", "patch", "head", "options"]
    action_rights = {
        "assign": "assign",
        "regrade": "grade",
        "grade_again": "grade",
        "verdict": "view",
        **INTAKE_RIGHTS,
        **BESIDE_RIGHTS,
    }

    def create_record(self, data: dict[str, Any]) -> Complaint:
        """Receive it."""
        self.version_of(data)
        data.pop("emotion_after", None)
        with transaction.atomic():
            subject = data.pop("subject", None)
            case = register_about({"intake": Intake.API, **data}, by=self.actor, subject=subject)
            acknowledge_receipt(case)
        return case

    def update_record(self, instance: Complaint, data: dict[str, Any]) -> Complaint:
        """Correct its facts; what it was received as stays."""
        version = self.version_of(data)
        for name in ("kind", "queue", "intake", "received_at", "source_system", "external_id"):
            if data.pop(name, getattr(instance, name)) != getattr(instance, name):
                raise serializers.ValidationError({name: ["This stays as it was received."]})
        is_about, subject = "subject" in data, data.pop("subject", None)
        with transaction.atomic():
            case = update_case(instance, data, by=self.actor, version=version)
            return set_subject(case, subject, by=self.actor) if is_about else case

    @property
    def case(self) -> Complaint:
        """The case, if the caller may do this to it."""
        found: Complaint = self.get_object()
        return found

    def _told(self, case: Any) -> Response:
        return self.answer(self.fresh(case))

    @extend_schema(request=None, **_DONE)
    @action(detail=True, methods=["post"])
    def take(self, request: Request, pk: int) -> Response:
        """Take a case that nobody has."""
        return self._told(moves.take(self.case, by=self.actor))

    @extend_schema(request=AssignSerializer, **_DONE)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, pk: int) -> Response:
        """Hand the case to somebody."""
        case, data = self.case, self.checked(AssignSerializer)
        return self._told(moves.assign(case, data["owner"], by=self.actor, note=data.get("note", "")))

    @extend_schema(request=CaseQueueSerializer, **_DONE)
    @action(detail=True, methods=["post"], url_path="move-to-queue", url_name="move-to-queue")
    def move_to_queue(self, request: Request, pk: int) -> Response:
        """Put the case into another queue, where it is dispatched anew."""
        case, data = self.case, self.checked(CaseQueueSerializer)
        return self._told(queueing.move_to_queue(case, **data, by=self.actor))

    @extend_schema(request=None, **_DONE)
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, pk: int) -> Response:
        """Note that the customer knows that we have it."""
        return self._told(moves.acknowledge(self.case, by=self.actor))

    @extend_schema(request=CaseNoteSerializer, **_DONE)
    @action(detail=True, methods=["post"])
    def note(self, request: Request, pk: int) -> Response:
        """Keep an internal note."""
        case = self.case
        add_note(case, self.checked(CaseNoteSerializer)["body"], by=self.actor, at=timezone.now())
        return self._told(case)

    @extend_schema(request=CaseAnswerSerializer, **_DONE)
    @action(detail=True, methods=["post"], url_path="answer", url_name="answer")
    def answer_customer(self, request: Request, pk: int) -> Response:
        """Keep what we told the customer, and with `send_by_mail` send it; it meets the first response."""
        case, data = self.case, self.checked(CaseAnswerSerializer)
        if data.pop("standard", False):
            data["body"] = standard_sentence(case)
        if data.pop("send_by_mail", False):
            require(self.actor, "add", CaseLetter)
            said = {"seen": data.get("seen"), "despite": data.get("despite", "")}
            answer_by_mail(case, data["body"], by=self.actor, **said)
        else:
            moves.answer(case, **data, by=self.actor)
        return self._told(case)

    @extend_schema(request=TextSerializer, **_DONE)
    @action(detail=True, methods=["post"])
    def hear(self, request: Request, pk: int) -> Response:
        """Keep what the customer said; a case that waits for it goes on."""
        case = self.case
        moves.hear(case, **self.checked(TextSerializer), by=self.actor)
        return self._told(case)

    @extend_schema(request=CaseReasonSerializer, **_DONE)
    @action(detail=True, methods=["post"])
    def wait(self, request: Request, pk: int) -> Response:
        """Wait for the customer."""
        case = self.case
        return self._told(moves.wait_for_customer(case, **self.checked(CaseReasonSerializer), by=self.actor))

    @extend_schema(request=None, **_DONE)
    @action(detail=True, methods=["post"], url_path="go-on", url_name="go-on")
    def go_on(self, request: Request, pk: int) -> Response:
        """Go on with a case that waited."""
        return self._told(moves.go_on(self.case, by=self.actor))

    @extend_schema(request=SolveSerializer, **_DONE)
    @action(detail=True, methods=["post"])
    def solve(self, request: Request, pk: int) -> Response:
        """Give the customer the solution."""
        case, data = self.case, self.checked(SolveSerializer)
        return self._told(moves.solve(case, **data, by=self.actor))

    @extend_schema(request=None, **_DONE)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: int) -> Response:
        """Close a case whose solution the customer has."""
        return self._told(moves.close(self.case, by=self.actor))

    @extend_schema(request=CaseReasonSerializer, **_DONE)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: int) -> Response:
        """End a case that the customer takes back."""
        case = self.case
        return self._told(moves.withdraw(case, **self.checked(CaseReasonSerializer), by=self.actor))

    @extend_schema(request=CaseReasonSerializer, **_DONE)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: int) -> Response:
        """Take up a case again."""
        case = self.case
        return self._told(reopening.reopen(case, **self.checked(CaseReasonSerializer), by=self.actor))

    @extend_schema(responses=VerdictSerializer, filters=False)
    @action(detail=True, methods=["get"])
    def verdict(self, request: Request, pk: int) -> Response:
        """Tell what the grading rules of today make of the case; nothing is written."""
        return Response(verdict_of(self.case).as_evidence())

    @extend_schema(request=CaseReasonSerializer, **_DONE)
    @action(detail=True, methods=["post"], url_path="grade-again")
    def grade_again(self, request: Request, pk: int) -> Response:
        """Grade the complaint again by the rules of today; its clocks follow. 409 where they agree."""
        case, reason = self.case, self.checked(CaseReasonSerializer)["reason"]
        return self._told(regrade_by_rules(case, reason=reason, by=self.actor))

    @extend_schema(request=RegradeSerializer, **_DONE)
    @action(detail=True, methods=["post"])
    def regrade(self, request: Request, pk: int) -> Response:
        """Give the complaint another grade."""
        case = self.case
        return self._told(regrade(case, **self.checked(RegradeSerializer), by=self.actor))

    @extend_schema(request=CasePrioritySerializer, **_DONE)
    @action(detail=True, methods=["post"])
    def priority(self, request: Request, pk: int) -> Response:
        """Set how soon the case is taken up."""
        case = self.case
        return self._told(set_priority(case, **self.checked(CasePrioritySerializer), by=self.actor))
