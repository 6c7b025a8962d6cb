"""Help for the pages of the package, by noun."""

from core.help import Topic

TOPICS: tuple[Topic, ...] = ()
