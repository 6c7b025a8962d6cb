"""Help for the pages of the package, by noun."""

from complaints.help_topics import learning
from core.help import Topic

TOPICS: tuple[Topic, ...] = (*learning.TOPICS,)
