"""What the lists may be sorted by: the same on pages, in the API and in exports. Each key has its index."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.keyset import SortKey

CASE_SORTS = {
    "received": SortKey("received_at", _("Received")),
    "due": SortKey("next_due_at", _("Next due"), nullable=True),
    "number": SortKey("number", _("Number")),
}
WORK_SORTS = {"due": SortKey("due_at", _("Due")), "number": SortKey("number", _("Number"))}
ENTRY_SORTS = {"when": SortKey("at", _("When"))}
CLOCK_SORTS = {"due": SortKey("due_at", _("Due"))}
ESCALATION_SORTS = {"id": SortKey("id", _("Number"))}
QUEUE_SORTS = {"id": SortKey("id", _("Number"))}
CATEGORY_SORTS = {"id": SortKey("id", _("Number"))}
