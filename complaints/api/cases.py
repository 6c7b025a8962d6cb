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
from complaints.api.intake import INTAKE_RIGHTS, CandidateSerializer, IntakeMixin
from complaints.api.subjects import SubjectSerializer
from complaints.api.together import TogetherMixin
from complaints.api.verdicts import VerdictSerializer
from complaints.choices.cases import Decision, Grade, Intake, Priority
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
from complaints.models import CaseLetter, Category, Complaint, Queue
from complaints.sorting.cases import (
    CASE_SORTS,
)
from core.access import require
from core.api.external_ids import UpsertMixin
from core.api.fields import ScopedRelatedField
from core.models import User
from customers.api.base import Strict, StrictModelSerializer, VersionedViewSet, VersionField
from customers.models import Customer, Person

_READ_ONLY = [
    "number", "former_number", "state", "grade", "grade_evidence", "priority", "owner", "team",
    "acknowledged_at", "acceptance", "acceptance_at", "acceptance_reason", "responded_at", "solved_at",
    "ended_at", "unanswered_since", "next_due_at", "cycle", "level", "solution", "decision", "merged_into",
    "created_at", "updated_at",
]  # fmt: skip


class ComplaintSerializer(StrictModelSerializer):
    """A complaint or a service request; its state changes by the actions."""

    customer = ScopedRelatedField(Customer, required=False, allow_null=True)
    person = ScopedRelatedField(Person, required=False, allow_null=True)
    category = ScopedRelatedField(Category, required=False, allow_null=True)
    queue = ScopedRelatedField(Queue, required=False, allow_null=True)
    subject = SubjectSerializer(required=False, allow_null=True)
    # Not an EmailField: masked it is none.
    contact_email = serializers.CharField(required=False, allow_blank=True, max_length=254)
    version = VersionField()

    class Meta:
        model = Complaint
        fields = [
            "id", "kind", "number", "former_number",
            "title", "description", "remedy_sought", "intake", "customer", "person",
            "contact_name", "contact_phone", "contact_email", "language", "category", "queue", "subject",
            "state", "grade", "grade_evidence", "priority", "impact", "is_safety", "is_media", "is_legal",
            "emotion_before", "emotion_after", "amount_at_stake", "owner", "team", "occurred_on",
            "received_at", "acknowledged_at", "acceptance", "acceptance_at", "acceptance_reason",
            "responded_at", "solved_at", "ended_at", "unanswered_since", "next_due_at", "cycle", "level",
            "solution", "decision", "merged_into", "source_system", "external_id", "created_at", "updated_at",
            "version",
        ]  # fmt: skip
        read_only_fields = _READ_ONLY


class TextSerializer(Strict):
    """Something said or written."""

    body = serializers.CharField(max_length=100_000)
    channel = serializers.ChoiceField(choices=Intake.choices, required=False, allow_blank=True)


class CaseAnswerSerializer(TextSerializer):
    """What we told the customer; `send_by_mail` sends it to the address of the case."""

    seen = serializers.IntegerField(
        required=False,
        min_value=0,
        help_text="The last line of the log that you read: if something was said after it, 409.",
    )
    body = serializers.CharField(required=False, max_length=100_000)
    standard = serializers.BooleanField(
        required=False,
        help_text="Says the standard sentence in place of `body`, in the language of the customer.",
    )
    send_by_mail = serializers.BooleanField(required=False)
    despite = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=300,
        help_text="Why a matter that is answered for good is answered all the same; without it 409.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of text and standard sentence is needed."""
        if not attrs.get("standard") and not attrs.get("body"):
            raise serializers.ValidationError({"body": ["Give a text, or `standard`."]})
        return attrs


class CaseNoteSerializer(Strict):
    """An internal note."""

    body = serializers.CharField(max_length=100_000)


class CaseReasonSerializer(Strict):
    """Why."""

    reason = serializers.CharField(max_length=300)


class AssignSerializer(Strict):
    """Who handles it."""

    owner = ScopedRelatedField(User)
    note = serializers.CharField(required=False, allow_blank=True, max_length=300)


class CaseQueueSerializer(Strict):
    """Which queue, and why."""

    queue = ScopedRelatedField(Queue)
    reason = serializers.CharField(max_length=300)


class SolveSerializer(Strict):
    """The solution; of a complaint, what was decided, too."""

    solution = serializers.CharField(max_length=10_000)
    decision = serializers.ChoiceField(choices=Decision.choices, required=False, allow_blank=True)


class RegradeSerializer(Strict):
    """Another grade, and why."""

    grade = serializers.ChoiceField(choices=Grade.choices)
    reason = serializers.CharField(max_length=300)


class CasePrioritySerializer(Strict):
    """How soon."""

    priority = serializers.ChoiceField(choices=Priority.choices)


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


class ReceivedSerializer(ComplaintSerializer):
    """A case that was just received, with those that may be the same matter."""

    candidates = CandidateSerializer(many=True, read_only=True)

    class Meta(ComplaintSerializer.Meta):
        fields = [*ComplaintSerializer.Meta.fields, "candidates"]


@extend_schema_view(create=extend_schema(examples=[_CALL], responses={201: ReceivedSerializer}))
class ComplaintViewSet(
    AcceptanceMixin, IntakeMixin, TogetherMixin, BesideMixin, UpsertMixin, VersionedViewSet
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
        return self._told(
            moves.solve(case, data["solution"], decision=data.get("decision", ""), by=self.actor)
        )

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
