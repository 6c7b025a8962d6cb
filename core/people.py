"""Choosing a colleague: who is away, and until when, stands beside the name."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core.display import format_day
from core.models import Absence, User


def away_words(absence: Absence) -> str:
    """Return "away until …, deputy …"."""
    words = {"day": format_day(absence.ends_on), "deputy": absence.deputy}
    return _("away until %(day)s, deputy %(deputy)s") % words


def offer_people(field: Any, rows: QuerySet[User]) -> None:
    """Let a field of one person offer these, with who is away said so. One query when it is drawn."""

    @cache
    def away() -> dict[int, Absence]:
        running = Absence.objects.running(timezone.localdate()).for_list()
        return {absence.user_id: absence for absence in running}

    def label(user: User) -> str:
        absence = away().get(user.pk)
        return f"{user} ({away_words(absence)})" if absence is not None else str(user)

    field.queryset = rows
    field.label_from_instance = label
