"""Decision letters and their templates."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from complaints.api.acted import ActedCaseField
from complaints.api.solving import ActingViewSet
from complaints.choices.letters import HandoverWay, LetterLanguage
from complaints.domain import letter_issue as issuing
from complaints.domain import letters as verbs
from complaints.domain.letter_templates import update_template
from complaints.filters.letters import LetterFilterSet
from complaints.letter_text import gaps_of
from complaints.models import DecisionLetter, LetterHandover, LetterTemplate
from complaints.sorting.letters import LETTER_SORTS, TEMPLATE_SORTS
from core.access import require
from customers.api.base import Strict, StrictModelSerializer, VersionedViewSet, VersionField


class LetterTemplateSerializer(StrictModelSerializer):
    """What a letter begins with; `edition` counts what the template said."""

    version = VersionField()

    class Meta:
        model = LetterTemplate
        fields = ["id", "decision", "language", "subject", "body", "edition", "version", "updated_at"]
        read_only_fields = ["decision", "language", "edition", "updated_at"]


class LetterTemplateViewSet(VersionedViewSet):
    """Templates, one for each decision and language: read, and changed into their next edition."""

    model = LetterTemplate
    serializer_class = LetterTemplateSerializer
    sort_keys = TEMPLATE_SORTS
    default_sort = "decision"
    http_method_names = ["get", "patch", "put", "head", "options"]

    def update_record(self, instance: LetterTemplate, data: dict[str, Any]) -> LetterTemplate:
        """Change what it says; letters that are being written keep their text."""
        version = self.version_of(data)
        return update_template(instance, data, by=self.actor, version=version)


class HandoverSerializer(serializers.ModelSerializer[LetterHandover]):
    """How and when a letter was handed over."""

    class Meta:
        model = LetterHandover
        fields = ["way", "on", "note", "by"]
        read_only_fields = fields


class LetterSerializer(StrictModelSerializer):
    """A decision letter. `gaps` are what is still missing; an issued letter has none and never changes."""

    gaps = serializers.SerializerMethodField()
    handovers = HandoverSerializer(many=True, read_only=True)
    references = serializers.SerializerMethodField()

    class Meta:
        model = DecisionLetter
        fields = [
            "id", "complaint", "number", "state", "decision", "language", "recipient", "address", "subject",
            "body", "gaps", "needs_approval", "written_by", "approved_by", "approved_at", "issued_at",
            "issued_by", "objection_until", "digest", "replaces", "handovers", "references", "created_at",
            "version",
        ]  # fmt: skip
        read_only_fields = [
            name for name in fields if name not in {"recipient", "address", "subject", "body"}
        ]

    def get_gaps(self, letter: DecisionLetter) -> list[str]:
        """What is still missing."""
        return gaps_of(letter.subject) + gaps_of(letter.body) if letter.is_being_written else []

    def get_references(self, letter: DecisionLetter) -> list[int]:
        """The legal references that the letter cites."""
        return [one.reference_id for one in letter.citations.all()]


class LetterBeginSerializer(Strict):
    """About which complaint, and in which language."""

    complaint = ActedCaseField()
    language = serializers.ChoiceField(choices=LetterLanguage.choices, required=False, default="")
    with_changes = serializers.BooleanField(required=False, default=True)


class LetterTextSerializer(Strict):
    """What the letter says; only what is given changes."""

    recipient = serializers.CharField(max_length=200, required=False)
    address = serializers.CharField(max_length=500, required=False, allow_blank=True)
    subject = serializers.CharField(max_length=200, required=False)
    body = serializers.CharField(max_length=20_000, required=False)
    version = serializers.IntegerField(required=False)


class LetterWaySerializer(Strict):
    """How it is handed over; without a day today."""

    way = serializers.ChoiceField(choices=HandoverWay.choices)
    on = serializers.DateField(required=False)
    note = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class LetterIssueSerializer(LetterWaySerializer):
    """And which version was read: another text is not frozen unread."""

    version = serializers.IntegerField(required=False)


class LetterReadSerializer(Strict):
    """Which version was read."""

    version = serializers.IntegerField(required=False)


class LetterWhySerializer(Strict):
    """Why."""

    note = serializers.CharField(max_length=500)


class LetterViewSet(ActingViewSet):
    """Decision letters: begun from the template, edited, approved by a second person, issued."""

    model = DecisionLetter
    serializer_class = LetterSerializer
    filterset_class = LetterFilterSet
    sort_keys = LETTER_SORTS
    default_sort = "-made"
    action_rights = {
        "create": "add",
        "text": "change",
        "submit": "change",
        "approve": "approve",
        "give_back": "change",
        "issue": "change",
        "discard": "change",
        "correct": "change",
        "hand_over": "change",
    }

    @extend_schema(request=LetterBeginSerializer, responses={201: LetterSerializer}, filters=False)
    def create(self, request: Request) -> Response:
        """Begin a letter. 409 without a decided solution, and while another is being written."""
        data = self.checked(LetterBeginSerializer)
        made = verbs.draft_letter(data.pop("complaint"), by=self.caller, **data)
        return self.answer(self.fresh(made), 201)

    @extend_schema(request=LetterTextSerializer, responses=LetterSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def text(self, request: Request, pk: int) -> Response:
        """Change what it says; an approval falls. 409 once it is issued."""
        data = self.checked(LetterTextSerializer)
        version = data.pop("version", None)
        return self.answer(
            self.fresh(verbs.edit_letter(self.get_object(), data, by=self.caller, version=version))
        )

    @extend_schema(request=None, responses=LetterSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: int) -> Response:
        """Ask for approval. 409 where none is needed; refused with gaps."""
        return self.answer(self.fresh(verbs.submit_letter(self.get_object(), by=self.caller)))

    @extend_schema(request=LetterReadSerializer, responses=LetterSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: int) -> Response:
        """Approve as a second person, neither writer nor handler, the `version` that was read."""
        given = self.checked(LetterReadSerializer)
        done = verbs.approve_letter(self.get_object(), by=self.caller, version=given.get("version"))
        return self.answer(self.fresh(done))

    @extend_schema(request=LetterWhySerializer, responses=LetterSerializer, filters=False)
    @action(detail=True, methods=["post"], url_path="return")
    def give_back(self, request: Request, pk: int) -> Response:
        """Make it a draft again, and say why."""
        note = self.checked(LetterWhySerializer)["note"]
        return self.answer(self.fresh(verbs.return_letter(self.get_object(), note=note, by=self.caller)))

    @extend_schema(request=LetterIssueSerializer, responses=LetterSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def issue(self, request: Request, pk: int) -> Response:
        """Number, date and freeze it. Refused with gaps; 409 without the approval that it needs."""
        done = issuing.issue_letter(self.get_object(), by=self.caller, **self.checked(LetterIssueSerializer))
        return self.answer(self.fresh(done))

    @extend_schema(request=None, responses=LetterSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def discard(self, request: Request, pk: int) -> Response:
        """Throw away a letter that was not issued."""
        return self.answer(self.fresh(verbs.discard_letter(self.get_object(), by=self.caller)))

    @extend_schema(request=None, responses={201: LetterSerializer}, filters=False)
    @action(detail=True, methods=["post"])
    def correct(self, request: Request, pk: int) -> Response:
        """Begin the letter that replaces an issued one. 409 where another does already."""
        return self.answer(self.fresh(issuing.correct_letter(self.get_object(), by=self.caller)), 201)

    @extend_schema(request=LetterWaySerializer, responses=LetterSerializer, filters=False)
    @action(detail=True, methods=["post"], url_path="hand-over")
    def hand_over(self, request: Request, pk: int) -> Response:
        """Note that an issued letter was handed over once more."""
        require(self.caller, "add", LetterHandover)
        letter, given = self.get_object(), self.checked(LetterWaySerializer)
        on = given.get("on") or timezone.localdate()
        issuing.hand_over(letter, given["way"], on=on, note=given["note"], by=self.caller)
        return self.answer(self.fresh(letter))


routes = [
    ("letter-templates", LetterTemplateViewSet, "letter-template"),
    ("decision-letters", LetterViewSet, "decision-letter"),
]
