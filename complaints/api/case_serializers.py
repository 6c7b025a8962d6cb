"""What cases look like over the API, and what their actions ask for."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from complaints.api.intake import CandidateSerializer
from complaints.api.subjects import SubjectSerializer
from complaints.choices.cases import Decision, Grade, Intake, Priority
from complaints.models import Category, Complaint, Queue
from core.api.fields import ScopedRelatedField
from core.models import User
from customers.api.base import Strict, StrictModelSerializer, VersionField
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


def _seen_field() -> serializers.IntegerField:
    return serializers.IntegerField(
        required=False,
        min_value=0,
        help_text="The last line of the log that you read: if something was said after it, 409.",
    )


class CaseAnswerSerializer(TextSerializer):
    """What we told the customer; `send_by_mail` sends it to the address of the case."""

    seen = _seen_field()
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
    seen = _seen_field()


class RegradeSerializer(Strict):
    """Another grade, and why."""

    grade = serializers.ChoiceField(choices=Grade.choices)
    reason = serializers.CharField(max_length=300)


class CasePrioritySerializer(Strict):
    """How soon."""

    priority = serializers.ChoiceField(choices=Priority.choices)


class ReceivedSerializer(ComplaintSerializer):
    """A case that was just received, with those that may be the same matter."""

    candidates = CandidateSerializer(many=True, read_only=True)

    class Meta(ComplaintSerializer.Meta):
        fields = [*ComplaintSerializer.Meta.fields, "candidates"]
