"""What search finds of the complaint package, by noun."""

from complaints.search_types import cases, learning, solving


def register_search() -> None:
    """Register every type and action of the package."""
    for part in (cases, learning, solving):
        part.register_search()
