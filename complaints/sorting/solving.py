"""Sort keys of the lists of causes, compensations, their ceilings, call-backs and phrases."""

from django.utils.translation import gettext_lazy as _

from core.keyset import SortKey

CAUSE_SORTS: dict[str, SortKey] = {"code": SortKey("code", _("Code"))}
COMPENSATION_SORTS: dict[str, SortKey] = {"made": SortKey("created_at", _("Proposed"))}
CALLBACK_SORTS: dict[str, SortKey] = {"due": SortKey("due_at", _("Due"))}
PHRASE_SORTS: dict[str, SortKey] = {"step": SortKey("step", _("Step")), "used": SortKey("used", _("Used"))}
CEILING_SORTS: dict[str, SortKey] = {"id": SortKey("id", _("Number"))}
