"""Counting what happens in a stretch of time, by every process together: in Redis, or in small files.

A count is a help, never a hurdle: where it cannot be kept, nothing is counted. Keys are hashed, so that
neither Redis nor the disk holds the addresses of people.
"""

from __future__ import annotations

import hashlib
import logging
import os
import random
import time
from pathlib import Path

from django.conf import settings
from django.core.cache import cache

logger = logging.getLogger(__name__)
#: Every so many counts the files of past stretches are swept away.
_SWEEP_EVERY = 200


def count(key: str, seconds: int) -> tuple[int, float]:
    """Count one for the key; return how many it were in this stretch, and the seconds until the next.

    Stretches begin at the same moment for everybody: who is unlucky sees two of them in a row.
    """
    now = time.time()
    left = seconds - now % seconds
    name = hashlib.sha256(f"{settings.LIMITS_DIR}:{key}:{seconds}".encode()).hexdigest()[:32]
    try:
        stretch = int(now // seconds)
        if settings.REDIS_URL:
            return _in_redis(f"count:{name}:{stretch}", seconds), left
        return _in_files(Path(settings.LIMITS_DIR), f"{int(now + left)}-{name}"), left
    except Exception as error:  # whatever a driver or a file system can raise
        logger.warning("Nothing is counted at the moment: %s", type(error).__name__)
        return 0, left


def _in_redis(key: str, seconds: int) -> int:
    cache.add(key, 0, 2 * seconds)
    return int(cache.incr(key))


def _in_files(folder: Path, name: str) -> int:
    """One byte for each: appending is one step of the file system, and its place is the count."""
    folder.mkdir(parents=True, exist_ok=True)
    number = os.open(folder / name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(number, b".")
        # Where the own byte ended, not how long the file is: others may have written since.
        size = os.lseek(number, 0, os.SEEK_CUR)
    finally:
        os.close(number)
    if random.randrange(_SWEEP_EVERY) == 0:  # noqa: S311 (when to tidy up is no secret)
        sweep(folder, time.time())
    return size


def sweep(folder: Path, now: float) -> int:
    """Delete the files of stretches that are over; return how many."""
    deleted = 0
    for path in folder.iterdir():
        until = path.name.partition("-")[0]
        if until.isdigit() and int(until) < now - 5:
            path.unlink(missing_ok=True)
            deleted += 1
    return deleted
