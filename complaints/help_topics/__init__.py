"""Help for the pages of the package, by noun."""

from complaints.help_topics import cases, learning, mail, settings, solving

TOPICS = (*cases.TOPICS, *settings.TOPICS, *solving.TOPICS, *learning.TOPICS, *mail.TOPICS)
