"""Unreasonable complaints over the API."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from complaints.api.acted import ActedCaseField
from complaints.api.solving import ActingViewSet
from complaints.choices.conduct import ObjectionOutcome, Restraint, Scope
from complaints.choices.letters import HandoverWay
from complaints.domain import conduct as verbs
from complaints.domain.conduct_forgetting import anonymise_designation
from complaints.domain.objections import receive_objection, review_objection
from complaints.filters.letters import DesignationFilterSet
from complaints.models import (
    Complaint,
    ConductCriterion,
    ConductObjection,
    Designation,
    Entry,
)
from complaints.sorting.letters import DESIGNATION_SORTS
from core.access import require
from core.api.fields import ScopedRelatedField
from core.models import User
from customers.api.base import Strict, StrictModelSerializer


class ConductObjectionSerializer(serializers.ModelSerializer[ConductObjection]):
    """An objection, and what a third person found."""

    class Meta:
        model = ConductObjection
        fields = ["id", "text", "received_on", "recorded_by", "outcome", "note", "reviewed_by", "reviewed_at"]
        read_only_fields = fields


class DesignationSerializer(StrictModelSerializer):
    """A rule for contacts. It never keeps a new complaint from being received."""

    criteria: Any = serializers.PrimaryKeyRelatedField(many=True, read_only=True)
    measures = serializers.ListField(source="restraints", child=serializers.CharField(), read_only=True)
    objections = ConductObjectionSerializer(many=True, read_only=True)
    evidence_count = serializers.SerializerMethodField()

    class Meta:
        model = Designation
        fields = [
            "id", "complaint", "scope", "customer", "person", "criteria", "reason", "measures", "contact",
            "contacts_a_month", "months", "state", "proposed_by", "decided_by", "decided_at",
            "decision_note", "starts_on", "expires_on", "ended_at", "end_note", "renews", "notified_on",
            "notice_way", "anonymised_at", "evidence_count", "objections", "created_at", "version",
        ]  # fmt: skip
        read_only_fields = fields

    def get_evidence_count(self, row: Designation) -> int:
        """How many things show the conduct."""
        return len(row.evidence.all())


class ProposalSerializer(Strict):
    """What is proposed, and what shows it; one piece of evidence at least."""

    complaint = ActedCaseField()
    scope = serializers.ChoiceField(choices=Scope.choices, default=Scope.MATTER)
    criteria = ScopedRelatedField(ConductCriterion, many=True)
    reason = serializers.CharField(max_length=5_000)
    measures = serializers.ListField(child=serializers.ChoiceField(choices=Restraint.choices), min_length=1)
    contact = ScopedRelatedField(User, required=False, allow_null=True)
    contacts_a_month = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=30)
    months = serializers.IntegerField(min_value=1, max_value=12)
    entries = ScopedRelatedField(Entry, many=True, required=False)
    cases = ScopedRelatedField(Complaint, many=True, required=False)


class DecisionSerializer(Strict):
    """Agreed or not, and why."""

    agrees = serializers.BooleanField()
    note = serializers.CharField(max_length=1_000)


class ReasonedSerializer(Strict):
    """Why."""

    note = serializers.CharField(max_length=1_000)


class NoticeSerializer(Strict):
    """What the complainant was told, how and when."""

    notice = serializers.CharField(max_length=5_000)
    way = serializers.ChoiceField(choices=HandoverWay.choices)
    on = serializers.DateField(required=False)


class ObjectSerializer(Strict):
    """What the complainant says."""

    text = serializers.CharField(max_length=5_000)
    on = serializers.DateField(required=False)


class ReviewSerializer(Strict):
    """What a third person found about the open objection."""

    outcome = serializers.ChoiceField(choices=ObjectionOutcome.choices)
    note = serializers.CharField(max_length=1_000)


class DesignationViewSet(ActingViewSet):
    """Unreasonable complaints: proposed, decided by a second person, objected to, lifted."""

    model = Designation
    serializer_class = DesignationSerializer
    filterset_class = DesignationFilterSet
    sort_keys = DESIGNATION_SORTS
    default_sort = "-made"
    action_rights = {
        "create": "add",
        "decide": "approve",
        "lift": "approve",
        "notice": "change",
        "object": "change",
        "review": "approve",
        "anonymise": "approve",
    }

    @extend_schema(request=ProposalSerializer, responses={201: DesignationSerializer}, filters=False)
    def create(self, request: Request) -> Response:
        """Propose one, with criterion, evidence and measure. Nothing holds before a second agrees."""
        data = self.checked(ProposalSerializer)
        case, criteria = data.pop("complaint"), data.pop("criteria")
        measures = dict.fromkeys(data.pop("measures"), True)
        evidence = verbs.Evidence(entries=data.pop("entries", ()), cases=data.pop("cases", ()))
        made = verbs.propose_designation(
            case,
            data | measures,
            criteria=criteria,
            evidence=evidence,
            by=self.caller,
        )
        return self.answer(self.fresh(made), 201)

    @extend_schema(request=DecisionSerializer, responses=DesignationSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: int) -> Response:
        """Decide as a second person, who neither proposed it nor handles the case. 409 the second time."""
        row = self.get_object()
        return self.answer(
            self.fresh(verbs.decide_designation(row, by=self.caller, **self.checked(DecisionSerializer)))
        )

    @extend_schema(request=ReasonedSerializer, responses=DesignationSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def lift(self, request: Request, pk: int) -> Response:
        """End one before its day. 409 for one that does not hold."""
        note = self.checked(ReasonedSerializer)["note"]
        return self.answer(self.fresh(verbs.lift_designation(self.get_object(), note=note, by=self.caller)))

    @extend_schema(request=NoticeSerializer, responses=DesignationSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def notice(self, request: Request, pk: int) -> Response:
        """Note what the complainant was told. 409 the second time."""
        given = self.checked(NoticeSerializer)
        on = given.get("on") or timezone.localdate()
        done = verbs.note_notice(self.get_object(), given["notice"], way=given["way"], on=on, by=self.caller)
        return self.answer(self.fresh(done))

    @extend_schema(request=ObjectSerializer, responses=DesignationSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def object(self, request: Request, pk: int) -> Response:
        """Note an objection. 409 while one is being reviewed, and where nothing holds."""
        require(self.caller, "add", ConductObjection)
        row, given = self.get_object(), self.checked(ObjectSerializer)
        on = given.get("on") or timezone.localdate()
        receive_objection(row, given["text"], on=on, by=self.caller)
        return self.answer(self.fresh(row))

    @extend_schema(request=ReviewSerializer, responses=DesignationSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def review(self, request: Request, pk: int) -> Response:
        """Review the open objection as a third person. 404 without one."""
        row, given = self.get_object(), self.checked(ReviewSerializer)
        seen = ConductObjection.objects.visible_to(self.caller, "approve").open()
        objection = get_object_or_404(seen, designation=row)
        review_objection(objection, given["outcome"], note=given["note"], by=self.caller)
        return self.answer(self.fresh(row))

    @extend_schema(request=None, responses=DesignationSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def anonymise(self, request: Request, pk: int) -> Response:
        """Take out of one that is over who it is about. 409 while it is proposed or holds."""
        return self.answer(self.fresh(anonymise_designation(self.get_object(), by=self.caller)))


routes = [("designations", DesignationViewSet, "designation")]
