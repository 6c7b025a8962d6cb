"""Surveys: what customers say."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SurveysConfig(AppConfig):
    """Questionnaires and scores. May import customers and core."""

    name = "surveys"
    verbose_name = _("Surveys")
