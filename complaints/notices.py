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
        "crisis",
        _("Crises"),
        _("A crisis is proposed, or you lead one."),
        NoticeGroup.CASES,
        mail=MailMode.NOW,
        right=("complaints.crisis", "change"),
        for_deputy=True,
    ),
    Kind(
        "complaint_alert",
        _("Early warnings"),
        _("Something about your customers or cases looks as if it will grow."),
        NoticeGroup.CASES,
        mail=MailMode.DIGEST,
        right=("complaints.alert", "change"),
        for_deputy=True,
    ),
    Kind(
        "complaint_top3",
        _("Daily TOP 3"),
        _("The largest complaint problems of the day before."),
        NoticeGroup.CASES,
        mail=MailMode.NOW,
        right=("complaints.crisis", "change"),
    ),
    Kind(
        "improvement_due",
        _("Improvement due"),
        _("An improvement of yours is due today, or late."),
        NoticeGroup.CASES,
        mail=MailMode.DIGEST,
        right=("complaints.improvement", "change"),
        for_deputy=True,
    ),
)


def register_kinds() -> None:
    """Declare them."""
    for kind in KINDS:
        register_kind(kind)
