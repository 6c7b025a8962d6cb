"""What a session remembers of signing in: when it began, the last proof, who waits for a code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import load_backend
from django.utils.crypto import constant_time_compare

from core.models import User

#: For so long the password need not be typed again.
FRESH_FOR = timedelta(minutes=15)
#: For so long the second step of signing in may take.
_STEP_FOR = timedelta(minutes=10)

_SIGNED_IN = "signed_in_at"
_PROVED = "proved_at"
_WAITING = "waiting_for_code"
_OFFER = "second_factor_offer"


def mark_signed_in(session: Any, at: datetime) -> None:
    """Note the moment of signing in, which is a proof as well."""
    session[_SIGNED_IN] = session[_PROVED] = int(at.timestamp())


def mark_proved(session: Any, at: datetime) -> None:
    """Note that the person has just shown who they are."""
    session[_PROVED] = int(at.timestamp())


def is_fresh(session: Any, at: datetime) -> bool:
    """Tell whether the last proof is recent enough for weighty changes."""
    proved = _moment(session.get(_PROVED))
    return proved is not None and proved <= at < proved + FRESH_FOR


def is_too_old(session: Any, at: datetime) -> bool:
    """Tell whether the session has lasted longer than any may."""
    began = _moment(session.get(_SIGNED_IN))
    return began is not None and at > began + timedelta(seconds=settings.SESSION_LONGEST_SECONDS)


def _moment(stored: Any) -> datetime | None:
    return datetime.fromtimestamp(stored, tz=UTC) if isinstance(stored, int) else None


# ---- between password and code ----------------------------------------------------------------------
@dataclass(frozen=True)
class Waiting:
    """Whose password was right, and where they wanted to go."""

    user: User
    backend: str
    next_url: str


def wait_for_code(session: Any, user: Any, *, next_url: str, at: datetime) -> None:
    """Remember the person between the two steps. The session stays a stranger's; its key is new."""
    session.cycle_key()
    session[_WAITING] = {
        "user": user.pk,
        "backend": user.backend,
        "mark": user.get_session_auth_hash(),
        "until": int((at + _STEP_FOR).timestamp()),
        "next": next_url,
    }


def who_waits(session: Any, at: datetime) -> Waiting | None:
    """Return who has still to type a code; nobody when it took too long or the account changed meanwhile."""
    kept = session.get(_WAITING)
    if not kept or kept["until"] < at.timestamp():
        return None
    user = load_backend(kept["backend"]).get_user(kept["user"])
    if user is None or not constant_time_compare(kept["mark"], user.get_session_auth_hash()):
        return None
    return Waiting(user, kept["backend"], kept["next"])


def stop_waiting(session: Any) -> None:
    """Forget who waits."""
    session.pop(_WAITING, None)


# ---- setting up a second factor ---------------------------------------------------------------------
def offer_in(session: Any) -> str:
    """Return the sealed secret that the person is setting up, or ""."""
    return str(session.get(_OFFER, ""))


def keep_offer(session: Any, sealed: str) -> None:
    """Hold the sealed secret until a code has proved it; "" forgets it."""
    session[_OFFER] = sealed
