"""Complaints: what went wrong."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ComplaintsConfig(AppConfig):
    """Complaints, clocks and escalation. May import surveys, customers and core."""

    name = "complaints"
    verbose_name = _("Complaints")
