"""Sorts of the settings of the public form."""

from django.utils.translation import gettext_lazy as _

from core.keyset import SortKey

FORM_SORTS = {"id": SortKey("id", _("Number"))}
