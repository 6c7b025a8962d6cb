"""What is said of a matter that has a case already: kept with that case, and no second one is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.domain.moves import hear
from complaints.domain.updating import update_case
from complaints.models import Complaint
from core.models import User
from customers.domain.changes import label_of

#: Taken over where the case has nothing there.
_FILLED = (
    "remedy_sought", "customer", "person", "contact_name", "contact_phone", "contact_email", "occurred_on",
)  # fmt: skip
#: Once true they stay true: they decide how grave it is.
_RAISED = ("is_safety", "is_media", "is_legal")


@dataclass(frozen=True)
class Added:
    """The case, and what was typed that it has otherwise: (label, what was typed)."""

    case: Complaint
    left: tuple[tuple[str, str], ...]


@transaction.atomic
def add_to_case(case: Complaint, data: Mapping[str, Any], *, by: User, at: datetime | None = None) -> Added:
    """Keep what was said in the log of the case, as from the customer, and fill in what it did not know.

    What the case knows otherwise stays as it is, and is returned, so that nothing typed is lost unseen.
    Whoever handles the case is told; one that waits for the customer goes on. Refused: without a word.
    """
    moment = at or timezone.now()
    said = "\n\n".join(text for text in (data.get("title"), data.get("description")) if text)
    author = data.get("contact_name") or str(data.get("person") or "")
    hear(case, said, by=by, author=author, channel=data.get("intake") or "", at=moment)
    stored: Complaint = Complaint.objects.for_list().get(pk=case.pk)
    values: dict[str, Any] = {
        name: data[name] for name in _FILLED if data.get(name) and not getattr(stored, name)
    }
    values |= {name: True for name in _RAISED if data.get(name) and not getattr(stored, name)}
    left = tuple(_left(stored, data, values))
    if values:
        stored = update_case(stored, values, by=by, at=moment)
    return Added(stored, left)


def _left(case: Complaint, data: Mapping[str, Any], taken: Mapping[str, Any]) -> list[tuple[str, str]]:
    asked = {name: data[name] for name in _FILLED if data.get(name) and name not in taken}
    return [
        (label_of(Complaint, name), str(value))
        for name, value in asked.items()
        if value != getattr(case, name)
    ]


def left_in_words(added: Added) -> str:
    """Return what the case has otherwise than it was typed; "" where there is no difference."""
    if not added.left:
        return ""
    told = "; ".join(f"{label}: {value}" for label, value in added.left)
    return _("The case keeps its own facts. You typed, and can still enter: %(facts)s") % {"facts": told}
