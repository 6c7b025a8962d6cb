"""Mailboxes and the rules of e-mail: set up, their secrets kept, and which one speaks for a case."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.models import Complaint, Mailbox, MailPolicy
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.versions import ensure_fresh, locked
from core.errors import Conflict, DomainError
from core.models import User
from core.sealing import Unreadable, seal, unseal
from customers.domain.changes import ensure_known, ensure_valid, write_changes

_PURPOSE = "mailbox"
#: What the audit shows instead of a password.
_HIDDEN = "••••••"
MAILBOX_FIELDS = (
    "name", "address", "kind", "queue", "is_active", "host", "port", "security", "username", "password_env",
    "folder",
)  # fmt: skip
POLICY_FIELDS = ("acknowledges", "most_an_hour", "reopen_days", "keep_days")
#: Another place: what was read there says nothing of this one.
_PLACE = ("host", "port", "username", "folder")


@transaction.atomic
def save_mailbox(
    data: Mapping[str, Any],
    *,
    by: User,
    mailbox: Mailbox | None = None,
    version: int | None = None,
    password: str = "",
) -> Mailbox:
    """Make or change a mailbox and return it. `password` is sealed; an empty one leaves what is kept.

    Refused: an address that another mailbox has, a queue of another kind, a server without user name, and
    a stale version. A new server never gets the password of the old one: it has to be given again.
    """
    ensure_known(data, MAILBOX_FIELDS)
    values = {**data, "address": str(data["address"]).strip().lower()} if "address" in data else dict(data)
    if mailbox is None:
        return _created(values, by=by, password=password)
    stored = locked(mailbox)
    ensure_fresh(stored, version)
    _ensure_sound(stored, values)
    moved = any(name in values and values[name] != getattr(stored, name) for name in _PLACE)
    secrets = _secrets(stored, values, password, moved=moved)
    extra = {"password": (_HIDDEN if stored.password_sealed else "", _shown(secrets))} if secrets else {}
    try:
        with transaction.atomic():
            changed = write_changes(stored, values, by=by, at=timezone.now(), extra=extra)
    except IntegrityError as error:
        raise _address_taken() from error
    if changed and (secrets or moved):
        place = {"uid_validity": 0, "last_uid": 0, "error": ""} if moved else {}
        Mailbox.objects.filter(pk=stored.pk).update(**secrets, **place)
        stored.refresh_from_db()
    return stored


def _created(values: dict[str, Any], *, by: User, password: str) -> Mailbox:
    row = Mailbox(created_by=by, **values)
    _ensure_sound(row, values)
    ensure_valid(row, set(values))
    if password and not row.password_env:
        row.password_sealed = seal(password, purpose=_PURPOSE)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise _address_taken() from error
    record(AuditAction.CREATED, by=by, subject=row)
    return row


def _address_taken() -> Conflict:
    text = _("Another mailbox has this address.")
    return Conflict("address_taken", text, fields={"address": text})


def _ensure_sound(row: Mailbox, values: Mapping[str, Any]) -> None:
    """Refuse what does not fit together; `values` are the new ones, the row has the others."""

    def value(name: str) -> Any:
        return values[name] if name in values else getattr(row, name)

    if value("queue").kind != value("kind"):
        text = _("Choose a queue of this kind.")
        raise DomainError("bad_queue", text, fields={"queue": text})
    if value("host") and not value("username"):
        text = _("Give the user name of the mailbox.")
        raise DomainError("username_needed", text, fields={"username": text})


def _secrets(stored: Mailbox, values: Mapping[str, Any], password: str, *, moved: bool) -> dict[str, str]:
    """Return the secret column where it changes: sealed anew, or taken away."""
    if values.get("password_env", stored.password_env):
        return {"password_sealed": ""} if stored.password_sealed else {}
    if password:
        return {"password_sealed": seal(password, purpose=_PURPOSE)}
    # Whoever may write the server's name shall not have the password sent to another server.
    return {"password_sealed": ""} if moved and stored.password_sealed else {}


def _shown(secrets: Mapping[str, str]) -> str:
    return _HIDDEN if secrets["password_sealed"] else ""


def password_of(mailbox: Mailbox) -> str:
    """Return the password. Refused where none is kept, and where it cannot be read any more."""
    if mailbox.password_env:
        found = os.environ.get(mailbox.password_env, "")
        if found:
            return found
        text = _("The environment variable %(name)s is not set.") % {"name": mailbox.password_env}
        raise DomainError("no_password", text)
    if not mailbox.password_sealed:
        raise DomainError("no_password", _("No password is kept for this mailbox."))
    try:
        return unseal(mailbox.password_sealed, purpose=_PURPOSE)
    except Unreadable as error:
        text = _("The password cannot be read any more: the secret key was changed. Enter it again.")
        raise DomainError("no_password", text) from error


@transaction.atomic
def set_policy(
    policy: MailPolicy, data: Mapping[str, Any], *, by: User, version: int | None = None
) -> MailPolicy:
    """Change how mails are treated. Refused where somebody changed it since `version`."""
    ensure_known(data, POLICY_FIELDS)
    stored = locked(policy)
    ensure_fresh(stored, version)
    write_changes(stored, data, by=by, at=timezone.now())
    return stored


def mailbox_of(case: Complaint) -> Mailbox | None:
    """Return the mailbox that speaks for the case: where its last mail came in, that of its queue, or any
    of its kind; None where none is in use.
    """
    last = case.mails.filter(mailbox__is_active=True).select_related("mailbox").defer("raw").order_by("-pk")
    mail = last.first()
    if mail is not None:
        return mail.mailbox  # type: ignore[no-any-return]
    rows = list(Mailbox.objects.active().filter(kind=case.kind).order_by("pk"))
    return next((row for row in rows if row.queue_id == case.queue_id), rows[0] if rows else None)
