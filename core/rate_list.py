"""Exchange rates as a file, which the import of rates takes back."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.filters import ExchangeRateFilterSet
from core.lists import Column, ListDefinition, of
from core.models import ExchangeRate
from core.sorting import RATE_SORTS

RATE_EXPORT = ListDefinition(
    key="core.exchangerate",
    title=_("Exchange rates"),
    model=ExchangeRate,
    filterset_class=ExchangeRateFilterSet,
    columns=[
        Column("currency", _("Currency"), of("currency")),
        Column("valid_from", _("Valid from"), of("valid_from")),
        Column("rate", _("Rate"), of("rate"), is_number=True),
    ],
    sort_keys=RATE_SORTS,
    default_sort="-day",
)
