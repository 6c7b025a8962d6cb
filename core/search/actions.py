"""What the palette can do beside finding records: open pages, and begin what people do.

An action leads to a page; one that changes something leads to the page that asks first. It is found by its
label in every language of the installation, by its synonyms, and by their pinyin and initials.

    register_action(Action("customer-new", _("New customer"), "customers:customer-create", "plus",
                           ("customers.customer", "add"), _("add customer, create customer")))
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise

from core.navigation import all_cards, all_entries, may_open
from core.search.marking import marked
from core.search.terms import Way, name_terms
from core.search.text import words_of

MOST = 6
_read = name_terms()


@dataclass(frozen=True)
class Action:
    """Something to do or to open. `synonyms` are separated by commas; `right` is (model label, action).

    What is done `often` is offered before anything is typed.
    """

    key: str
    label: str | Promise
    url_name: str
    icon: str = "arrow-right"
    right: tuple[str, str] | None = None
    synonyms: str | Promise = ""
    arguments: tuple[Any, ...] = ()
    query: str = ""
    hint: str | Promise = ""
    often: bool = False

    @property
    def url(self) -> str:
        """Where it leads."""
        return reverse(self.url_name, args=self.arguments) + self.query


@dataclass(frozen=True)
class FoundAction:
    """An action that matched, ready to be shown."""

    action: Action
    words: tuple[str, ...]

    @property
    def title_parts(self) -> list[tuple[str, bool]]:
        """The label, with what matched marked."""
        return marked(str(self.action.label), self.words)


_actions: dict[str, Action] = {}


def register_action(action: Action) -> None:
    """Offer an action; registering a key again replaces it."""
    _actions[action.key] = action


def actions_for(user: Any) -> list[Action]:
    """Return what the person may do and open: actions first, then pages, then settings."""
    pages = [
        Action(f"page-{entry.key}", entry.label, entry.url_name, entry.icon, entry.right)
        for entry in all_entries()
    ]
    cards = [
        Action(f"card-{card.key}", card.label, card.url_name, card.icon, card.right, hint=card.text)
        for card in all_cards()
    ]
    return [action for action in [*_actions.values(), *pages, *cards] if may_open(user, action.right)]


def find_actions(user: Any, text: str) -> list[FoundAction]:
    """Return the actions that match every word, best first; each page once."""
    words = words_of(text)
    if not words:
        return []
    ranked = [(rank, action) for action in actions_for(user) if (rank := _rank(action, words)) is not None]
    ranked.sort(key=lambda pair: pair[0])
    by_url = {action.url: action for _rank_of, action in reversed(ranked)}
    kept = [action for _rank_of, action in ranked if by_url[action.url] is action]
    return [FoundAction(action, words) for action in kept[:MOST]]


def suggested_actions(user: Any) -> list[FoundAction]:
    """Return what the person may do and often does."""
    return [FoundAction(action, ()) for action in actions_for(user) if action.often][:MOST]


def _rank(action: Action, words: Sequence[str]) -> int | None:
    """Return how well the action matches, 0 the best; None where a word is missing."""
    terms = _terms_of(_names(action))
    ranks = [min((way for way, term in terms if term.startswith(word)), default=None) for word in words]
    found = [rank for rank in ranks if rank is not None]
    return max(found) if len(found) == len(ranks) else None


@lru_cache(maxsize=2_000)
def _names(action: Action) -> tuple[str, ...]:
    """Return the label and the synonyms in every language of the installation."""
    names: dict[str, None] = {}
    for code, _label in settings.LANGUAGES:
        with translation.override(code):
            names.update(dict.fromkeys([str(action.label), *str(action.synonyms).split(",")]))
    return tuple(name.strip() for name in names if name.strip())


@lru_cache(maxsize=2_000)
def _terms_of(names: tuple[str, ...]) -> frozenset[tuple[Way, str]]:
    return frozenset(_terms(names))


def _terms(names: Iterable[str]) -> Iterable[tuple[Way, str]]:
    for name in names:
        yield from _read(name)
