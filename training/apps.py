"""Training: what we teach."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrainingConfig(AppConfig):
    """Courses, cohorts and tests. May import surveys, customers and core."""

    name = "training"
    verbose_name = _("Training")
