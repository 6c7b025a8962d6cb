"""The side navigation: packages register entries, rights decide who sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Count, QuerySet, TextChoices, Value
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.addresses import address_of


@dataclass(frozen=True)
class Entry:
    """One entry. `right` is (model label, action), None for everybody; `badge` gives rows to count."""

    key: str
    label: str | Promise
    url_name: str
    icon: str
    order: int
    right: tuple[str, str] | None = None
    badge: Callable[[Any], QuerySet[Any]] | None = None


class SettingsGroup(TextChoices):
    """Headings of the settings page, in their order."""

    PEOPLE = "people", gettext_lazy("People and rights")
    CUSTOMERS = "customers", gettext_lazy("Customers")
    COMPLAINTS = "complaints", gettext_lazy("Complaints and service requests")
    MAIL = "mail", gettext_lazy("Mail and messages")
    ORGANISATION = "organisation", gettext_lazy("Organisation")
    DATA = "data", gettext_lazy("Data and jobs")


#: What a heading says below itself.
_GROUP_WORDS = {
    SettingsGroup.PEOPLE: gettext_lazy(
        "Who works here, what they may do, and what becomes of it when they leave."
    ),
    SettingsGroup.CUSTOMERS: gettext_lazy("How customers are sorted and scored, and what they may buy."),
    SettingsGroup.COMPLAINTS: gettext_lazy("How cases come in, are graded, dispatched and answered."),
    SettingsGroup.MAIL: gettext_lazy("What goes out, what comes in, and whether it arrives."),
    SettingsGroup.ORGANISATION: gettext_lazy("What holds for the whole house."),
    SettingsGroup.DATA: gettext_lazy("What was brought in, what runs by itself, and what was done."),
}
#: A card that names no group stands with those of its package.
_USUAL_GROUPS = {
    "customers": SettingsGroup.CUSTOMERS,
    "analytics": SettingsGroup.CUSTOMERS,
    "complaints": SettingsGroup.COMPLAINTS,
}


@dataclass(frozen=True)
class SettingsCard:
    """One card of the settings page: what is set there, and who may open it.

    `when` decides where one right of the role table does not say it.
    """

    key: str
    label: str | Promise
    text: str | Promise
    url_name: str
    icon: str
    order: int
    right: tuple[str, str] | None = None
    when: Callable[[Any], bool] | None = None
    group: str = ""

    @property
    def heading(self) -> str:
        """The group that it stands in."""
        package = self.url_name.partition(":")[0]
        return self.group or _USUAL_GROUPS.get(package, SettingsGroup.DATA).value


_entries: dict[str, Entry] = {}
_cards: dict[str, SettingsCard] = {}


def register(entry: Entry) -> None:
    """Add an entry; registering a key again replaces it."""
    _entries[entry.key] = entry


def register_settings_card(card: SettingsCard) -> None:
    """Add a card to the settings page; registering a key again replaces it."""
    _cards[card.key] = card


def all_entries() -> list[Entry]:
    """Return every entry, in order, whoever may open it."""
    return sorted(_entries.values(), key=lambda entry: entry.order)


def all_cards() -> list[SettingsCard]:
    """Return every card, in order, whoever may open it."""
    return sorted(_cards.values(), key=lambda card: card.order)


def settings_cards_for(user: Any) -> list[SettingsCard]:
    """Return the cards that the user may open, in order."""
    return [
        card
        for card in sorted(_cards.values(), key=lambda card: card.order)
        if may_open(user, card.right) and (card.when is None or card.when(user))
    ]


def settings_groups_for(user: Any) -> list[tuple[SettingsGroup, str | Promise, list[SettingsCard]]]:
    """Return (heading, words below it, cards that the user may open); empty groups are left out."""
    cards = settings_cards_for(user)
    found: list[tuple[SettingsGroup, str | Promise, list[SettingsCard]]] = []
    for group in SettingsGroup:
        own = [card for card in cards if card.heading == group.value]
        if own:
            found.append((group, _GROUP_WORDS[group], own))
    return found


def settings_crumbs(*more: tuple[Any, str]) -> list[tuple[Any, str]]:
    """Return the way from the settings page down: (label, URL name) pairs become (label, address)."""
    steps = [(_("Settings"), "core:settings"), *more]
    return [(label, reverse(name)) for label, name in steps]


def may_open(user: Any, right: tuple[str, str] | None) -> bool:
    """Tell whether a role of the user holds (model label, action); None is everybody's."""
    from core.access import role_table, roles_of

    if right is None:
        return True
    row = role_table().get(right[0], {})
    return any(role in row and right[1] in row[role][1] for role in roles_of(user))


def entries_for(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the entries that the user may open, in order."""
    shown = []
    open_to = [entry for entry in all_entries() if may_open(request.user, entry.right)]
    counts = _counts(open_to, request.user)
    for entry in open_to:
        shown.append(
            {
                "key": entry.key,
                "label": entry.label,
                "url": address_of(entry.url_name),
                "icon": entry.icon,
                "count": counts.get(entry.key, 0),
            }
        )
    return shown


def entry_at(url: str) -> str:
    """Return the key of the entry below which the address lies; empty where there is none."""
    places = {entry.key: address_of(entry.url_name) for entry in all_entries()}
    above = [key for key, place in places.items() if url == place or (place != "/" and url.startswith(place))]
    return max(above, key=lambda key: len(places[key]), default="")


def _counts(entries: Iterable[Entry], user: Any) -> dict[str, int]:
    """Return entry key → rows of its badge, all in one query: it is made for every page."""
    asked = [
        entry.badge(user)
        .order_by()
        .annotate(entry=Value(entry.key, output_field=CharField()))
        .values("entry")
        .annotate(open=Count("pk"))
        .values_list("entry", "open")
        for entry in entries
        if entry.badge is not None
    ]
    return dict(asked[0].union(*asked[1:], all=True)) if asked else {}
