"""Signing in and out, and new passwords, on the audit table: heard from the signals of Django."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import post_save
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.acting import acting, session_mark
from core.choices import AuditAction, Via
from core.client_address import client_address
from core.domain.audit import record
from core.domain.notifications import notify
from core.domain.sessions import drop_sessions
from core.models import User, UserSession
from core.session_marks import mark_signed_in
from core.session_notes import note_here


def listen() -> None:
    """Write an audit line whenever somebody signs in, fails to, or signs out."""
    user_logged_in.connect(_signed_in, dispatch_uid="core.signed_in")
    user_logged_out.connect(_signed_out, dispatch_uid="core.signed_out")
    user_login_failed.connect(_failed, dispatch_uid="core.sign_in_failed")
    post_save.connect(_password_stored, sender=User, dispatch_uid="core.password_stored")


def _signed_in(request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    if request is not None:
        mark_signed_in(request.session, timezone.now())
        note_here(request, user)
    record(AuditAction.SIGNED_IN, by=user, subject=user, note=_address(request))


def _signed_out(request: HttpRequest | None, user: User | None, **kwargs: Any) -> None:
    if request is not None and request.session.session_key:
        UserSession.objects.filter(session_key=request.session.session_key).delete()
    if user is not None:
        record(AuditAction.SIGNED_OUT, by=user, subject=user, note=_address(request))


def _failed(credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    # What was typed is not kept when no user has that name: people type passwords there by mistake.
    user = user_named(str(credentials.get(User.USERNAME_FIELD) or ""))
    note = _address(request) if user else f"{_('Unknown login name')}, {_address(request)}"
    if user is not None and not user.is_active:
        note = f"{_('Switched off')}, {note}"
    record(AuditAction.SIGN_IN_FAILED, by=None, subject=user, note=note)


def note_wrong_code(request: HttpRequest | None, user: User) -> None:
    """Write the line that a code was wrong after a right password: somebody may know it."""
    words = _("Wrong code of the second factor")
    note = f"{words}, {_address(request)}"
    record(AuditAction.SIGN_IN_FAILED, by=None, subject=user, note=note)


def note_lock(request: HttpRequest | None, name: str, *, until: datetime) -> None:
    """Write the line that signing in with this name from this place must wait."""
    user = user_named(name)
    end = _("until %(moment)s UTC") % {"moment": f"{until:%Y-%m-%d %H:%M}"}
    parts = [_address(request), end] if user else [_("Unknown login name"), _address(request), end]
    note = ", ".join(parts)
    record(AuditAction.SIGN_IN_LOCKED, by=None, subject=user, note=note)


def user_named(name: str) -> User | None:
    """Return the user whose login name was typed, or None."""
    return User.objects.filter(username__iexact=name).first() if name and "\0" not in name else None


def _password_stored(instance: User, created: bool, update_fields: Any = None, **kwargs: Any) -> None:
    """Hear of a new password, whichever page or command set it; a better hash of the same one is none."""
    typed = getattr(instance, "_password", None) is not None
    if typed and not created and (update_fields is None or "password" in update_fields):
        by = instance if acting().via == Via.PAGE else None
        record(AuditAction.PASSWORD_CHANGED, by=by, subject=instance)
        _end_other_sessions(instance)
        if by is not None:
            _tell_of_password(instance)


def _tell_of_password(user: User) -> None:
    notify(
        [user],
        kind="core.security",
        title=gettext_lazy("Your password was changed"),
        body=gettext_lazy("If it was not you, tell an administrator at once."),
        url=reverse("core:profile"),
    )


def _end_other_sessions(user: User) -> None:
    """Sessions of the old password no longer fit: forget them, but for the one that is being worked in."""
    here = acting().credential
    rows = UserSession.objects.of(user).values_list("session_key", flat=True)
    drop_sessions(user, keep=next((key for key in rows if f"session {session_mark(key)}" == here), ""))


def _address(request: HttpRequest | None) -> str:
    return client_address(request) if request is not None else ""
