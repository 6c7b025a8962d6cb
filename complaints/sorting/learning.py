"""By what the lists of what is learned from cases can be sorted."""

from django.utils.translation import gettext_lazy as _

from core.keyset import SortKey

ARTICLE_SORTS = {
    "helped": SortKey("helped", _("Helped")),
    "changed": SortKey("updated_at", _("Changed")),
}
CRISIS_SORTS = {"opened": SortKey("opened_at", _("Opened"))}
ALERT_SORTS = {"raised": SortKey("raised_at", _("Raised"))}
IMPROVEMENT_SORTS = {"due": SortKey("due_on", _("Due"))}
REPORT_SORTS = {"day": SortKey("day", _("Day"))}
