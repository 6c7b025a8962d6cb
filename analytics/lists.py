"""The lists of the package."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from analytics.bulk import WARNING_ACTIONS
from analytics.filters import WarningFilterSet
from analytics.models import ChurnWarning
from analytics.reasons import in_words
from analytics.sorting import WARNING_SORTS
from core.lists import Column, ListDefinition, Preset, has_team, register_list


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
                Column("risk", _("Churn risk"), lambda row: round(row.risk, 4), sort="risk"),
                Column("level", _("Risk level"), lambda row: row.get_level_display()),
                Column(
                    "value_at_stake",
                    _("Value at stake"),
                    lambda row: row.value_at_stake,
                    sort="stake",
                    is_number=True,
                ),
                Column("stake_low", _("80% lower limit"), lambda row: row.stake_low, is_number=True),
                Column("stake_high", _("80% upper limit"), lambda row: row.stake_high, is_number=True),
                Column("reasons", _("Reasons"), lambda row: "; ".join(in_words(one) for one in row.reasons)),
                Column(
                    "suggested_action", _("Suggested action"), lambda row: row.get_suggested_action_display()
                ),
                Column("opened_on", _("Raised"), lambda row: row.opened_on, sort="opened"),
                Column("contacted_at", _("Contacted"), lambda row: row.contacted_at),
                Column("closed_at", _("Closed"), lambda row: row.closed_at),
                Column("dismiss_reason", _("Reason"), lambda row: row.get_dismiss_reason_display()),
                Column("note", _("Note"), lambda row: row.note),
            ],
            sort_keys=WARNING_SORTS,
            default_sort="-stake",
            url_name="analytics:warning-list",
            default_columns=(
                "customer_name",
                "reasons",
                "state",
                "risk",
                "value_at_stake",
                "opened_on",
                "owner",
            ),
            presets=(
                Preset("unclosed", _("Unclosed"), {"state": ["open", "contacted"]}),
                Preset("mine", _("Mine"), {"owner": ["@me"], "state": ["open", "contacted"]}),
                Preset(
                    "team",
                    _("My team"),
                    {"state": ["open", "contacted"], "team": ["@my-team"]},
                    when=has_team,
                ),
                Preset("idle", _("Untouched for 7 days"), {"idle": ["on"]}),
                Preset("lost", _("Proposed as lost"), {"looks_lost": ["on"]}),
                Preset("closed", _("Closed"), {"state": ["saved", "lost", "dismissed"]}),
                Preset("all", _("All warnings")),
            ),
            actions=WARNING_ACTIONS,
        )
    )
