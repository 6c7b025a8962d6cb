"""Where a kind of file stands on the page that offers them: under which heading, and at what place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from core.imports.targets import ImportTarget


class ImportGroup(TextChoices):
    """Headings, in their order."""

    CUSTOMERS = "customers", _("Customers and sales")
    WORK = "work", _("Daily work")
    ORGANISATION = "organisation", _("Organisation")


#: What a heading says below itself.
_GROUP_WORDS = {
    ImportGroup.CUSTOMERS: _("Who they are, who works there, and what they bought."),
    ImportGroup.WORK: _("What was said, what is to be done, and what went wrong."),
    ImportGroup.ORGANISATION: _(
        "What the other files name. A house that moves in brings teams, people, rates and calendars first."
    ),
}


def place_of(target: ImportTarget) -> tuple[int, int]:
    """Return what puts targets into their order: the heading, then the place below it."""
    return list(ImportGroup).index(target.group), target.order


def grouped(
    targets: Sequence[ImportTarget],
) -> list[tuple[ImportGroup, str | Promise, list[ImportTarget]]]:
    """Return (heading, words below it, targets); headings without a target are left out."""
    found = [(group, [target for target in targets if target.group == group]) for group in ImportGroup]
    return [(group, _GROUP_WORDS[group], own) for group, own in found if own]
