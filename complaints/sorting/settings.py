"""Sorts of settings that are one record each."""

from django.utils.translation import gettext_lazy as _

from core.keyset import SortKey

SETTING_SORTS = {"id": SortKey("id", _("Number"))}
