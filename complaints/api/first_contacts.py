"""The first ninety seconds over the API: begun, one step after the other, ended."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from complaints.api.solving import ActingViewSet
from complaints.choices.cases import Emotion
from complaints.domain.first_contact import (
    STEPS,
    begin_first_contact,
    end_first_contact,
    finish_step,
    next_step,
    within_ninety_seconds,
)
from complaints.filters.plans import FirstContactFilterSet
from complaints.models import Complaint, FirstContact
from complaints.sorting.plans import CONTACT_SORTS
from core.api.fields import ScopedRelatedField
from customers.api.base import Strict


class FirstContactSerializer(serializers.ModelSerializer[FirstContact]):
    """The first contact of one cycle of a case; `next_step` is empty after the last."""

    next_step = serializers.SerializerMethodField()
    is_in_time = serializers.SerializerMethodField()

    class Meta:
        model = FirstContact
        fields = [
            "id", "complaint", "cycle", "by", "started_at", "accept_at", "empathise_at", "apologise_at",
            "resolve_at", "next_step", "is_in_time", "emotion_before", "emotion_after",
        ]  # fmt: skip
        read_only_fields = fields

    def get_next_step(self, contact: FirstContact) -> str:
        """What is to be done now."""
        return next_step(contact)

    def get_is_in_time(self, contact: FirstContact) -> bool:
        """Whether the last step was done within ninety seconds."""
        return within_ninety_seconds(contact)


class BeginSerializer(Strict):
    """With which case, and how its complainant feels: 1 calm to 5 enraged."""

    complaint = ScopedRelatedField(Complaint, right="change")
    emotion = serializers.ChoiceField(choices=Emotion.choices)


class ContactStepSerializer(Strict):
    """Which step was done."""

    step = serializers.ChoiceField(choices=STEPS)


class EmotionSerializer(Strict):
    """How the complainant feels now."""

    emotion = serializers.ChoiceField(choices=Emotion.choices)


_BEGIN = OpenApiExample("An angry call", value={"complaint": 42, "emotion": "4"}, request_only=True)


class FirstContactViewSet(ActingViewSet):
    """First contacts: one in each cycle of a case."""

    model = FirstContact
    serializer_class = FirstContactSerializer
    filterset_class = FirstContactFilterSet
    sort_keys = CONTACT_SORTS
    default_sort = "-id"
    action_rights = {"create": "add", "step": "change", "end": "change"}

    def for_api(self, rows: Any) -> Any:
        """Add the case that verbs lock."""
        return rows.select_related("complaint")

    @extend_schema(
        request=BeginSerializer, responses={201: FirstContactSerializer}, examples=[_BEGIN], filters=False
    )
    def create(self, request: Request) -> Response:
        """Begin. 409 where it has begun, and for a case that is not open."""
        data = self.checked(BeginSerializer)
        made = begin_first_contact(data["complaint"], emotion=data["emotion"], by=self.caller)
        return self.answer(self.fresh(made), 201)

    @extend_schema(request=ContactStepSerializer, responses=FirstContactSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def step(self, request: Request, pk: int) -> Response:
        """Stamp a step; the same again changes nothing. 409 out of turn."""
        contact = self._contact()
        done = finish_step(contact, self.checked(ContactStepSerializer)["step"])
        return self.answer(self.fresh(done))

    @extend_schema(request=EmotionSerializer, responses=FirstContactSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: int) -> Response:
        """Keep how the complainant feels now; it may be corrected."""
        contact = self._contact()
        done = end_first_contact(contact, by=self.caller, **self.checked(EmotionSerializer))
        return self.answer(self.fresh(done))

    def _contact(self) -> FirstContact:
        """Return the contact of a case that the caller may change; to others it does not exist."""
        found: FirstContact = self.get_object()
        get_object_or_404(Complaint.objects.visible_to(self.caller, "change"), pk=found.complaint_id)
        return found


routes = [("first-contacts", FirstContactViewSet, "first-contact")]
