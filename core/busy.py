"""Errors of the database that pass by themselves: somebody holds a lock, it took too long, or it is away.

The same request may succeed in a few seconds. Every other error of the database is ours, or needs hands.
"""

from __future__ import annotations

from typing import Any

from django.db import OperationalError

#: Seconds after which to try again.
WAIT = 5
_LOCKED = "55P03"
#: Taken too long, locked, two that waited for one another, shut down, starting, no free connection.
_PASSING = frozenset({"57014", _LOCKED, "40P01", "40001", "57P01", "57P02", "57P03", "53300"})


def is_locked(error: OperationalError) -> bool:
    """Tell whether somebody else held the row, or on SQLite the file, for too long."""
    cause: Any = error.__cause__
    if hasattr(cause, "pgcode"):
        return bool(cause.pgcode == _LOCKED)
    return "locked" in str(error) or "busy" in str(error)


def is_busy(error: OperationalError) -> bool:
    """Tell whether the same request may succeed soon.

    PostgreSQL names a code; where there is none, the connection was lost or never came about.
    """
    cause: Any = error.__cause__
    if hasattr(cause, "pgcode"):
        code = cause.pgcode
        return code is None or code in _PASSING or code.startswith("08")
    return is_locked(error)
