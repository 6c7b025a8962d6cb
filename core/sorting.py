"""What the platform's own lists may be sorted by: the same on pages, in the API and in exports."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.keyset import SortKey

TEAM_SORTS = {"name": SortKey("name", _("Name"))}
RATE_SORTS = {
    "day": SortKey("valid_from", _("Valid from")),
    "currency": SortKey("currency", _("Currency")),
}
ABSENCE_SORTS = {
    "from": SortKey("starts_on", _("First day")),
    "until": SortKey("ends_on", _("Last day")),
}
SCHEDULE_SORTS = {
    "key": SortKey("key", _("Key")),
    "next": SortKey("next_due", _("Next run"), nullable=True),
}
