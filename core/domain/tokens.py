"""API tokens: made once, shown once, kept as a keyed digest, revoked for good."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.access import can, require
from core.api_scopes import is_scope
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.notifications import notify
from core.domain.users import administrators
from core.errors import Conflict, DomainError
from core.models import ApiToken, User

PREFIX = "pn_"
LONGEST_LIFE = timedelta(days=366)
#: How long before its end people are told of it.
WARNED_BEFORE = timedelta(days=14)
_USE_IS_NOTED_EVERY = timedelta(minutes=1)
_OWN_TOKEN = gettext_lazy("It acts as %(user)s. If you know nothing of it, revoke it in your profile.")
_SERVICE_TOKEN = gettext_lazy(
    "It acts as %(user)s. If nobody knows of it, revoke it on the page of the service."
)


def digests_of(secret: str) -> list[str]:
    """Return the digests under which `secret` may be stored: one per key in use, the current first."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [
        hmac.new(f"api-token:{key}".encode(), secret.encode(), hashlib.sha256).hexdigest() for key in keys
    ]


@transaction.atomic
def make_token(
    user: User, *, name: str, expires_at: datetime, scopes: Iterable[str], by: User, at: datetime
) -> tuple[ApiToken, str]:
    """Store a token that acts as `user` and return it with its secret, which is never shown again.

    Refuses a life beyond a year, no or unknown scopes, and a token for somebody else by who may not
    administer users.
    """
    require(by, "add", ApiToken)
    if user.pk != by.pk and not (user.is_service and can(by, "change", User)):
        raise DomainError(
            "not_your_token", _("You can make tokens for yourself and for services only."), status=403
        )
    if not at < expires_at <= at + LONGEST_LIFE:
        text = _("Choose a day from tomorrow to one year ahead.")
        raise DomainError("bad_expiry", text, fields={"expires_at": text})
    chosen = checked_scopes(scopes)
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name.strip(),
        digest=digests_of(secret)[0],
        prefix=secret[:8],
        scopes=chosen,
        created_at=at,
        expires_at=expires_at,
    )
    record(
        AuditAction.CREATED,
        by=by,
        subject=token,
        changes={"user": (None, user), "expires_at": (None, expires_at), "scopes": (None, chosen)},
    )
    _tell_of_token(token, by)
    return token, secret


def _tell_of_token(token: ApiToken, by: User) -> None:
    """A token acts as its user, who should know of it; of a service's token every administrator should."""
    page, body = reverse("core:profile"), _OWN_TOKEN
    receivers = [token.user]
    if token.user.is_service:
        page, body = reverse("core:user-detail", args=[token.user_id]), _SERVICE_TOKEN
        receivers = [by, *administrators().people().exclude(pk=by.pk)]
    notify(
        receivers,
        kind="core.security",
        title=gettext_lazy("New API token: %(name)s"),
        body=body,
        params={"name": token.name, "user": token.user},
        url=page,
    )


def warn_of_expiring_tokens(*, at: datetime) -> int:
    """Tell each person, and the administrators for services, of tokens that soon stop working, once."""
    rows = ApiToken.objects.usable(at).filter(expires_at__lte=at + WARNED_BEFORE).select_related("user")
    told = 0
    for token in rows:
        is_service = token.user.is_service
        people = list(administrators().people()) if is_service else [token.user]
        page = "core:user-detail" if is_service else "core:profile"
        notify(
            people,
            kind="core.token_expiring",
            title=gettext_lazy("The token “%(name)s” of %(user)s runs out on %(day)s"),
            body=gettext_lazy("Make a new one in time: what uses it stops working that day."),
            params={"name": token.name, "user": token.user, "day": f"{token.expires_at:%Y-%m-%d}"},
            url=reverse(page, args=[token.user_id] if is_service else []),
            dedupe=f"token-{token.pk}-expiring",
        )
        told += len(people)
    return told


@transaction.atomic
def revoke_token(token: ApiToken, *, by: User, at: datetime) -> None:
    """Make the token useless from now on. A second call is refused, so the audit line is written once."""
    if not ApiToken.objects.visible_to(by, "delete").filter(pk=token.pk).exists():
        raise DomainError("not_your_token", _("This token is not yours to revoke."), status=403)
    if not ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=at):
        raise Conflict("already_revoked", _("This token was already revoked."))
    token.revoked_at = at
    record(AuditAction.DELETED, by=by, subject=token)


def checked_scopes(scopes: Iterable[str]) -> list[str]:
    """Return the scopes, sorted and each once; refuses none, and one that does not exist."""
    chosen = sorted(set(scopes))
    if not chosen or not all(map(is_scope, chosen)):
        text = _("Choose what the token may do.")
        raise DomainError("bad_scopes", text, fields={"scopes": text})
    return chosen


def find_token(secret: str, *, at: datetime, address: str | None = None) -> ApiToken | None:
    """Return the usable token with this secret and note its use, at most once a minute; else None."""
    token: ApiToken | None = (
        ApiToken.objects.usable(at).select_related("user").filter(digest__in=digests_of(secret)).first()
    )
    if token is not None:
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=at - _USE_IS_NOTED_EVERY)
        if token.last_used_at is None or token.last_used_at < at - _USE_IS_NOTED_EVERY:
            ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=at, last_used_from=address)
    return token
