"""The targets of this package, made known to the import engine."""

from complaints.imports.calendar_days import CalendarDayTarget
from complaints.imports.cases import CaseTarget
from complaints.imports.words import FAULTS, GROUPS
from core.imports.targets import register
from core.imports.words import register_words


def register_targets() -> None:
    """Offer what a house brings from its former system, with the words of their faults."""
    for target in (CaseTarget, CalendarDayTarget):
        register(target())
    register_words(FAULTS, GROUPS)
