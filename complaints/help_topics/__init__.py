"""Help for the pages of the package, by noun."""

from complaints.help_topics import cases, grading, intake, learning, settings, solving, letters

TOPICS = (*cases.TOPICS, *settings.TOPICS, *solving.TOPICS, *learning.TOPICS, *grading.TOPICS, *intake.TOPICS, *letters.TOPICS)
