"""Articles in search."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from complaints.models import Article
from core.search.terms import text_terms
from core.search.types import Searched, SearchType, register_type

ARTICLES = SearchType(
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
)


def register_search() -> None:
    """Let articles be found."""
    register_type(ARTICLES)
