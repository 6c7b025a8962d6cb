"""Composition: settings, addresses, schedules. Nobody imports it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CrmConfig(AppConfig):
    """The installation as a whole."""

    name = "crm"
    verbose_name = _("Perennial")
