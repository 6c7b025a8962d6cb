"""The targets of the platform, made known to the import engine."""

from core.imports.kinds.rates import RateTarget
from core.imports.kinds.teams import TeamTarget
from core.imports.kinds.users import UserTarget
from core.imports.kinds.words import FAULTS, GROUPS
from core.imports.targets import register
from core.imports.words import register_words


def register_targets() -> None:
    """Offer people, teams and rates for import, with the words of their faults."""
    for target in (TeamTarget, UserTarget, RateTarget):
        register(target())
    register_words(FAULTS, GROUPS)
