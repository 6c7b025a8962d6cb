"""Walking the tree of teams. Teams are few: the whole tree is read at once and walked in memory."""

from __future__ import annotations

from collections.abc import Mapping

#: Team → the team that it belongs to.
Tree = Mapping[int, int | None]


def below(tree: Tree, team_id: int) -> frozenset[int]:
    """Return `team_id` and the ids of all teams below it; a circle is walked once."""
    children: dict[int | None, list[int]] = {}
    for pk, parent_id in tree.items():
        children.setdefault(parent_id, []).append(pk)
    found: set[int] = set()
    queue = [team_id]
    while queue:
        pk = queue.pop()
        if pk not in found:
            found.add(pk)
            queue.extend(children.get(pk, []))
    return frozenset(found)


def above(tree: Tree, team_id: int) -> frozenset[int]:
    """Return `team_id` and the ids of all teams that it belongs to."""
    found: set[int] = set()
    current: int | None = team_id
    while current is not None and current not in found:
        found.add(current)
        current = tree.get(current)
    return frozenset(found)


def depths(tree: Tree) -> dict[int, int]:
    """Return how many teams stand above each."""
    return {pk: len(above(tree, pk)) - 1 for pk in tree}
