"""Help for the pages of the package, by noun."""

from complaints.help_topics import cases, settings, solving

TOPICS = (*cases.TOPICS, *settings.TOPICS, *solving.TOPICS)
