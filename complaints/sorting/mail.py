"""By what the lists of mails can be sorted."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.keyset import SortKey

INBOUND_SORTS = {"received": SortKey("received_at", pgettext_lazy("mail", "Received"))}
MAILBOX_SORTS = {"name": SortKey("name", _("Name"))}
LETTER_SORTS = {"id": SortKey("id", _("Written"))}
