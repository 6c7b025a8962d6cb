"""Querysets of what is foreseen."""

from __future__ import annotations

from typing import Self

from django.db.models import F, Max

from complaints.querysets.learning import StoredQuerySet
from customers.querysets import BelowCustomer


class PortraitQuerySet(StoredQuerySet):
    """Portraits are figures over the whole house, small cells hidden: who may see them sees all."""


class TraitQuerySet(StoredQuerySet):
    """Traits: seen with their portraits."""

    def for_list(self) -> Self:
        """Everything one row shows."""
        return self.select_related("portrait")

    def told(self) -> Self:
        """Those with figures."""
        return self.filter(n__isnull=False)

    def most_telling_first(self) -> Self:
        """What is clear and most frequent among complainants on top."""
        return self.order_by(F("is_clear").desc(), F("lift").desc(nulls_last=True), "id")


class ForecastQuerySet(StoredQuerySet):
    """Runs of the forecast: how the scores were made and how good they are."""

    def newest_first(self) -> Self:
        """The latest on top."""
        return self.order_by("-day", "-id")


class LikelyQuerySet(BelowCustomer):
    """Likely complainers are seen by who sees the customer."""

    def of_latest_run(self) -> Self:
        """Those of the latest run."""
        newest = self.model._default_manager.aggregate(newest=Max("forecast"))["newest"]
        return self.filter(forecast=newest)

    def for_list(self) -> Self:
        """Everything one row shows."""
        return self.select_related("customer", "customer__owner", "customer__team", "forecast", "task")

    def for_api(self) -> Self:
        """Everything the API shows: the latest run."""
        return self.of_latest_run().select_related("customer", "forecast")
