"""Exchange rates over the API."""

from __future__ import annotations

from rest_framework import serializers

from core.api.viewsets import ScopedReadViewSet
from core.filters import ExchangeRateFilterSet
from core.models import ExchangeRate
from core.sorting import RATE_SORTS


class ExchangeRateSerializer(serializers.ModelSerializer[ExchangeRate]):
    """What one unit of a currency is worth in the base currency, from a day on. Orders keep their rate."""

    class Meta:
        model = ExchangeRate
        fields = ("id", "currency", "valid_from", "rate")
        read_only_fields = fields


class ExchangeRateViewSet(ScopedReadViewSet):
    """Exchange rates; of a currency the one with the latest day holds. They are entered on a page."""

    model = ExchangeRate
    serializer_class = ExchangeRateSerializer
    filterset_class = ExchangeRateFilterSet
    sort_keys = RATE_SORTS
    default_sort = "-day"
