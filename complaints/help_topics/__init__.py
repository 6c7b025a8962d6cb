"""Help for the pages of the package, by noun."""

from complaints.help_topics import cases, intake, learning, settings, solving

TOPICS = (*cases.TOPICS, *intake.TOPICS, *settings.TOPICS, *solving.TOPICS, *learning.TOPICS)
