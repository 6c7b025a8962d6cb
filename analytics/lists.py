"""The lists of the package."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from analytics.filters import WarningFilterSet
from analytics.models import ChurnWarning
from analytics.reasons import in_words
from analytics.sorting import WARNING_SORTS
from core.lists import Column, ListDefinition, register_list


def register_lists() -> None:
    """Offer the warnings."""
    register_list(
        ListDefinition(
            key="analytics.warning",
            title=_("Churn warnings"),
            model=ChurnWarning,
            filterset_class=WarningFilterSet,
            rows=lambda user: ChurnWarning.objects.visible_to(user, "export").for_list(),
            columns=[
                Column("customer_code", _("Code"), lambda row: row.customer.code),
                Column("customer_name", _("Customer"), lambda row: row.customer.name),
                Column("tier", _("Tier"), lambda row: row.customer.get_tier_display()),
                Column("owner", _("Owner"), lambda row: row.owner.display_name if row.owner else ""),
                Column("state", _("State"), lambda row: row.get_state_display()),
                Column("risk", _("Churn risk"), lambda row: round(row.risk, 4)),
                Column("level", _("Risk level"), lambda row: row.get_level_display()),
                Column("value_at_stake", _("Value at stake"), lambda row: row.value_at_stake),
                Column("stake_low", _("80% lower limit"), lambda row: row.stake_low),
                Column("stake_high", _("80% upper limit"), lambda row: row.stake_high),
                Column("reasons", _("Reasons"), lambda row: "; ".join(in_words(one) for one in row.reasons)),
                Column(
                    "suggested_action", _("Suggested action"), lambda row: row.get_suggested_action_display()
                ),
                Column("opened_on", _("Raised"), lambda row: row.opened_on),
                Column("contacted_at", _("Contacted"), lambda row: row.contacted_at),
                Column("closed_at", _("Closed"), lambda row: row.closed_at),
                Column("dismiss_reason", _("Reason"), lambda row: row.get_dismiss_reason_display()),
                Column("note", _("Note"), lambda row: row.note),
            ],
            sort_keys=WARNING_SORTS,
            default_sort="-stake",
        )
    )
