"""Exchange rates."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.access import can
from core.display import format_day
from core.domain.rates import delete_rate, set_rate, update_rate
from core.filters import ExchangeRateFilterSet
from core.forms import ExchangeRateForm
from core.models import ExchangeRate
from core.navigation import settings_crumbs
from core.sorting import RATE_SORTS
from core.views.base import ConfirmPage, FormPage
from core.views.lists import ListPage

NAV = "settings"


class RateList(ListPage):
    """What currencies are worth, and since when."""

    model = ExchangeRate
    filterset_class = ExchangeRateFilterSet
    template_name = "core/rate_list.html"
    nav_current = NAV
    sort_keys = RATE_SORTS
    default_sort = "-day"
    export_key = "core.exchangerate"

    def extra_context(self) -> dict[str, Any]:
        """Offer what the person may do."""
        user = self.person
        return {
            f"may_{action}": can(user, action, ExchangeRate)
            for action in ("add", "change", "delete", "import")
        }


class RateCreate(FormPage):
    """A rate from a day on."""

    required_right = ("add", ExchangeRate)
    form_class = ExchangeRateForm
    title = gettext_lazy("New exchange rate")
    submit_label = gettext_lazy("Save rate")
    success_message = gettext_lazy("Rate saved.")
    nav_current = NAV
    form_columns = 1

    def crumbs(self) -> list[tuple[Any, str]]:
        """The way down from the settings."""
        return settings_crumbs((_("Exchange rates"), "core:rate-list"))

    def cancel_url(self) -> str:
        """Go back to the list."""
        return reverse("core:rate-list")

    def perform(self, form: ExchangeRateForm) -> str:
        """Store the rate."""
        set_rate(**form.cleaned_data, by=self.person)
        return self.cancel_url()


class RateUpdate(RateCreate):
    """Change a rate."""

    required_right = ("change", ExchangeRate)
    title = gettext_lazy("Edit exchange rate")

    @cached_property
    def rate(self) -> ExchangeRate:
        """The rate to change."""
        rows = ExchangeRate.objects.visible_to(self.person, "change")
        rate: ExchangeRate = get_object_or_404(rows, pk=self.kwargs["pk"])
        return rate

    def get_form_kwargs(self) -> dict[str, Any]:
        """Fill the form with the record."""
        return {**super().get_form_kwargs(), "instance": self.rate}

    def perform(self, form: ExchangeRateForm) -> str:
        """Store the changes."""
        update_rate(self.rate, form.cleaned_data, by=self.person)
        return self.cancel_url()


class RateDelete(ConfirmPage):
    """Delete a rate."""

    required_right = ("delete", ExchangeRate)
    success_message = gettext_lazy("Rate deleted.")
    nav_current = NAV

    @cached_property
    def rate(self) -> ExchangeRate:
        """The rate to delete."""
        rows = ExchangeRate.objects.visible_to(self.person, "delete")
        rate: ExchangeRate = get_object_or_404(rows, pk=self.kwargs["pk"])
        return rate

    def question(self) -> dict[str, Any]:
        """Ask."""
        named = {"currency": self.rate.currency, "day": format_day(self.rate.valid_from)}
        return {
            "title": _("Delete the rate of %(currency)s from %(day)s?") % named,
            "message": _("Stored orders keep their rate. New ones use the rate before it."),
            "confirm_label": _("Delete rate"),
            "cancel_url": reverse("core:rate-list"),
        }

    def perform(self) -> str:
        """Delete it."""
        delete_rate(self.rate, by=self.person)
        return reverse("core:rate-list")
