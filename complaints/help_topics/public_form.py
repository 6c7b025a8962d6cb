"""Help for the public form and status pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.help import Topic

TOPICS = (
    Topic(
        "public-form",
        _("Public form"),
        _("A page where anybody files a complaint or a request without signing in. It begins closed."),
        (
            _("Copy its address into your web site, mails and printed matter."),
            _("Choose which kinds and categories it offers; none ticked means all in use."),
            _("Write introduction and privacy notice in each language; an empty one borrows from another."),
            _("A closed form says so. Links to status pages work on."),
            _("Whoever sends too much in a short time is asked to wait; each such flood is in the log."),
        ),
        ("complaints:publicform-update",),
        right=("complaints.publicform", "change"),
    ),
    Topic(
        "status-page",
        _("Status page"),
        _("What a complainant sees of the own case: how it stands, what was said, until when we answer."),
        (
            _("Internal notes, work orders and findings never appear there."),
            _("What is written there is in the log and tells the handler; a waiting case goes on."),
            _("The case is marked until somebody answers; the list filters by it."),
            _("A link runs out by itself. Make all of them void when one came into wrong hands."),
            _("A customer found by e-mail or phone is not proven: anybody may type an address."),
        ),
        ("complaints:status-*", "complaints:statusaccess-*"),
        right=("complaints.statusaccess", "view"),
    ),
)
