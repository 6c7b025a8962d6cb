"""What the API says of a case that is received: likely duplicates, and turning it into the other kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from complaints.api.subjects import SubjectSerializer
from complaints.choices.cases import CaseKind
from complaints.domain.conversion import convert_case
from complaints.domain.duplicates import Candidate, candidates
from complaints.domain.subjects import columns_about
from complaints.models import Category, Complaint
from complaints.words.duplicates import reason_alike
from core.api.fields import ScopedRelatedField
from customers.api.base import Strict
from customers.models import Customer, Person

#: What the actions ask of the role table.
INTAKE_RIGHTS = {"like": "view", "like_draft": "add", "convert": "grade"}

if TYPE_CHECKING:
    from customers.api.base import VersionedViewSet as _Base
else:
    _Base = object


class CandidateSerializer(Strict):
    """A case within reach that may be the same matter, and why."""

    id = serializers.IntegerField()
    number = serializers.CharField()
    title = serializers.CharField()
    state = serializers.CharField()
    is_likely = serializers.BooleanField(help_text="True where a person who receives the case is asked.")
    reasons = serializers.ListField(
        child=serializers.CharField(),
        help_text="Codes: subject, code, contact, person, category, customer, words.",
    )
    because = serializers.CharField(help_text="The reasons in words.")


class CandidatesSerializer(Strict):
    """The likeliest first; at most five."""

    candidates = CandidateSerializer(many=True)


class DraftSerializer(Strict):
    """What is known of a case before it is received."""

    kind = serializers.ChoiceField(choices=CaseKind.choices, default=CaseKind.COMPLAINT)
    title = serializers.CharField(max_length=200)
    description = serializers.CharField(required=False, allow_blank=True, max_length=100_000)
    customer = ScopedRelatedField(Customer, required=False, allow_null=True)
    person = ScopedRelatedField(Person, required=False, allow_null=True)
    category = ScopedRelatedField(Category, required=False, allow_null=True)
    subject = SubjectSerializer(required=False, allow_null=True)
    contact_email = serializers.CharField(required=False, allow_blank=True, max_length=254)
    contact_phone = serializers.CharField(required=False, allow_blank=True, max_length=40)


class ConversionSerializer(Strict):
    """The category that it has as one of the other kind, and why it is one."""

    category = ScopedRelatedField(Category, required=False, allow_null=True)
    reason = serializers.CharField(max_length=300)
    version = serializers.IntegerField(
        required=False, min_value=1, help_text="Send the version you read: a change in between answers 409."
    )


def told(found: tuple[Candidate, ...]) -> list[dict[str, Any]]:
    """Return the candidates as the API tells them."""
    return [
        {
            "id": one.case.pk,
            "number": one.case.number,
            "title": one.case.title,
            "state": one.case.state,
            "is_likely": one.is_likely,
            "reasons": [reason.code for reason in one.reasons],
            "because": "; ".join(reason_alike(reason) for reason in one.reasons),
        }
        for one in found
    ]


class IntakeMixin(_Base):
    """Likely duplicates in the answer to a new case, before it, and after; turning a case over."""

    def _created(self, instance: models.Model) -> Response:
        response = super()._created(instance)
        if self.action == "create" and isinstance(instance, Complaint):
            found = candidates(instance, seen_by=self.actor, at=timezone.now())
            response.data = {**response.data, "candidates": told(found)}
        return response

    @extend_schema(responses=CandidatesSerializer, filters=False)
    @action(detail=True, methods=["get"])
    def like(self, request: Request, pk: int) -> Response:
        """Return the cases that may be the same matter as this one."""
        case: Complaint = self.get_object()
        return Response({"candidates": told(candidates(case, seen_by=self.actor, at=timezone.now()))})

    @extend_schema(request=DraftSerializer, responses=CandidatesSerializer, filters=False)
    @action(detail=False, methods=["post"], url_path="like", url_name="like-draft")
    def like_draft(self, request: Request) -> Response:
        """Return the cases that may be the same matter as one that is not received yet."""
        data = self.checked(DraftSerializer)
        about = columns_about(data.pop("subject", None))
        draft = Complaint(**data, **about)
        return Response({"candidates": told(candidates(draft, seen_by=self.actor, at=timezone.now()))})

    @extend_schema(request=ConversionSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def convert(self, request: Request, pk: int) -> Response:
        """Turn the case into one of the other kind: it stays the same record, with another number."""
        case: Complaint = self.get_object()
        data = {"category": None, **self.checked(ConversionSerializer)}
        return self.answer(self.fresh(convert_case(case, **data, by=self.actor)))
