"""The signed token in a public form: names this one form, and tells how long somebody has had it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing

_SALT = "complaints.public-form"
#: Nobody reads and fills the form faster; programs do.
QUICKEST = timedelta(seconds=3)
#: A page left open for longer is sent again with a new token; what was typed stays.
OLDEST = timedelta(hours=24)


@dataclass(frozen=True)
class Sent:
    """A token that is ours: the key of the form, and since when it was open."""

    key: str
    since: datetime

    def is_too_quick(self, at: datetime) -> bool:
        """True where no person can have typed so fast."""
        return at - self.since < QUICKEST

    def is_too_old(self, at: datetime) -> bool:
        """True where the page lay about for longer than a day."""
        return at - self.since > OLDEST


def make_token(*, at: datetime) -> str:
    """Return a token for a form that is shown now."""
    return signing.dumps([secrets.token_urlsafe(16), int(at.timestamp())], salt=_SALT)


def read_token(token: str) -> Sent | None:
    """Return what the token says; None for one that is not ours."""
    try:
        key, since = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    return Sent(key, datetime.fromtimestamp(since).astimezone())
