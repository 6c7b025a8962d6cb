"""Declared sort keys of the package's lists; each has its index."""

from django.utils.translation import gettext_lazy as _

from core.keyset import SortKey

WARNING_SORTS: dict[str, SortKey] = {
    "stake": SortKey("value_at_stake", _("Value at stake")),
    "risk": SortKey("risk", _("Churn risk")),
    "opened": SortKey("opened_on", _("Raised")),
}
ROWS_SORTS: dict[str, SortKey] = {
    "turnover": SortKey("metrics__amount_12m", _("Turnover, 12 months"), nullable=True),
    "name": SortKey("name", _("Name")),
}
KPI_SORTS: dict[str, SortKey] = {"id": SortKey("id", _("Number"))}
MAP_SORTS: dict[str, SortKey] = {"id": SortKey("id", _("Number"))}
TALLY_SORTS: dict[str, SortKey] = {"id": SortKey("id", _("Number"))}
