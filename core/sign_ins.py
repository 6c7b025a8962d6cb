"""Signing in and out, and new passwords, on the audit table: heard from the signals of Django."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import post_save
from django.http import HttpRequest
from django.utils.translation import gettext as _

from core.acting import acting
from core.addresses import client_address
from core.choices import AuditAction, Via
from core.domain.audit import record
from core.models import User


def listen() -> None:
    """Write an audit line whenever somebody signs in, fails to, or signs out."""
    user_logged_in.connect(_signed_in, dispatch_uid="core.signed_in")
    user_logged_out.connect(_signed_out, dispatch_uid="core.signed_out")
    user_login_failed.connect(_failed, dispatch_uid="core.sign_in_failed")
    post_save.connect(_password_stored, sender=User, dispatch_uid="core.password_stored")


def _signed_in(request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    record(AuditAction.SIGNED_IN, by=user, subject=user, note=_address(request))


def _signed_out(request: HttpRequest | None, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        record(AuditAction.SIGNED_OUT, by=user, subject=user, note=_address(request))


def _failed(credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    # What was typed is not kept when no user has that name: people type passwords there by mistake.
    name = str(credentials.get(User.USERNAME_FIELD) or "")
    user = User.objects.filter(username__iexact=name).first() if name and "\0" not in name else None
    note = _address(request) if user else f"{_('Unknown login name')}, {_address(request)}"
    if user is not None and not user.is_active:
        note = f"{_('Switched off')}, {note}"
    record(AuditAction.SIGN_IN_FAILED, by=None, subject=user, note=note)


def _password_stored(instance: User, created: bool, update_fields: Any = None, **kwargs: Any) -> None:
    """Hear of a new password, whichever page or command set it; a better hash of the same one is none."""
    typed = getattr(instance, "_password", None) is not None
    if typed and not created and (update_fields is None or "password" in update_fields):
        by = instance if acting().via == Via.PAGE else None
        record(AuditAction.PASSWORD_CHANGED, by=by, subject=instance)


def _address(request: HttpRequest | None) -> str:
    return client_address(request) if request is not None else ""
