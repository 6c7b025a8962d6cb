"""The lists of what is learned from cases."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from complaints.filters.learning import AlertFilterSet, ArticleFilterSet, ImprovementFilterSet
from complaints.models import Alert, Article, Improvement
from complaints.sorting.learning import ALERT_SORTS, ARTICLE_SORTS, IMPROVEMENT_SORTS
from core.lists import Column, ListDefinition, register_list


def register_lists() -> None:
    """Offer articles, early warnings and improvements as files and saved views."""
    for definition in (ARTICLES, ALERTS, IMPROVEMENTS):
        register_list(definition)


ARTICLES = ListDefinition(
    key="complaints.article",
    title=_("Knowledge"),
    model=Article,
    filterset_class=ArticleFilterSet,
    url_name="complaints:article-list",
    columns=[
        Column("title", _("Title"), lambda row: row.title),
        Column("category", _("Category"), lambda row: row.category.name if row.category else ""),
        Column("state", _("State"), lambda row: row.get_state_display()),
        Column("edition", _("Edition"), lambda row: row.edition),
        Column("helped", _("Helped"), lambda row: row.helped),
        Column("author", _("Author"), lambda row: str(row.author)),
        Column("published_at", _("Published"), lambda row: row.published_at),
        Column("body", _("Text"), lambda row: row.body),
    ],
    sort_keys=ARTICLE_SORTS,
    default_sort="-helped",
)
ALERTS = ListDefinition(
    key="complaints.alert",
    title=_("Early warnings"),
    model=Alert,
    filterset_class=AlertFilterSet,
    url_name="complaints:alert-list",
    columns=[
        Column("kind", _("Kind"), lambda row: row.get_kind_display()),
        Column("state", _("State"), lambda row: row.get_state_display()),
        Column("customer", _("Customer"), lambda row: row.customer.name if row.customer else ""),
        Column("category", _("Category"), lambda row: row.category.name if row.category else ""),
        Column("case", _("Case"), lambda row: row.complaint.number if row.complaint else ""),
        Column("owner", _("Owner"), lambda row: str(row.owner or "")),
        Column("raised_at", _("Raised"), lambda row: row.raised_at),
        Column("closed_at", _("Settled"), lambda row: row.closed_at),
        Column("outcome", _("Outcome"), lambda row: row.outcome),
    ],
    sort_keys=ALERT_SORTS,
    default_sort="-raised",
)
IMPROVEMENTS = ListDefinition(
    key="complaints.improvement",
    title=_("Improvements"),
    model=Improvement,
    filterset_class=ImprovementFilterSet,
    url_name="complaints:improvement-list",
    columns=[
        Column("title", _("Title"), lambda row: row.title),
        Column("category", _("Category"), lambda row: row.category.name if row.category else ""),
        Column("cause", _("Cause it removes"), lambda row: row.cause.name if row.cause else ""),
        Column("cause_note", _("Note on the cause"), lambda row: row.cause_note),
        Column("state", _("State"), lambda row: row.get_state_display()),
        Column("owner", _("Owner"), lambda row: str(row.owner)),
        Column("due_on", _("Due"), lambda row: row.due_on),
        Column("done_on", _("In force since"), lambda row: row.done_on),
        Column("ratio", _("Rate ratio"), lambda row: row.effect.get("ratio")),
        Column("low", _("95% lower limit"), lambda row: row.effect.get("low")),
        Column("high", _("95% upper limit"), lambda row: row.effect.get("high")),
    ],
    sort_keys=IMPROVEMENT_SORTS,
    default_sort="due",
)
