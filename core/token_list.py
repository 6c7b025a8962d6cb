"""The list of API tokens: who has which, what it may do, and whether it is still in use."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.bulk import BulkAction, Effect, Values
from core.choices import TokenState
from core.domain.tokens import revoke_token
from core.keyset import SortKey
from core.lists import Column, ListDefinition, Preset, of
from core.models import ApiToken, User
from core.token_filters import TokenFilterSet

TOKEN_SORTS = {
    "created": SortKey("created_at", _("Made")),
    "expires": SortKey("expires_at", _("Expires")),
    "used": SortKey("last_used_at", _("Last used"), nullable=True),
    "user": SortKey("user__full_name", _("Acts as")),
}


def _state(row: Any) -> str:
    return str(TokenState(row.state).label)


def _scopes(row: ApiToken) -> str:
    return ", ".join(row.scopes)


def _revoke(row: ApiToken, _values: Values, by: User) -> Effect | None:
    if row.revoked_at is not None:
        return None
    revoke_token(row, by=by, at=timezone.now())
    return Effect({}, {"revoked": True})


TOKENS = ListDefinition(
    key="core.apitoken",
    title=_("API tokens"),
    model=ApiToken,
    filterset_class=TokenFilterSet,
    columns=[
        Column("name", _("Name"), of("name")),
        Column("prefix", _("Begins with"), of("prefix")),
        Column("user", _("Acts as"), of("user", "full_name"), sort="user"),
        Column("login", _("Login name"), of("user", "username")),
        Column("state", _("State"), _state),
        Column("scopes", _("Scopes"), _scopes),
        Column("created_at", _("Made"), of("created_at"), sort="created"),
        Column("expires_at", _("Expires"), of("expires_at"), sort="expires"),
        Column("last_used_at", _("Last used"), of("last_used_at"), sort="used"),
        Column("last_used_from", _("Last used from"), of("last_used_from")),
        Column("revoked_at", _("Revoked"), of("revoked_at")),
        Column("action", _("Action"), lambda _row: None, in_file=False),  # drawn by the page
    ],
    sort_keys=TOKEN_SORTS,
    default_sort="-created",
    url_name="core:token-list",
    default_columns=(
        "name", "user", "scopes", "created_at", "expires_at", "last_used_at", "state", "action",
    ),
    presets=(
        Preset("working", _("Working"), {"state": ["active", "unused"]}),
        Preset(
            "ending", _("Run out soon"), {"state": ["active", "unused"], "expires_to": ["@today+14"]},
            sort="expires",
        ),
        Preset("unused", _("Unused for 90 days"), {"state": ["unused"]}, sort="used"),
        Preset("services", _("Of services"), {"service": ["true"]}),
        Preset("mine", _("Mine"), {"user": ["@me"]}),
        Preset("all", _("All")),
    ),
    actions=(BulkAction("revoke", _("Revoke tokens"), "x", _revoke, "delete", is_dangerous=True),),
)  # fmt: skip
