"""Verbs of a case that concern others over the API: merged, taken out again, given back to its queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from complaints.domain import merging
from complaints.domain.queueing import give_back
from complaints.models import Complaint
from core.api.fields import ScopedRelatedField
from customers.api.base import Strict

if TYPE_CHECKING:
    from customers.api.base import VersionedViewSet as _Base
else:
    _Base = object


class MergeSerializer(Strict):
    """Into which case; the caller changes both."""

    into = ScopedRelatedField(Complaint, right="change")


class GiveBackSerializer(Strict):
    """Why."""

    reason = serializers.CharField(max_length=300)


_INTO = OpenApiExample("The same matter", value={"into": 17}, request_only=True)


class TogetherMixin(_Base):
    """What is done with a case and its neighbours. Links have a resource of their own."""

    @extend_schema(request=MergeSerializer, examples=[_INTO], filters=False)
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, pk: int) -> Response:
        """End the case because it is the same as another; both must be open and of one kind."""
        case = self.get_object()
        into = self.checked(MergeSerializer)["into"]
        return self.answer(self.fresh(merging.merge(case, into, by=self.actor)))

    @extend_schema(request=None, filters=False)
    @action(detail=True, methods=["post"])
    def unmerge(self, request: Request, pk: int) -> Response:
        """Take a merged case out again. 409 for a case that is not merged."""
        return self.answer(self.fresh(merging.unmerge(self.get_object(), by=self.actor)))

    @extend_schema(request=GiveBackSerializer, filters=False)
    @action(detail=True, methods=["post"], url_path="give-back", url_name="give-back")
    def give_back(self, request: Request, pk: int) -> Response:
        """Put the case into its queue again; `reason` says why."""
        case, data = self.get_object(), self.checked(GiveBackSerializer)
        return self.answer(self.fresh(give_back(case, reason=data["reason"], by=self.actor)))
