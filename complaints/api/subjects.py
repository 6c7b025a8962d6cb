"""What a case is about, over the API: named by its kind and number, within reach of the caller."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from complaints.choices.cases import SUBJECT_KINDS
from complaints.domain.subjects import kind_of_subject, subject_seen
from complaints.models import Complaint
from customers.api.base import Strict


class SubjectSerializer(Strict):
    """A product (a course) or an order; `label` is as it was when the case came to be about it."""

    type = serializers.ChoiceField(choices=SUBJECT_KINDS)
    id = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    # `label` is also the name of an argument of every field.
    label: Any = serializers.CharField(read_only=True)

    def get_attribute(self, instance: Complaint) -> Any:
        """Return what the case points to; None for nothing."""
        kind = kind_of_subject(instance)
        if not kind:
            return None
        return {"type": kind, "id": instance.subject_id, "label": instance.subject_label}

    def validate(self, attrs: Any) -> Any:
        """Return the record; one out of reach does not exist."""
        found = subject_seen(attrs["type"], attrs["id"], self.context["request"].user)
        if found is None:
            raise serializers.ValidationError({"id": [_("There is no such record.")]})
        return found
