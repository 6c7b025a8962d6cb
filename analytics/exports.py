"""The lists that may leave the house as files."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from analytics.filters import WarningFilterSet
from analytics.models import ChurnWarning
from analytics.reasons import in_words
from analytics.sorting import WARNING_SORTS
from core.exports import ExportColumn, ExportList, register_export


def register_exports() -> None:
    """Offer the warnings."""
    register_export(
        ExportList(
            key="analytics.warning",
            title=_("Churn warnings"),
            model=ChurnWarning,
            filterset_class=WarningFilterSet,
            rows=lambda user: ChurnWarning.objects.visible_to(user, "export").for_list(),
            columns=[
                ExportColumn(_("Code"), lambda row: row.customer.code),
                ExportColumn(_("Customer"), lambda row: row.customer.name),
                ExportColumn(_("Tier"), lambda row: row.customer.get_tier_display()),
                ExportColumn(_("Owner"), lambda row: row.owner.display_name if row.owner else ""),
                ExportColumn(_("State"), lambda row: row.get_state_display()),
                ExportColumn(_("Churn risk"), lambda row: round(row.risk, 4)),
                ExportColumn(_("Risk level"), lambda row: row.get_level_display()),
                ExportColumn(_("Value at stake"), lambda row: row.value_at_stake),
                ExportColumn(_("80% lower limit"), lambda row: row.stake_low),
                ExportColumn(_("80% upper limit"), lambda row: row.stake_high),
                ExportColumn(_("Reasons"), lambda row: "; ".join(in_words(one) for one in row.reasons)),
                ExportColumn(_("Suggested action"), lambda row: row.get_suggested_action_display()),
                ExportColumn(_("Raised"), lambda row: row.opened_on),
                ExportColumn(_("Contacted"), lambda row: row.contacted_at),
                ExportColumn(_("Closed"), lambda row: row.closed_at),
                ExportColumn(_("Reason"), lambda row: row.get_dismiss_reason_display()),
                ExportColumn(_("Note"), lambda row: row.note),
            ],
            sort_keys=WARNING_SORTS,
            default_sort="-stake",
        )
    )
