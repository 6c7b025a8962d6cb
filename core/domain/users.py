"""People who sign in: made, changed, given roles, and kept out again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.access import require
from core.choices import AuditAction
from core.domain.audit import differences, record
from core.domain.checks import check_record, refused, unique_or_conflict
from core.domain.mails.former_address import tell_former_address
from core.domain.notifications import notify
from core.domain.sessions import invalidate_sessions
from core.domain.versions import ensure_fresh, locked, raise_version
from core.errors import Conflict, DomainError
from core.models import ApiToken, User
from core.roles import Role

#: What a person may change about oneself; the rest is for who administers users.
OWN_FIELDS = frozenset({"full_name", "email", "title", "language", "time_zone", "theme", "density"})
ALL_FIELDS = OWN_FIELDS | {"username", "team", "is_service"}


@transaction.atomic
def create_user(
    data: Mapping[str, Any], *, roles: Iterable[str] = (), password: str | None = None, by: User
) -> User:
    """Store a user with these roles. Without a password the person chooses one by the reset link.

    Refused: a login name or an e-mail that somebody has, in whatever case, a weak password, and any
    password for a service.
    """
    require(by, "add", User)
    user = User(**_known(data, ALL_FIELDS))
    check_record(user, exclude=("password",))
    if password is not None:
        _keep_service_out(user)
        _check_password(password, user)
    user.set_password(password)
    with unique_or_conflict():
        user.save()
    keys = _checked_roles(roles)
    user.groups.set(Group.objects.filter(name__in=keys))
    changes = {name: (None, getattr(user, name)) for name in ("username", "full_name", "team")}
    record(AuditAction.CREATED, by=by, subject=user, changes={**changes, "roles": (None, keys)})
    return user


@transaction.atomic
def update_user(
    user: User,
    data: Mapping[str, Any],
    *,
    roles: Iterable[str] | None = None,
    by: User,
    version: int | None = None,
) -> User:
    """Change a user, and the roles where given; return the user as stored.

    One may change the own name, address and preferences; all else needs the right to. An address that
    was in use is told that it no longer is. Refuses a stale `version`, a service made of somebody who has
    signed in, and a person made of a service whose tokens still act for it.
    """
    if user.pk != by.pk or set(data) - OWN_FIELDS:
        require(by, "change", User)
    if roles is not None:
        _lock_administrators()  # before the user, as everywhere
    stored = locked(user)
    ensure_fresh(stored, version)
    if roles is not None:
        set_roles(stored, roles, by=by)
    changes = differences(stored, _known(data, ALL_FIELDS))
    if changes:
        _write(stored, changes, by)
    return stored


def _write(stored: User, changes: dict[str, tuple[Any, Any]], by: User) -> None:
    former = stored.email
    for name, (_old, new) in changes.items():
        setattr(stored, name, new)
    check_record(stored, exclude=("password",))
    written = list(changes)
    if "is_service" in changes:
        _change_kind(stored, by)
        written.append("password")
    with unique_or_conflict():
        stored.save(update_fields=written)
    if former and former.lower() != stored.email.lower():
        tell_former_address(stored, former)
    _record_change(stored, changes, by)


def _change_kind(user: User, by: User) -> None:
    """Make a service of an account that nobody has used, or a person of a service without tokens.

    Whoever administers could otherwise hold tokens that act as a colleague. A service has no password, and
    its sessions end with the password.
    """
    if not user.is_service:
        if ApiToken.objects.filter(user=user, revoked_at__isnull=True).exists():
            raise Conflict("has_tokens", _("Revoke its tokens first: they would act as a person."))
        return
    if user.last_login is not None:
        text = _("This person has signed in already. Make a new user for the service.")
        raise DomainError("has_signed_in", text, fields={"is_service": text})
    user.set_unusable_password()
    notify(
        administrators().people().exclude(pk__in=(user.pk, by.pk)),
        kind="core.security",
        title=gettext_lazy("%(by)s made a service of %(user)s"),
        body=gettext_lazy("Nobody can sign in with this name any more; tokens can act with its roles."),
        params={"by": by, "user": user},
        url=reverse("core:user-detail", args=[user.pk]),
    )


def _record_change(user: User, changes: dict[str, tuple[Any, Any]], by: User) -> None:
    """Write the line of a change, and count it as a new version where forms of the user show it."""
    if changes.keys() & User.versioned_fields:
        raise_version(user)
    record(AuditAction.CHANGED, by=by, subject=user, changes=changes)


@transaction.atomic
def set_roles(user: User, roles: Iterable[str], *, by: User) -> User:
    """Give the user exactly these roles. Refused: losing the last administrator, or one's own office."""
    require(by, "change", User)
    keys = _checked_roles(roles)
    _lock_administrators()
    before = sorted(user.groups.values_list("name", flat=True))
    if before == keys:
        return user
    loses_office = Role.ADMINISTRATOR in before and Role.ADMINISTRATOR not in keys
    if loses_office and not user.is_superuser:
        _keep_an_administrator(user, by)
    user.groups.set(Group.objects.filter(name__in=keys))
    user.__dict__.pop("_role_keys", None)
    _record_change(user, {"roles": (before, keys)}, by)
    _tell_of_roles(user, by)
    return user


def _tell_of_roles(user: User, by: User) -> None:
    if user.pk == by.pk or user.is_service:
        return
    notify(
        [user],
        kind="core.security",
        title=gettext_lazy("%(by)s changed your roles"),
        body=gettext_lazy("Your profile shows what you may do now."),
        params={"by": by},
        url=reverse("core:profile"),
    )


@transaction.atomic
def deactivate_user(user: User, *, by: User, at: datetime) -> User:
    """Keep the user out from now on, tokens included; records keep their owner.

    Refused: oneself, the last administrator, a user who is out already.
    """
    require(by, "change", User)
    return switch_off(user, by=by, at=at)


@transaction.atomic
def switch_off(user: User, *, by: User, at: datetime) -> User:
    """Do what `deactivate_user` does, for callers that have asked for the right by themselves."""
    _lock_administrators()
    if user.pk == by.pk:
        raise DomainError("not_yourself", _("You cannot switch yourself off; another administrator can."))
    if user in administrators():
        _keep_an_administrator(user, by)
    if not User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
        raise Conflict("already_inactive", _("This user is switched off already."))
    user.is_active = False
    ApiToken.objects.filter(user=user, revoked_at__isnull=True).update(revoked_at=at)
    _record_change(user, {"is_active": (True, False)}, by)
    invalidate_sessions(user)
    return user


@transaction.atomic
def reactivate_user(user: User, *, by: User) -> User:
    """Let the user sign in again; revoked tokens stay revoked."""
    require(by, "change", User)
    if not User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
        raise Conflict("already_active", _("This user may sign in already."))
    user.is_active = True
    _record_change(user, {"is_active": (False, True)}, by)
    return user


def administrators() -> Any:
    """Return the users who may administer the installation, superusers included."""
    return User.objects.active().filter(Q(is_superuser=True) | Q(groups__name=Role.ADMINISTRATOR)).distinct()


def _lock_administrators() -> None:
    """Let two administrators who demote each other come one after the other."""
    Group.objects.select_for_update().filter(name=Role.ADMINISTRATOR).first()


def _keep_an_administrator(user: User, by: User) -> None:
    if user.pk == by.pk:
        raise DomainError("not_yourself", _("You cannot give up your own office; another administrator can."))
    if not administrators().exclude(pk=user.pk).exists():
        raise DomainError("last_administrator", _("Somebody must remain who administers the installation."))


def _checked_roles(roles: Iterable[str]) -> list[str]:
    keys = sorted({str(role) for role in roles})
    unknown = set(keys) - set(Role.values)
    if unknown:
        raise DomainError(
            "unknown_role", _("There is no role %(key)s.") % {"key": ", ".join(sorted(unknown))}
        )
    return keys


def _known(data: Mapping[str, Any], allowed: frozenset[str]) -> dict[str, Any]:
    unknown = set(data) - allowed
    if unknown:
        raise ValueError(f"not fields of a user: {', '.join(sorted(unknown))}")
    return dict(data)


def _keep_service_out(user: User) -> None:
    if user.is_service:
        text = _("A service has no password: it calls the API with tokens.")
        raise DomainError("service_has_no_password", text, fields={"password": text})


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        refusal = refused(error)
        refusal.fields = {"password": refusal.message}
        raise refusal from error
