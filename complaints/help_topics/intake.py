"""Help for likely duplicates, for turning cases over, and for working on one case at a time."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.help import Topic

_VIEW = ("complaints.complaint", "view")

TOPICS = (
    Topic(
        "complaint-duplicates",
        _("Is it there already?"),
        _("While a case is received, and on its page: others that may be the same matter, each with why."),
        (
            _("Looked at: the same order, complainant, address, customer and category, or the same words."),
            _("Add to it: what was said goes into that case's log, and no second case is made."),
            _("Receive and link: a case of its own that belongs with the other."),
            _("What is out of your reach is neither shown nor counted."),
            _("The panel “Like cases” on the page of a case merges or links them later."),
        ),
        ("complaints:like-*",),
        right=_VIEW,
    ),
    Topic(
        "complaint-about",
        _("What is it about?"),
        _("The course, another product or the order that a case is about, picked at intake or later."),
        (
            _("Type a name, a code or the number of an order, and pick one from the list."),
            _("A case about an order belongs to the customer of the order."),
            _("The daily TOP 3, surges and crises name it as the source."),
        ),
        ("complaints:subject-*",),
        right=_VIEW,
    ),
    Topic(
        "complaint-convert",
        _("A request that is a complaint, and back"),
        _("The case stays the same one, with its log, files, links, work orders and handler."),
        (
            _("It gets a number of the other series; by the former one it is found as before."),
            _("A complaint is graded by the rules; queue and deadlines are those of the new kind."),
            _("Deadlines count from the beginning of the case, with its pauses. Levels that fired stay."),
            _("A complaint that was decided, redressed, investigated or is part of a crisis stays one."),
        ),
        ("complaints:complaint-convert", "complaints:complaint-by-number"),
        right=("complaints.complaint", "grade"),
    ),
    Topic(
        "complaint-presence",
        _("Two people at one case"),
        _("The log shows who else has the case open, and who is writing."),
        (
            _("The line is asked for every twenty seconds, and not while the page is hidden."),
            _("If something was said while you wrote, it is shown before your answer is kept."),
            _("Nothing you typed is lost: send it as well, change it, or leave it."),
        ),
        ("complaints:complaint-presence",),
        right=_VIEW,
    ),
)
