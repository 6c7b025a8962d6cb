"""Ceilings of compensation over the API."""

from __future__ import annotations

from typing import Any

from complaints.domain.compensation import set_ceiling
from complaints.filters.solving import CeilingFilterSet
from complaints.models import CompensationCeiling
from complaints.sorting.solving import CEILING_SORTS
from customers.api.base import StrictModelSerializer, VersionedViewSet, VersionField


class CeilingSerializer(StrictModelSerializer):
    """What a grade allows in the base currency: `free` without approval, `most` with one, all together."""

    version = VersionField()

    class Meta:
        model = CompensationCeiling
        fields = ["id", "grade", "free", "most", "updated_at", "version"]
        read_only_fields = ["grade", "updated_at"]


class CeilingViewSet(VersionedViewSet):
    """Ceilings of compensation, one record for each grade. What is in hand is weighed against them anew."""

    model = CompensationCeiling
    serializer_class = CeilingSerializer
    filterset_class = CeilingFilterSet
    sort_keys = CEILING_SORTS
    default_sort = "id"
    http_method_names = ["get", "patch", "put", "head", "options"]

    def update_record(self, instance: CompensationCeiling, data: dict[str, Any]) -> CompensationCeiling:
        """Change it. 400 where less is allowed at most than without approval."""
        version = self.version_of(data)
        values = {name: data.get(name, getattr(instance, name)) for name in ("free", "most")}
        return set_ceiling(instance, **values, by=self.actor, version=version)


routes = [("compensation-ceilings", CeilingViewSet, "compensation-ceiling")]
