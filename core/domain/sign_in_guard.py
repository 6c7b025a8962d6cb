"""Guessing made slow: failed attempts are counted in the database, and waiting times grow.

An attempt is counted before the password is looked at and forgiven when it was right, so that a hundred
attempts at once count as a hundred. Nothing is counted by the login name alone: a stranger cannot keep
anybody out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import ngettext

from core.client_address import neighbourhood
from core.errors import DomainError
from core.models import SignInGuard, User
from core.sealing import keyed_digest

#: Wrong attempts before the first wait.
FREE = 5
WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
#: After a day without an attempt a counter begins anew.
FORGOTTEN = timedelta(days=1)
_HOUR = timedelta(hours=1)
#: Wrong codes an hour for one account from browsers that are not known: only who has the password gets there.
_CODES_AN_HOUR = 20


@dataclass(frozen=True)
class Counter:
    """What is counted together. `an_hour` lets the count run off steadily, for places that many share."""

    digest: str
    free: int = FREE
    an_hour: int = 0


@dataclass(frozen=True)
class Attempt:
    """A counted attempt. `locked_until` is set when it was one too many, unless it turns out right."""

    counters: tuple[Counter, ...]
    locking: frozenset[str]
    locked_until: datetime | None


class TooManyAttempts(DomainError):  # noqa: N818 (reads as the refusal that it is)
    """Somebody must wait before the next attempt."""

    def __init__(self, until: datetime, at: datetime) -> None:
        self.seconds = max(1, -int((at - until).total_seconds() // 1))
        super().__init__("too_many_attempts", wait_text(self.seconds), status=429)


def wait_text(seconds: int) -> str:
    """Say how long to wait, in the same words for names that exist and names that do not."""
    minutes = -(-seconds // 60)
    return ngettext(
        "Too many failed attempts. Try again in %(n)s minute.",
        "Too many failed attempts. Try again in %(n)s minutes.",
        minutes,
    ) % {"n": minutes}


def password_counters(name: str, *, address: str, device: str = "") -> list[Counter]:
    """Return what an attempt with a password counts for: the pair and the place, or a known browser alone."""
    typed = unicodedata.normalize("NFKC", name).strip().casefold()
    if device:
        return [_counter("device", device, typed)]
    place = neighbourhood(address)
    limit = settings.SIGN_IN_ADDRESS_FAILURES
    return [_counter("pair", place, typed), _counter("place", place, free=limit, an_hour=limit)]


def code_counters(user: User, *, address: str, device: str = "") -> list[Counter]:
    """Return what an attempt with a code counts for: who comes so far knows the password."""
    who = str(user.pk)
    if device:
        return [_counter("code-device", device, who)]
    each = _counter("code", neighbourhood(address), who)
    return [each, _counter("code-account", who, free=_CODES_AN_HOUR, an_hour=_CODES_AN_HOUR)]


def proof_counters(user: User) -> list[Counter]:
    """Return what a password asked for again counts for: the account, as whoever asks is signed in to it."""
    return [_counter("proof", str(user.pk))]


def letter_counters(email: str, *, address: str) -> list[Counter]:
    """Return what asking for a letter counts for: so many an hour to one mailbox, and from one place."""
    mailbox = email.strip().casefold()
    return [
        _counter("letter-to", mailbox, free=4, an_hour=3),
        _counter("letter-from", neighbourhood(address), free=21, an_hour=20),
    ]


def _counter(*parts: str, free: int = FREE, an_hour: int = 0) -> Counter:
    return Counter(keyed_digest("\0".join(parts), purpose="sign-in-guard"), free, an_hour)


@transaction.atomic
def count_attempt(counters: Iterable[Counter], *, at: datetime) -> Attempt:
    """Count an attempt before it is made. Refused with TooManyAttempts while one of its counters waits."""
    ordered = tuple(sorted(counters, key=lambda counter: counter.digest))
    locks: dict[str, datetime] = {}
    for counter in ordered:
        SignInGuard.objects.get_or_create(digest=counter.digest, defaults={"last_at": at})
        guard: SignInGuard = SignInGuard.objects.select_for_update().get(digest=counter.digest)
        if guard.locked_until is not None and guard.locked_until > at:
            raise TooManyAttempts(guard.locked_until, at)
        _count(guard, counter, at)
        if guard.locked_until is not None:
            locks[counter.digest] = guard.locked_until
    return Attempt(ordered, frozenset(locks), max(locks.values(), default=None))


def _count(guard: SignInGuard, counter: Counter, at: datetime) -> None:
    if counter.an_hour:
        pace = _HOUR / counter.an_hour
        run_off = max(at - guard.last_at, timedelta(0)) // pace
        guard.last_at = guard.last_at + run_off * pace if run_off < guard.failures else at
        guard.failures = max(guard.failures - run_off, 0) + 1
    else:
        guard.failures = 1 if at - guard.last_at > FORGOTTEN else guard.failures + 1
        guard.last_at = at
    beyond = guard.failures - counter.free
    guard.locked_until = at + WAITS[min(beyond, len(WAITS) - 1)] if beyond >= 0 else None
    guard.save(update_fields=["failures", "last_at", "locked_until"])


@transaction.atomic
def forgive(attempt: Attempt) -> None:
    """Take the attempt back because it was right; what is shared with others keeps their failures."""
    for counter in attempt.counters:
        row = SignInGuard.objects.filter(digest=counter.digest)
        if not counter.an_hour:
            row.delete()
            continue
        row.filter(failures__gt=0).update(failures=F("failures") - 1)
        if counter.digest in attempt.locking:
            row.update(locked_until=None)


def forget_attempts(*, at: datetime) -> int:
    """Delete the counters that no attempt touched for a day; return how many."""
    return SignInGuard.objects.open(at).stale(at - FORGOTTEN).delete()[0]
