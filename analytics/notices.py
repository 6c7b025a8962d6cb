"""What the package tells people: its kinds of notifications."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.notices import Kind, MailMode, NoticeGroup, register_kind

CHURN_WARNINGS = Kind(
    "churn_warnings",
    _("New churn warnings"),
    _("One message after the night, however many of your customers are about to leave."),
    NoticeGroup.CUSTOMERS,
    mail=MailMode.DIGEST,
    right=("analytics.churnwarning", "view"),
    for_deputy=True,
)


def register_kinds() -> None:
    """Declare them."""
    register_kind(CHURN_WARNINGS)
