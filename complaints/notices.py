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
        "case_noted",
        _("A colleague answered by e-mail about a case of yours"),
        _("Kept as an internal note of the case."),
        NoticeGroup.CASES,
        right=_SEES,
        for_deputy=True,
    ),
    Kind(
        "case_mail_failed",
        _("A mail to a customer was not delivered"),
        _("It could not be sent, or came back."),
        NoticeGroup.CASES,
        mail=MailMode.NOW,
        right=_SEES,
        for_deputy=True,
    ),
    Kind(
        "work_order_given",
        _("A work order for you or your team"),
        _("Something that has to be done so that a case can be solved."),
        NoticeGroup.CASES,
        mail=MailMode.NOW,
        right=("complaints.workorder", "view"),
        for_deputy=True,
    ),
    Kind(
        "work_order_ended",
        _("A work order of a case of yours ended"),
        _("Done or cancelled by the team that had it."),
        NoticeGroup.CASES,
        right=_SEES,
        for_deputy=True,
    ),
    Kind(
        "case_unassigned",
        _("A case that nobody can take"),
        _("Half an hour after it came in, to the lead of the team."),
        NoticeGroup.CASES,
        mail=MailMode.NOW,
        right=_SEES,
        for_deputy=True,
    ),
    Kind(
        "case_reminder",
        _("A deadline of a case comes near"),
        _("A first level that is told in the app only."),
        NoticeGroup.CASES,
        right=_SEES,
        for_deputy=True,
    ),
    Kind(
        "case_escalated",
        _("A case was escalated to you"),
        _("By the ladder of its policy. In quiet hours the e-mail waits."),
        NoticeGroup.CASES,
        mail=MailMode.NOW,
        required=True,
        right=_SEES,
        for_deputy=True,
    ),
    Kind(
        "case_escalated_urgent",
        _("A severe case was escalated to you"),
        _("In quiet hours too."),
        NoticeGroup.CASES,
        mail=MailMode.NOW,
        required=True,
        urgent=True,
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
