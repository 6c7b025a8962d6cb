"""Sealing audit lines after they are written, and finding where somebody altered them.

Each seal covers a block of lines: a digest over their content and the digest before it. Writers know
nothing of it, so they never wait for each other. The newest digest (the head) is written to the log with
every run; whoever keeps it elsewhere can tell that the whole chain was made anew.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Min
from django.utils.translation import gettext as _

from core import audit_guard
from core.domain.jobs import progress
from core.errors import DomainError
from core.models import AuditEntry, AuditSeal

logger = logging.getLogger(__name__)

BLOCK = 1_000
#: A line is stored within this time of its `at`, or of the start of its transaction.
SETTLED_AFTER = timedelta(minutes=1)
COLUMNS = (
    "id", "at", "actor_id", "action", "subject_type", "subject_id", "subject_label", "changes", "note",
    "via", "address", "credential", "request_id", "origin_type", "origin_id",
)  # fmt: skip


@dataclass(frozen=True)
class Break:
    """Where the chain does not hold: the lines from `first_id` to `last_id`, and what is wrong with them."""

    kind: str
    first_id: int
    last_id: int


@dataclass
class Verdict:
    """What a check of the whole chain found."""

    lines: int = 0
    seals: int = 0
    head: str = ""
    breaks: list[Break] = field(default_factory=list)
    missing_triggers: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """True when nothing was altered and the triggers stand."""
        return not self.breaks and not self.missing_triggers

    def knows(self, digest: str) -> bool:
        """Tell whether the chain went through this digest."""
        return bool(AuditSeal.objects.filter(digest=digest).exists())


def digest_of(previous: str, lines: Iterable[tuple[Any, ...]]) -> tuple[str, int, int]:
    """Return (digest over the lines on top of `previous`, how many, id of the last); lines as COLUMNS."""
    digest, count, last = hashlib.sha256(previous.encode()), 0, 0
    for line in lines:
        values = [
            value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value for value in line
        ]
        digest.update(json.dumps(values, ensure_ascii=False, sort_keys=True).encode())
        digest.update(b"\n")
        count, last = count + 1, line[0]
    return digest.hexdigest(), count, last


def seal_audit(*, at: datetime) -> dict[str, int]:
    """Seal every settled line that is not sealed yet, block by block; return {"rows": how many}.

    Each block is a transaction of its own, so a killed run goes on where it stopped. Of two runs at
    once the database lets one continue the chain; the other stops.
    """
    until, sealed = _settled(at), 0
    while True:
        try:
            count = _seal_block(until, at)
        except IntegrityError:
            break  # another run sealed this block meanwhile, and goes on
        if not count:
            break
        sealed += count
        progress(sealed)
    head = AuditSeal.objects.order_by("-last_id").first()
    if head is not None:
        logger.info("Audit lines are sealed up to %s: %s", head.last_id, head.digest)
    return {"rows": sealed}


@transaction.atomic
def _seal_block(until: int, at: datetime) -> int:
    head = AuditSeal.objects.order_by("-last_id").first()
    after, previous = (head.last_id, head.digest) if head is not None else (0, "")
    rows = list(_lines(after, until)[:BLOCK])
    if not rows:
        return 0
    digest, count, last = digest_of(previous, rows)
    AuditSeal.objects.create(
        first_id=rows[0][0], last_id=last, count=count, digest=digest, previous=previous, sealed_at=at
    )
    return count


def _lines(after: int, until: int) -> Any:
    rows = AuditEntry.objects.filter(pk__gt=after, pk__lte=until)
    return rows.order_by("pk").values_list(*COLUMNS)


def _settled(at: datetime) -> int:
    """Return the id up to which no line can appear any more.

    On PostgreSQL a transaction that still runs may hold a lower id than lines that are there already;
    SQLite writes one transaction after the other.
    """
    newest = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    if connection.vendor != "postgresql":
        return newest
    moment = min(_oldest_transaction() or at, at) - SETTLED_AFTER
    first: int | None = AuditEntry.objects.filter(at__gte=moment).aggregate(first=Min("pk"))["first"]
    return newest if first is None else first - 1


def _oldest_transaction() -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(xact_start) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        found: datetime | None = cursor.fetchone()[0]
    return found


def verify_audit() -> Verdict:
    """Read every sealed line again and return where it differs from what was sealed."""
    verdict = Verdict(missing_triggers=audit_guard.missing(connection))
    total, expected, after = AuditSeal.objects.count(), "", 0
    for seal in AuditSeal.objects.order_by("first_id").iterator(chunk_size=500):
        _check(seal, expected, after, verdict)
        expected, after = seal.digest, seal.last_id
        verdict.seals += 1
        progress(verdict.seals, max(total, verdict.seals))
    verdict.head = expected
    return verdict


def verify_or_refuse() -> dict[str, Any]:
    """Check the whole chain for a job: return what was read, or refuse with where it breaks."""
    verdict = verify_audit()
    if not verdict.is_whole:
        raise DomainError("audit_altered", "\n".join(in_words(verdict)))
    return {"rows": verdict.lines, "seals": verdict.seals, "head": verdict.head}


def in_words(verdict: Verdict) -> list[str]:
    """Return what is wrong, a line each; nothing when all is well."""
    texts = {
        "altered": _("Lines %(first)s to %(last)s: at least one was altered after it was sealed."),
        "deleted": _("Lines %(first)s to %(last)s: at least one was deleted."),
        "added": _("Lines %(first)s to %(last)s: at least one was put in later."),
        "seal": _("Lines %(first)s to %(last)s: the seal does not continue the one before."),
    }
    found = [
        texts[item.kind] % {"first": item.first_id, "last": item.last_id} for item in verdict.breaks[:20]
    ]
    return found + [
        _("The database no longer refuses changes: the trigger %(name)s is gone.") % {"name": name}
        for name in verdict.missing_triggers
    ]


def _check(seal: AuditSeal, expected: str, after: int, verdict: Verdict) -> None:
    """Compare one block; lines between two seals were put in later."""
    digest, count, _end = digest_of(seal.previous, _lines(after, seal.last_id).iterator(chunk_size=BLOCK))
    verdict.lines += count
    if seal.previous != expected:
        verdict.breaks.append(Break("seal", seal.first_id, seal.last_id))
    elif count != seal.count:
        kind = "deleted" if count < seal.count else "added"
        verdict.breaks.append(Break(kind, seal.first_id, seal.last_id))
    elif digest != seal.digest:
        verdict.breaks.append(Break("altered", seal.first_id, seal.last_id))
