"""What the package tells people: its kinds of notifications."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.notices import Kind, MailMode, NoticeGroup, register_kind

_SEES = ("complaints.complaint", "view")

KINDS = (
    Kind(
        "case_assigned",
        _("A case becomes yours"),
        _("Dispatched to you, or handed over by a colleague."),
        NoticeGroup.CASES,
        mail=MailMode.NOW,
        right=_SEES,
        for_deputy=True,
    ),
    Kind(
        "case_heard",
        _("The customer wrote about a case of yours"),
        _("An answer or a question, by whatever channel."),
        NoticeGroup.CASES,
        mail=MailMode.NOW,
        right=_SEES,
        for_deputy=True,
    ),
    Kind(
        "case_reopened",
        _("A case of yours was reopened"),
        _("Because the customer is not content, or by a colleague."),
        NoticeGroup.CASES,
        mail=MailMode.NOW,
        right=_SEES,
        for_deputy=True,
    ),
    Kind(
        "cause_returned",
        _("A fixed cause of yours came back"),
        _("A complaint received after it was fixed has it, too."),
        NoticeGroup.CASES,
        mail=MailMode.NOW,
        right=("complaints.cause", "view"),
        for_deputy=True,
    ),
    Kind(
        "compensation_to_approve",
        _("A compensation waits for your approval"),
        _("It is above what the grade of the case allows without approval."),
        NoticeGroup.CASES,
        mail=MailMode.NOW,
        right=("complaints.compensation", "approve"),
        for_deputy=True,
    ),
)


def register_kinds() -> None:
    """Declare them."""
    for kind in KINDS:
        register_kind(kind)
