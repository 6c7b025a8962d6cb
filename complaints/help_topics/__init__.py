"""Help for the pages of the package, by noun."""

from complaints.help_topics import (
    cases,
    foresight,
    grading,
    intake,
    learning,
    letters,
    mail,
    public_form,
    settings,
    solving,
)

_PARTS = (cases, intake, public_form, mail, settings, grading, solving, letters, learning, foresight)

TOPICS = tuple(topic for part in _PARTS for topic in part.TOPICS)
