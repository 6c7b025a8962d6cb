"""Where people are signed in: noted as they go, shown to them, ended one by one or all at once."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.access import require
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.notifications import notify
from core.errors import Conflict
from core.models import User, UserSession

#: How often "last seen" is written, at most.
SEEN_EVERY = timedelta(minutes=5)


@transaction.atomic
def note_session(
    user: User, *, key: str, former_key: str = "", browser: str, address: str, at: datetime
) -> None:
    """Remember that the user is signed in with this session, which may have had another key before."""
    seen = {"browser": browser[:100], "address": address[:45], "seen_at": at}
    if former_key and former_key != key:
        UserSession.objects.of(user).filter(session_key=former_key).update(session_key=key)
    UserSession.objects.update_or_create(
        session_key=key, defaults={"user": user, **seen}, create_defaults={"user": user, "since": at, **seen}
    )


def sessions_of(user: User, *, at: datetime) -> list[UserSession]:
    """Return where the user is signed in, last seen first; two queries."""
    rows = list(UserSession.objects.of(user))
    keys = [row.session_key for row in rows]
    alive = Session.objects.filter(session_key__in=keys, expire_date__gt=at)
    living = set(alive.values_list("session_key", flat=True))
    return [row for row in rows if row.session_key in living]


@transaction.atomic
def end_session(session: UserSession, *, by: User) -> None:
    """Sign the user out of one browser. Refused when that is done already."""
    if not UserSession.objects.filter(pk=session.pk).delete()[0]:
        raise Conflict("already_ended", _("This browser is signed out already."))
    Session.objects.filter(session_key=session.session_key).delete()
    note = ", ".join(part for part in (session.browser, session.address) if part)
    record(AuditAction.SESSIONS_ENDED, by=by, subject=session.user, note=note)


@transaction.atomic
def end_sessions(user: User, *, by: User, keep: str = "") -> int:
    """Sign the user out everywhere, as `invalidate_sessions` does, with an audit line of its own."""
    ended = invalidate_sessions(user, keep=keep)
    note = _("Browsers signed out: %(n)s") % {"n": ended}
    record(AuditAction.SESSIONS_ENDED, by=by, subject=user, note=note)
    return ended


@transaction.atomic
def invalidate_sessions(user: User, *, keep: str = "") -> int:
    """Sign the user out everywhere, but for the session with the key `keep`; return of how many we knew.

    Sessions that no table knows of end too: their mark no longer fits. Whoever keeps one must write the
    new mark into it (`django.contrib.auth.update_session_auth_hash`). The caller's audit line tells why.
    """
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.refresh_from_db(fields=["session_epoch"])
    return drop_sessions(user, keep=keep)


@transaction.atomic
def end_sessions_of(user: User, *, by: User, keep: str = "") -> int:
    """Let an administrator sign somebody out everywhere; the person is told."""
    require(by, "change", User)
    ended = end_sessions(user, by=by, keep=keep)
    if user.pk != by.pk and not user.is_service:
        notify(
            [user],
            kind="core.security",
            title=gettext_lazy("%(by)s signed you out everywhere"),
            body=gettext_lazy("Sign in again. If you do not know why, ask."),
            params={"by": by},
            url=reverse("core:profile"),
        )
    return ended


def drop_sessions(user: User, *, keep: str = "") -> int:
    """Delete the sessions of the user that we know of, but for one, without a word; return how many."""
    rows = UserSession.objects.of(user).elsewhere(keep)
    keys = list(rows.values_list("session_key", flat=True))
    ended = Session.objects.filter(session_key__in=keys).delete()[0]
    rows.delete()
    return ended


def forget_sessions(*, at: datetime, batch: int = 1_000) -> int:
    """Delete sessions that ran out, and what we noted of sessions that are gone; return how many of these."""
    Session.objects.filter(expire_date__lt=at).delete()
    deleted = 0
    alive = Session.objects.values("session_key")
    while pks := list(
        UserSession.objects.exclude(session_key__in=alive)
        .filter(seen_at__lt=at - SEEN_EVERY)
        .values_list("pk", flat=True)[:batch]
    ):
        deleted += UserSession.objects.filter(pk__in=pks).delete()[0]
    return deleted
