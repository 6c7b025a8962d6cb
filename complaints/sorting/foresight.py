"""By what the lists of what is foreseen can be sorted."""

from django.utils.translation import gettext_lazy as _

from core.keyset import SortKey

PORTRAIT_SORTS = {"cases": SortKey("cases", _("Complaints"))}
TRAIT_SORTS = {"lift": SortKey("lift", _("Times as often"))}
LIKELY_SORTS = {"place": SortKey("place", _("Place"))}
FORECAST_SORTS = {"day": SortKey("day", _("Day"))}
