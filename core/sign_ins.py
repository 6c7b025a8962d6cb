"""Signing in and out, on the audit table. Django says so by signals; this is where they are heard."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest
from django.utils.translation import gettext as _

from core.choices import AuditAction
from core.domain.audit import record
from core.models import User


def listen() -> None:
    """Write an audit line whenever somebody signs in, fails to, or signs out."""
    user_logged_in.connect(_signed_in, dispatch_uid="core.signed_in")
    user_logged_out.connect(_signed_out, dispatch_uid="core.signed_out")
    user_login_failed.connect(_failed, dispatch_uid="core.sign_in_failed")


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
    record(AuditAction.SIGN_IN_FAILED, by=None, subject=user, note=note)


def _address(request: HttpRequest | None) -> str:
    return str(request.META.get("REMOTE_ADDR", "")) if request is not None else ""
