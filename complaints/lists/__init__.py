"""Lists of the complaint package, by noun."""

from complaints.lists import cases, foresight, learning, solving


def register_lists() -> None:
    """Register every list of the package."""
    for part in (cases, solving, learning, foresight):
        part.register_lists()
