"""Choices of business calendars."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class DayKind(TextChoices):
    """Whether people work on a day that is not as its weekday."""

    CLOSED = "closed", pgettext_lazy("day", "closed")
    OPEN = "open", _("Working day")
