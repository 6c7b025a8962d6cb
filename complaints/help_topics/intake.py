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
        "complaint-history",
        _("Cases of the former system"),
        _("“Import” above the list brings in complaints and requests, those that had ended and open ones."),
        (
            _("The number in the former system tells them apart: the same file twice changes nothing."),
            _("What had ended comes in as it was: no deadline runs, nobody is told, nobody is called back."),
            _("Open cases have their deadlines from the day on which they were received there."),
            _("Of deadlines that had passed before nobody is told; those to come escalate as usual."),
            _("No customer gets an acknowledgement of a case that is brought in."),
            _("Handlers of open cases are told once for the whole file; without a handler, dispatch looks."),
            _("A case that is here keeps state, grade and handler; a later file corrects its facts only."),
            _("History counts on its own days, but not in shares of call-backs and of levels reached."),
            _("An undo takes back what nobody worked on since."),
        ),
        (),
        right=("complaints.complaint", "import"),
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
