"""What grading says of a complaint, over the API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from complaints.choices.cases import Grade


class VerdictSerializer(serializers.Serializer[Any]):
    """A grade, the rules that decided, and what they saw."""

    grade = serializers.ChoiceField(choices=Grade.choices)
    rules = serializers.ListField(child=serializers.CharField())
    facts = serializers.DictField()
    why = serializers.ListField(child=serializers.DictField())
