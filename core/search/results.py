"""What the palette, the page of results and the API show of what was found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from core.access import sensitive_fields
from core.search.marking import excerpt, marked
from core.search.matching import narrowed
from core.search.parts import TermsRead
from core.search.probing import Reason
from core.search.ranking import best_matches
from core.search.terms import Way
from core.search.text import words_of
from core.search.types import SearchType, listed_types, type_named

#: Results of one type.
MOST = 6
#: The page of results counts no further.
MOST_COUNTED = 1_000

_READ = (Way.READ_START, Way.READ_INSIDE)
_INITIALS = (Way.INITIALS_START, Way.INITIALS_INSIDE)


@dataclass(frozen=True)
class Found:
    """One record, ready to be shown."""

    kind: SearchType
    row: Any
    why: str = ""
    words: tuple[str, ...] = ()
    #: Whether `why` tells a sensitive field in clear.
    reveals: bool = False

    @property
    def title(self) -> str:
        """Its name."""
        return self.kind.title(self.row)

    @property
    def subtitle(self) -> str:
        """What tells it from others of the name."""
        return self.kind.subtitle(self.row)

    @property
    def url(self) -> str:
        """Its page."""
        return self.kind.url(self.row)

    @property
    def title_parts(self) -> list[tuple[str, bool]]:
        """The title, with what matched marked."""
        return marked(self.title, self.words)

    @property
    def why_parts(self) -> list[tuple[str, bool]]:
        """The reason, with what matched marked."""
        label, colon, value = self.why.partition(": ")
        return [(f"{label}{colon}", False), *marked(value, self.words)]


@dataclass
class Group:
    """The matches of one type; `more` when there are others in its list, `total` where they were counted."""

    kind: SearchType
    found: list[Found] = field(default_factory=list)
    more: bool = False
    query: str = ""
    total: int | None = None

    @property
    def list_url(self) -> str:
        """The list, filtered by the same text."""
        if not self.kind.list_url:
            return ""
        return f"{reverse(self.kind.list_url)}?{urlencode({'q': self.query})}"


def find(
    user: Any,
    text: str,
    *,
    only: str = "",
    count: bool = False,
    where: Callable[[SearchType], bool] = lambda _kind: True,
) -> list[Group]:
    """Return what the person may see that matches, six of each type; types without a match are left out.

    `only` names one type, `where` tells which are asked for. With `count` each type knows how many match,
    up to MOST_COUNTED.
    """
    words = words_of(text)
    listed = listed_types(user) if words else []
    kinds = [kind for kind in listed if (not only or kind.key == only) and where(kind)]
    read = TermsRead(user)
    groups = [_group(kind, words, user, text.strip(), read) for kind in kinds]
    shown = [group for group in groups if group.found]
    if count:
        for group in shown:
            group.total = _total(group, words, user, read)
    return shown


def _group(kind: SearchType, words: tuple[str, ...], user: Any, text: str, read: TermsRead) -> Group:
    matches = best_matches(kind, words, user, MOST + 1, read)
    secret = sensitive_fields().get(kind.model._meta.label_lower, frozenset())
    found = [
        Found(
            kind,
            row,
            why_of(kind, row, reason, words),
            words,
            reason.field is not None and kind.fields[reason.field].name in secret,
        )
        for row, reason in matches[:MOST]
    ]
    return Group(kind, found, len(matches) > MOST, text)


def revealed_by(groups: Iterable[Group]) -> list[Any]:
    """Return the records of which a sensitive field is shown as the reason."""
    return [found.row for group in groups for found in group.found if found.reveals]


def _total(group: Group, words: Sequence[str], user: Any, read: TermsRead) -> int:
    if not group.more:
        return len(group.found)
    manager: Any = group.kind.model._default_manager
    rows = narrowed(group.kind, words, user, read).of(manager.visible_to(user))
    return int(rows.order_by()[: MOST_COUNTED + 1].count())


def why_of(kind: SearchType, row: Any, reason: Reason, words: Sequence[str] = ()) -> str:
    """Say which field matched, and its value where the title does not show it, of a long one the place."""
    if reason.field is None:
        related = type_named(kind.through[0].key) if kind.through else None
        return str(related.model._meta.verbose_name).capitalize() if related else ""
    searched = kind.fields[reason.field]
    label, value = str(searched.label), str(getattr(row, searched.name))
    if reason.way in _READ:
        label = _("%(field)s in pinyin") % {"field": label}
    elif reason.way in _INITIALS:
        label = _("%(field)s by initials") % {"field": label}
    return label if value == kind.title(row) else f"{label}: {excerpt(value, words)}"


# ---- before anything is typed -----------------------------------------------------------------------
Recent = Callable[[HttpRequest], Iterable[Found]]

_recents: dict[str, Recent] = {}


def register_recent(name: str, rows: Recent) -> None:
    """Let the palette offer what somebody opened last; registering a name again replaces it."""
    _recents[name] = rows


def recent(request: HttpRequest) -> list[Found]:
    """Return the records that the person opened last."""
    return [found for rows in _recents.values() for found in rows(request)][:MOST]
