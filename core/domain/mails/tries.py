"""The tries of a mail, whoever writes it: claimed for a lease, sent, put back with a growing wait, set aside.

Rows have `attempts`, `due_at`, `error`, `lease_until`, `lease_token` and a state; their manager knows
`due(at)`. A claim is an update filtered on what is due, so of any number of workers one sends a mail; the end
is written only while the lease is still one's own.
"""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_noop

MAX_ATTEMPTS = 5
#: How long a mail waits after the first, second … failed attempt.
BACK_OFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
_DIED = gettext_noop("The sender died several times while sending this.")
_NOBODY: dict[str, Any] = {"lease_until": None, "lease_token": ""}


@dataclass(frozen=True)
class PutBack:
    """What became of a mail that could not be sent: its state, empty where another worker has it by now."""

    state: str
    due_at: datetime | None = None


@dataclass(frozen=True)
class Tries:
    """How the rows of one table are tried. `sender_is_final`: a sender that is refused stays refused."""

    model: type[models.Model]
    waiting: str
    sending: str
    failed: str
    sender_is_final: bool = False

    @property
    def _rows(self) -> Any:
        return self.model._default_manager

    def claim(self, pk: int, *, at: datetime, token: str, **stamps: Any) -> bool:
        """Take the mail for one lease; False when it is not due or another has it.

        One whose attempts are used up is not taken: see `give_up`.
        """
        due = self._rows.filter(pk=pk, attempts__lt=MAX_ATTEMPTS).due(at)
        lease = at + timedelta(seconds=settings.MAIL_LEASE_SECONDS)
        taken = {"state": self.sending, "lease_token": token, "lease_until": lease}
        return bool(due.update(**taken, attempts=F("attempts") + 1, **stamps))

    def give_up(self, pk: int, *, at: datetime) -> bool:
        """Set a due mail aside whose attempts are used up: its sender died each time. True where this did it.

        Asked before each claim, by whoever has to tell of it.
        """
        worn_out = self._rows.filter(pk=pk, attempts__gte=MAX_ATTEMPTS).due(at)
        return bool(worn_out.update(state=self.failed, error=_DIED, **_NOBODY))

    def end(self, pk: int, token: str, *, state: str, **fields: Any) -> bool:
        """Write what came of a claim and let the mail go; False where another has it by now."""
        mine = self._rows.filter(pk=pk, state=self.sending, lease_token=token)
        return bool(mine.update(state=state, **_NOBODY, **fields))

    def put_back(self, row: Any, token: str, error: Exception, *, text: str, at: datetime) -> PutBack:
        """Let a mail that failed wait for its next attempt, or set it aside.

        It is set aside once its attempts are used up, and where the server said no for good.
        """
        if row.attempts >= MAX_ATTEMPTS or self._is_refused_for_good(error):
            return PutBack(self.failed if self.end(row.pk, token, state=self.failed, error=text) else "")
        due = at + BACK_OFF[min(row.attempts, len(BACK_OFF)) - 1]
        mine = self.end(row.pk, token, state=self.waiting, due_at=due, error=text)
        return PutBack(self.waiting, due) if mine else PutBack("")

    def _is_refused_for_good(self, error: Exception) -> bool:
        """Tell whether the server said no to this mail in a way that asking again will not change."""
        if isinstance(error, smtplib.SMTPRecipientsRefused):
            return all(code >= 500 for code, _text in error.recipients.values())
        final = (smtplib.SMTPDataError, *((smtplib.SMTPSenderRefused,) if self.sender_is_final else ()))
        return isinstance(error, final) and error.smtp_code >= 500
