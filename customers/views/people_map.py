"""The key-person map: influence against attitude, and who knows whom."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from customers.choices import Attitude, Influence
from customers.models import Acquaintance, Contact
from customers.views.record import RecordPage
from customers.views.record_rows import key_people

MOST_PEOPLE = 60
GUTTER, COLUMN, HEAD, STEP, PAD = 76, 206, 30, 62, 14
COLUMNS = (Attitude.CRITIC, Attitude.NEUTRAL, Attitude.UNKNOWN, Attitude.SUPPORTER)
ROWS = (Influence.HIGH, Influence.MEDIUM, Influence.LOW)
NAME_ROOM = 20


@dataclass(frozen=True)
class Node:
    """A person on the map."""

    contact: Contact
    x: int
    y: int
    name: str
    hint: str

    @property
    def name_y(self) -> int:
        """Where the name stands."""
        return self.y + 22

    @property
    def hint_y(self) -> int:
        """Where the line below the name stands."""
        return self.y + 36


@dataclass(frozen=True)
class Edge:
    """Two people who know each other: a curve between them."""

    path: str
    words: str


@dataclass(frozen=True)
class Band:
    """A row or a column of the map: its label, and where it stands."""

    label: str
    start: int
    middle: int
    end: int


@dataclass(frozen=True)
class PeopleMap:
    """Everything that the drawing needs."""

    width: int
    height: int
    columns: list[Band]
    rows: list[Band]
    nodes: list[Node]
    edges: list[Edge]


def lay_out(places: Sequence[Contact], pairs: Iterable[tuple[int, int, str]]) -> PeopleMap:
    """Place people by influence and attitude, and draw a curve for each pair (person, person, nature)."""
    cells: dict[tuple[str, str], list[Contact]] = defaultdict(list)
    for place in places:
        cells[place.influence, place.attitude].append(place)
    rows, top = [], HEAD
    for influence in ROWS:
        most = max(1, *(len(cells[influence, attitude]) for attitude in COLUMNS))
        end = top + most * STEP + PAD
        rows.append(Band(str(influence.label), top, (top + end) // 2, end))
        top = end
    columns = [
        Band(str(attitude.label), left, left + COLUMN // 2, left + COLUMN)
        for attitude, left in ((attitude, GUTTER + place * COLUMN) for place, attitude in enumerate(COLUMNS))
    ]
    nodes = [
        _node(place, column, row, turn)
        for row, influence in zip(rows, ROWS, strict=True)
        for column, attitude in zip(columns, COLUMNS, strict=True)
        for turn, place in enumerate(cells[influence, attitude])
    ]
    return PeopleMap(GUTTER + COLUMN * len(COLUMNS), top, columns, rows, nodes, _edges(nodes, pairs))


def _node(place: Contact, column: Band, row: Band, turn: int) -> Node:
    hint = " · ".join(word for word in (place.title, str(place.get_role_display())) if word)
    y = row.start + PAD + 4 + turn * STEP
    return Node(place, column.middle, y, shortened(place.person.name), shortened(hint, NAME_ROOM + 5))


def _edges(nodes: list[Node], pairs: Iterable[tuple[int, int, str]]) -> list[Edge]:
    at = {node.contact.person_id: node for node in nodes}
    edges = []
    for first, second, nature in pairs:
        if first not in at or second not in at:
            continue
        a, b = at[first], at[second]
        bend = 150 if a.x == b.x else 0
        path = f"M{a.x} {a.y}Q{(a.x + b.x) // 2 - bend} {(a.y + b.y) // 2 - (0 if bend else 18)} {b.x} {b.y}"
        words = f"{a.contact.person.name} – {b.contact.person.name}"
        edges.append(Edge(path, f"{words}: {nature}" if nature else words))
    return edges


def shortened(text: str, room: int = NAME_ROOM) -> str:
    """Cut a text at its end to the room there is; Chinese characters take two places."""
    used = 0
    for place, letter in enumerate(text):
        used += 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if used > room:
            return f"{text[: max(1, place - 1)]}…"
    return text


class CustomerMap(RecordPage):
    """The map, and the same in words."""

    template_name = "customers/customer_map.html"
    tab = "contacts"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read the people and who knows whom among them."""
        places = list(key_people(self.request, self.customer)[:MOST_PEOPLE])
        ids = [place.person_id for place in places]
        known = Acquaintance.objects.filter(Q(first__in=ids) & Q(second__in=ids)).select_related(
            "first", "second"
        )
        pairs = [(row.first_id, row.second_id, row.nature) for row in known]
        by_person: dict[int, list[str]] = defaultdict(list)
        for row in known:
            by_person[row.first_id].append(row.second.name)
            by_person[row.second_id].append(row.first.name)
        return super().get_context_data(
            places=[(place, by_person.get(place.person_id, [])) for place in places],
            map=lay_out(places, pairs),
            **kwargs,
        )
