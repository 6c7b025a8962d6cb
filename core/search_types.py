"""The platform's own records that search finds, and what the palette can do."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.models import User
from core.search.actions import Action, register_action
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


ACTIONS = (
    Action(
        "user-new",
        _("New user"),
        "core:user-create",
        "plus",
        ("core.user", "add"),
        _("add user, invite colleague"),
    ),
    Action("team-new", _("New team"), "core:team-create", "plus", ("core.team", "add"), _("add team")),
    Action(
        "jobs",
        _("Background jobs"),
        "core:job-list",
        "clock",
        ("core.job", "view"),
        _("progress, failed jobs"),
    ),
    Action(
        "imports",
        _("Imports"),
        "core:import-list",
        "upload",
        ("core.importrun", "add"),
        _("upload file, load data"),
    ),
    Action(
        "recycle-bin",
        _("Recycle bin"),
        "core:recycle-bin",
        "trash",
        None,
        _("deleted customers, restore"),
    ),
    Action(
        "notifications",
        _("Notifications"),
        "core:notification-list",
        "bell",
        ("core.notification", "view"),
        _("messages, inbox"),
    ),
    Action(
        "profile", _("My profile"), "core:profile", "user", None, _("my account, language, time zone, theme")
    ),
    Action("password", _("Change password"), "password_change", "key", None, _("new password")),
)


def register_search() -> None:
    """Register them."""
    register_type(USERS)
    for action in ACTIONS:
        register_action(action)
