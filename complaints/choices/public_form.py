"""Choices of the public form."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Match(TextChoices):
    """By what the customer of a sent form was found."""

    NONE = "none", pgettext_lazy("match of a form", "Nothing")
    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone")
    NUMBER = "number", _("Customer number and name")
