"""Analytics: what it all means."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnalyticsConfig(AppConfig):
    """RFM, CLV, churn warnings and dashboards. May import every package below."""

    name = "analytics"
    verbose_name = _("Analytics")
