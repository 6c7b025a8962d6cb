"""Telling a complainant over the API whether the complaint is accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from complaints.choices.cases import Acceptance, Intake
from complaints.domain.acceptance import tell_acceptance
from complaints.models import CaseLetter
from complaints.models.acceptance import MOST_REASON
from core.access import require
from customers.api.base import Strict

if TYPE_CHECKING:
    from customers.api.base import VersionedViewSet as _Base
else:
    _Base = object


class AcceptanceSerializer(Strict):
    """Accepted, or not and why; `text` is what the complainant is told, else one sentence of the product."""

    outcome = serializers.ChoiceField(choices=Acceptance.choices)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=MOST_REASON)
    text = serializers.CharField(required=False, allow_blank=True, max_length=10_000)
    channel = serializers.ChoiceField(choices=Intake.choices, required=False, allow_blank=True)
    send_by_mail = serializers.BooleanField(required=False)
    seen = serializers.IntegerField(
        required=False,
        min_value=0,
        help_text="The last line of the log that you read: if something was said after it, 409.",
    )


class AcceptanceMixin(_Base):
    """The action of cases."""

    @extend_schema(request=AcceptanceSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def acceptance(self, request: Request, pk: int) -> Response:
        """Tell the complainant whether the complaint is accepted; it meets the deadline that waits for it."""
        case, data = self.get_object(), self.checked(AcceptanceSerializer)
        if data.get("send_by_mail"):
            require(self.actor, "add", CaseLetter)
        return self.answer(self.fresh(tell_acceptance(case, data.pop("outcome"), by=self.actor, **data)))
