"""The platform's own records that search finds."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.models import User
from core.search.terms import code_terms, name_terms
from core.search.types import Searched, SearchType, register_type

USERS = SearchType(
    key="user",
    number=20,
    model=User,
    label=_("Users"),
    icon="user",
    fields=(
        Searched("full_name", _("Name"), name_terms()),
        Searched("username", _("Login name"), code_terms),
        Searched("email", _("E-mail"), code_terms),
    ),
    title=lambda row: row.display_name,
    subtitle=lambda row: row.team.name if row.team else "",
    url=lambda row: reverse("core:user-detail", args=[row.pk]),
    list_url="core:user-list",
    select_related=("team",),
    order=80,
)


def register_search() -> None:
    """Register them."""
    register_type(USERS)
