"""The list of users as a file."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.filters import UserFilterSet
from core.keyset import SortKey
from core.lists import Column, ListDefinition, of
from core.models import User
from core.roles import Role

USER_SORTS = {
    "name": SortKey("full_name", _("Name")),
    "login": SortKey("username", _("Login name")),
    "team": SortKey("team__name", _("Team"), nullable=True),
    "last": SortKey("last_login", _("Last sign-in"), nullable=True),
}


def _roles(user: Any) -> str:
    labels = dict(Role.choices)
    return ", ".join(str(labels.get(group.name, group.name)) for group in user.groups.all())


USER_EXPORT = ListDefinition(
    key="core.user",
    title=_("Users"),
    model=User,
    filterset_class=UserFilterSet,
    columns=[
        Column("name", _("Name"), of("full_name")),
        Column("login", _("Login name"), of("username")),
        Column("email", _("E-mail"), of("email")),
        Column("job_title", _("Job title"), of("title")),
        Column("team", _("Team"), of("team", "name")),
        Column("roles", _("Roles"), _roles),
        Column("is_active", _("May sign in"), of("is_active")),
        Column("is_service", _("Service"), of("is_service")),
        Column("is_superuser", _("Superuser"), of("is_superuser")),
        Column("joined", _("Since"), of("date_joined")),
        Column("last_login", _("Last sign-in"), of("last_login")),
    ],
    sort_keys=USER_SORTS,
    default_sort="name",
)
