"""Who has a case open, and who is writing: remembered for a moment in the cache, and nowhere else.

A help, never a hurdle: where the cache does not answer, nobody is there. Each person has a key of their own
that runs out by itself; the list of people beside it may lose one when two write it at once, and gets them
back with their next word.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.core.cache import cache

from core.models import User

logger = logging.getLogger(__name__)

#: Pages say that they are still open every so many seconds.
EVERY: Final = 20
#: Who has said nothing for so long has left.
KEPT: Final = 45
_MOST: Final = 20


@dataclass(frozen=True)
class Viewer:
    """Somebody who has the case open."""

    user: User
    is_writing: bool


def note_viewing(case: int, user: User, *, is_writing: bool = False) -> None:
    """Remember that the person has the case open, and whether they are writing."""
    try:
        cache.set(_own(case, user.pk), "writing" if is_writing else "open", KEPT)
        people = _people(case)
        if user.pk not in people:
            cache.set(_list(case), [*people, user.pk][-_MOST:], KEPT * 20)
    except Exception as error:  # whatever a driver or a file system can raise
        _complain(error)


def others_viewing(case: int, reader: User) -> list[Viewer]:
    """Return who else has the case open, who writes first; only people whom the reader may know."""
    try:
        said = cache.get_many([_own(case, pk) for pk in _people(case) if pk != reader.pk])
    except Exception as error:  # as above
        _complain(error)
        return []
    states = {int(key.rpartition(":")[2]): state for key, state in said.items()}
    if not states:
        return []
    people: Any = User.objects.visible_to(reader).filter(pk__in=states, is_active=True, is_service=False)
    found = [Viewer(person, states[person.pk] == "writing") for person in people]
    return sorted(found, key=lambda one: (not one.is_writing, one.user.display_name, one.user.pk))


def _people(case: int) -> list[int]:
    found = cache.get(_list(case), [])
    return found if isinstance(found, list) else []


def _list(case: int) -> str:
    """The key names the installation, too: one Redis may serve several."""
    house = hashlib.sha256(str(settings.LIMITS_DIR).encode()).hexdigest()[:12]
    return f"case-viewers:{house}:{case}"


def _own(case: int, user: int) -> str:
    return f"{_list(case)}:{user}"


def _complain(error: Exception) -> None:
    logger.warning("Who views a case is not known at the moment: %s", type(error).__name__)
