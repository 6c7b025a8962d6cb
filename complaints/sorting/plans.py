"""By what steps, statements, plans, findings, first contacts, links, handlers and calendars are sorted."""

from django.utils.translation import gettext_lazy as _

from core.keyset import SortKey

STEP_SORTS = {"id": SortKey("id", _("Number"))}
STATEMENT_SORTS = {"id": SortKey("id", _("Written"))}
PLAN_SORTS = {"id": SortKey("id", _("Number"))}
INVESTIGATION_SORTS = {"id": SortKey("id", _("Number"))}
CONTACT_SORTS = {"id": SortKey("id", _("Began"))}
LINK_SORTS = {"id": SortKey("id", _("Number"))}
HANDLER_SORTS = {"id": SortKey("id", _("Number"))}
CALENDAR_SORTS = {"name": SortKey("name", _("Name"))}
CALENDAR_DAY_SORTS = {"day": SortKey("day", _("Day"))}
