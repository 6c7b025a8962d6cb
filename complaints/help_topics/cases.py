"""Help for the pages of cases."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.help import Topic

_VIEW = ("complaints.complaint", "view")

TOPICS = (
    Topic(
        "complaints",
        _("Complaints and service requests"),
        _("Everything that went wrong and everything that was asked for: numbered, timed, with one handler."),
        (
            _("The list opens with what is open, the most pressing first. Late ones are red."),
            _("The board shows a column for each state. Drag a card, or use the menu on it."),
            _("Cases without a handler are under “Nobody's”; take one with one click."),
        ),
        (
            "complaints:complaint-list",
            "complaints:complaint-board",
            "complaints:case-panel",
            "complaints:for-customer",
        ),
        (
            (_("grade"), _("How grave a complaint is. Rules decide, and the case says which.")),
            (
                _("priority"),
                _("How soon it is taken up. It follows grade and tier until somebody sets it."),
            ),
            (_("clock"), _("A deadline in the working hours of a calendar.")),
        ),
        right=_VIEW,
    ),
    Topic(
        "complaint-new",
        _("Receiving a complaint"),
        _("Write down what happened in the customer's words; grade, queue and clocks follow by themselves."),
        (
            _("Name the customer by name or code. Without one the case is kept all the same."),
            _("Say how far the trouble reaches, and whether safety, media or the law are touched."),
            _("A letter that came days ago is entered with its day: the deadlines count from there."),
            _("What the customer asks for belongs in its own field: it is what the solution is measured by."),
        ),
        ("complaints:complaint-create", "complaints:complaint-update"),
        right=("complaints.complaint", "add"),
    ),
    Topic(
        "complaint-record",
        _("The page of a complaint"),
        _("How grave and why, what is due next, what to say now, and everything that was said and done."),
        (
            _("Waiting stops the clocks that wait with the customer; response and law run on."),
            _("An answer to the customer meets the first response; changing the state never does."),
            _("The first contact has four steps and ninety seconds: accept, empathise, apologise, resolve."),
            _("A solution meets every clock. The case is closed when the customer is content."),
            _("“Tell acceptance” tells the complainant whether the complaint is accepted, as the law asks."),
            _("The ladder shows who is told when a deadline passes. Whoever is told takes it up there."),
            _("A level that could not be carried out says so there; managers have it tried again."),
            _("A case that belongs to others is moved to their queue, with a reason, and dispatched there."),
            _("A merged case can be taken out again; its log is read in the case that goes on."),
            _("What was mailed to its complainant meanwhile then stays with both cases."),
        ),
        (
            "complaints:complaint-detail",
            "complaints:complaint-assign",
            "complaints:complaint-give-back",
            "complaints:complaint-queue",
            "complaints:complaint-wait",
            "complaints:complaint-solve",
            "complaints:complaint-close",
            "complaints:complaint-withdraw",
            "complaints:complaint-reopen",
            "complaints:complaint-regrade",
            "complaints:complaint-priority",
            "complaints:complaint-merge",
            "complaints:complaint-dispatch",
            "complaints:complaint-take",
            "complaints:complaint-acknowledge",
            "complaints:complaint-acceptance",
            "complaints:complaint-go-on",
            "complaints:complaint-unmerge",
            "complaints:entry-create",
            "complaints:link-*",
            "complaints:contact-*",
            "complaints:escalation-*",
        ),
        right=_VIEW,
    ),
    Topic(
        "work-orders",
        _("Work orders"),
        _("What another department does so that a case can be solved, with a clock of its own."),
        (
            _("Without a time of its own it is due half-way to the solution, and moves with it."),
            _("Whoever has the work order reads the case and changes nothing of it."),
            _("You are reminded four working hours before it is due; the lead is told of a late one."),
            _("When its case ends it is called off; when its case is merged it goes on in the other one."),
            _("Finish it with a word about the outcome; the handler of the case is told."),
        ),
        ("complaints:work-order-*",),
        right=("complaints.workorder", "view"),
    ),
)
