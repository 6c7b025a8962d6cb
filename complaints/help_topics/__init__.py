"""Help for the pages of the package, by noun."""

from complaints.help_topics import cases, foresight, learning, settings, solving

TOPICS = (*cases.TOPICS, *settings.TOPICS, *solving.TOPICS, *learning.TOPICS, *foresight.TOPICS)
