"""The lists of what is foreseen: portraits, their traits, likely complainers."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from complaints.domain.taxonomy import newest_categories
from complaints.filters.foresight import LikelyFilterSet, PortraitFilterSet, TraitFilterSet
from complaints.models import LikelyComplainer, Portrait, PortraitTrait
from complaints.portrait_words import share_words, type_name
from complaints.sorting.foresight import LIKELY_SORTS, PORTRAIT_SORTS, TRAIT_SORTS
from core.lists import Column, ListDefinition, Preset, has_team, of, register_list


def register_lists() -> None:
    """Offer them as files and saved views."""
    for definition in (PORTRAITS, TRAITS, LIKELY):
        register_list(definition)


def _traits(user: Any) -> Any:
    return PortraitTrait.objects.visible_to(user, "export").for_list()


def _likely(user: Any) -> Any:
    return LikelyComplainer.objects.visible_to(user, "export").of_latest_run().for_list()


def _type(portrait: Portrait) -> str:
    return type_name(portrait, newest_categories() if portrait.code else {})


def _mean(row: Any) -> Any:
    found = row.content.get("satisfaction")
    return round(found["value"], 2) if found else None


PORTRAITS = ListDefinition(
    key="complaints.portrait",
    title=_("Portraits of complainants"),
    model=Portrait,
    filterset_class=PortraitFilterSet,
    url_name="complaints:portrait-list",
    columns=[
        Column("kind", _("Kind"), lambda row: row.get_kind_display()),
        Column("type", _("Type"), _type),
        Column("cases", _("Complaints"), of("cases"), is_number=True),
        Column("customers", _("Complainants"), of("customers"), is_number=True),
        Column("active", _("Active customers"), of("active"), is_number=True),
        Column("upheld", _("Upheld"), lambda row: share_words(row.content.get("upheld"))),
        Column("reopened", _("Reopened"), lambda row: share_words(row.content.get("reopened"))),
        Column("again", _("Complained again"), lambda row: share_words(row.content.get("again"))),
        Column("satisfaction", _("Satisfaction"), _mean, is_number=True),
        Column("day", _("Until"), of("day")),
    ],
    sort_keys=PORTRAIT_SORTS,
    default_sort="-cases",
)
TRAITS = ListDefinition(
    key="complaints.portraittrait",
    title=_("Traits of complainants"),
    model=PortraitTrait,
    filterset_class=TraitFilterSet,
    url_name="complaints:trait-list",
    rows=_traits,
    columns=[
        Column("type", _("Type"), lambda row: _type(row.portrait)),
        Column("attribute", _("Attribute"), lambda row: row.get_attribute_display()),
        Column("value", _("Value"), lambda row: str(row.label)),
        Column("n", _("Number"), of("n"), is_number=True),
        Column("total", _("Of"), of("total"), is_number=True),
        Column("share", _("Share"), of("share"), is_number=True),
        Column("low", _("95% lower limit"), of("low"), is_number=True),
        Column("high", _("95% upper limit"), of("high"), is_number=True),
        Column("base", _("Share of the base"), of("base_share"), is_number=True),
        Column("lift", _("Times as often"), of("lift"), sort="lift", is_number=True),
        Column("lift_low", _("Times as often, lower limit"), of("lift_low"), is_number=True),
        Column("lift_high", _("Times as often, upper limit"), of("lift_high"), is_number=True),
        Column("clear", _("Clear"), of("is_clear")),
    ],
    sort_keys=TRAIT_SORTS,
    default_sort="-lift",
)
LIKELY = ListDefinition(
    key="complaints.likely",
    title=_("Likely next complainers"),
    model=LikelyComplainer,
    filterset_class=LikelyFilterSet,
    url_name="complaints:likely-list",
    rows=_likely,
    columns=[
        Column("place", _("Place"), of("place"), sort="place", is_number=True),
        Column("customer", _("Customer"), of("customer", "name")),
        Column("code", _("Code"), of("customer", "code")),
        Column("tier", _("Tier"), lambda row: row.customer.get_tier_display()),
        Column("score", _("Score"), of("score"), is_number=True),
        Column("reasons", _("Reasons"), lambda row: "; ".join(row.said)),
        Column("owner", _("Owner"), of("customer", "owner", "display_name")),
        Column("team", _("Team"), of("customer", "team", "name")),
        Column("task", _("Task"), of("task", "title")),
        Column("method", _("Made by"), lambda row: row.forecast.get_method_display()),
        Column("day", _("Day"), of("forecast", "day")),
    ],
    sort_keys=LIKELY_SORTS,
    default_sort="place",
    default_columns=("place", "customer", "score", "reasons", "owner", "task"),
    presets=(
        Preset("mine", _("Mine"), {"owner": ["@me"]}),
        Preset("team", _("My team"), {"team": ["@my-team"]}, when=has_team),
        Preset("untouched", _("Without a task"), {"untouched": ["true"]}),
    ),
)
