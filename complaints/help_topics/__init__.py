"""Help for the pages of the package, by noun."""

from complaints.help_topics import cases

TOPICS = (*cases.TOPICS,)
