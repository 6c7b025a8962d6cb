"""What the package tells people: its kinds of notifications."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.notices import Kind, MailMode, NoticeGroup, register_kind

KINDS = (
    Kind(
        "customer_assigned",
        _("A customer becomes yours"),
        _("Handed over by a colleague, or by an import."),
        NoticeGroup.CUSTOMERS,
        mail=MailMode.DIGEST,
        right=("customers.customer", "view"),
        for_deputy=True,
    ),
    Kind(
        "task_assigned",
        _("A task for you"),
        _("Given or handed over by a colleague."),
        NoticeGroup.CUSTOMERS,
        mail=MailMode.NOW,
        right=("customers.task", "view"),
        for_deputy=True,
    ),
    Kind(
        "task_due",
        _("A task is due today"),
        _("In the morning of the day, once for each task."),
        NoticeGroup.CUSTOMERS,
        mail=MailMode.DIGEST,
        right=("customers.task", "view"),
        for_deputy=True,
    ),
    Kind(
        "task_overdue",
        _("A task is overdue"),
        _("In the morning after the day, once for each task."),
        NoticeGroup.CUSTOMERS,
        mail=MailMode.DIGEST,
        right=("customers.task", "view"),
        for_deputy=True,
    ),
)


def register_kinds() -> None:
    """Declare them."""
    for kind in KINDS:
        register_kind(kind)
