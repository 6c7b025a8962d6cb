"""Help for the pages of e-mail."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.help import Topic

TOPICS = (
    Topic(
        "received-mail",
        _("Received mail"),
        _("What customers wrote to a mailbox: stored first, then put on its case, with the reason."),
        (
            _("An answer goes to the case of the mail that it answers; anything else becomes a new case."),
            _("Automatic answers and mass mail are ignored; a manager can turn one into a case."),
            _("What a sender writes beyond the limit is kept until somebody takes it or leaves it out."),
            _("“From another address”: somebody else than the customer wrote. Look before you answer."),
        ),
        ("complaints:inboundmail-*",),
        (
            (
                _("bounce"),
                _("A notice that a mail was not delivered; it marks the answer that came back."),
            ),
        ),
        right=("complaints.inboundmail", "view"),
    ),
    Topic(
        "mailboxes",
        _("E-mail of customers"),
        _("Mailboxes whose mails become cases, and from which answers leave."),
        (
            _("Enter the server of the mailbox and test the connection; it is looked at every minute."),
            _("Without one, your mail server hands mails over: manage.py receive_mail service@example.com"),
            _("The password is kept sealed, or stands in an environment variable MAILBOX_…"),
        ),
        ("complaints:mailbox-*", "complaints:mailpolicy-*"),
        (),
        right=("complaints.mailbox", "view"),
    ),
    Topic(
        "answers-by-mail",
        _("Answer by e-mail"),
        _("The answer is kept in the log and leaves from the mailbox, with the number of the case."),
        (
            _("Beside each answer you see whether it has left, failed or came back, and can send it again."),
            _("Files come from the files of the case: add them there first."),
        ),
        ("complaints:casemail-*", "complaints:entry-mail"),
        (),
        right=("complaints.caseletter", "add"),
    ),
)
