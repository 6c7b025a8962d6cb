"""Help for the pages of the package, by noun."""

from complaints.help_topics import cases, settings

TOPICS = (*cases.TOPICS, *settings.TOPICS)
