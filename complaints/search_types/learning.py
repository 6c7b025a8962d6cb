"""Articles, crises and improvements in search."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from complaints.models import Article, Crisis, Improvement
from core.search.terms import text_terms
from core.search.types import Searched, SearchType, joined, register_type

TYPES = (
    SearchType(
        key="article",
        number=65,
        model=Article,
        label=_("Knowledge"),
        icon="bulb",
        fields=(Searched("title", _("Title"), text_terms),),
        subtitle=lambda row: str(row.category.name) if row.category else "",
        select_related=("category",),
        list_url="complaints:article-list",
        order=65,
    ),
    SearchType(
        key="crisis",
        number=33,
        model=Crisis,
        label=_("Crises"),
        icon="warn",
        fields=(
            Searched("title", _("Title"), text_terms),
            Searched("reason", _("What happened"), text_terms),
        ),
        subtitle=lambda row: joined(row.get_kind_display(), row.get_state_display()),
        list_url="complaints:crisis-list",
        order=66,
    ),
    SearchType(
        key="improvement",
        number=34,
        model=Improvement,
        label=_("Improvements"),
        icon="target",
        fields=(
            Searched("title", _("Title"), text_terms),
            Searched("cause_note", _("Note on the cause"), text_terms),
        ),
        subtitle=lambda row: joined(row.get_state_display(), row.owner.display_name),
        select_related=("owner",),
        list_url="complaints:improvement-list",
        order=67,
    ),
)


def register_search() -> None:
    """Let them be found."""
    for kind in TYPES:
        register_type(kind)
