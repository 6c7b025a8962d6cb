"""Lists of the complaint package, by noun."""

from complaints.lists import calendars, cases, foresight, learning, letters, solving


def register_lists() -> None:
    """Register every list of the package."""
    for part in (cases, solving, learning, letters, foresight, calendars):
        part.register_lists()
