"""What stood in the file before: keys and the lines they were first seen on, in flat memory."""

from __future__ import annotations

import sqlite3
from types import TracebackType


class Seen:
    """Counts keys in a private temporary database that moves to disk by itself when it grows."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._db.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-16000;"
            "CREATE TABLE seen (key TEXT PRIMARY KEY, times INTEGER, line INTEGER, note TEXT,"
            " pile INTEGER DEFAULT 0) WITHOUT ROWID; BEGIN"
        )

    def add(self, key: str, line: int, note: str = "") -> tuple[int, int, str]:
        """Count `key` and return (times seen before, first line, note of the first line)."""
        times, first, first_note = self._db.execute(
            "INSERT INTO seen (key, times, line, note) VALUES (?, 1, ?, ?)"
            " ON CONFLICT (key) DO UPDATE SET times = times + 1 RETURNING times, line, note",
            (key, line, note),
        ).fetchone()
        return times - 1, first, first_note

    def pile(self, key: str, amount: int) -> int:
        """Add `amount` to what was piled up under `key` and return the new sum."""
        (total,) = self._db.execute(
            "INSERT INTO seen (key, times, line, note, pile) VALUES (?, 0, 0, '', ?)"
            " ON CONFLICT (key) DO UPDATE SET pile = pile + excluded.pile RETURNING pile",
            (key, amount),
        ).fetchone()
        return int(total)

    def find(self, key: str) -> tuple[int, str] | None:
        """Return (first line, note) of a key, or None where it was not seen."""
        found: tuple[int, str] | None = self._db.execute(
            "SELECT line, note FROM seen WHERE key = ?", (key,)
        ).fetchone()
        return found

    def close(self) -> None:
        """Drop everything."""
        self._db.close()

    def __enter__(self) -> Seen:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
