"""Help for the pages of the package, by noun."""

from complaints.help_topics import cases, learning, public_form, settings, solving

TOPICS = (*cases.TOPICS, *settings.TOPICS, *solving.TOPICS, *learning.TOPICS, *public_form.TOPICS)
