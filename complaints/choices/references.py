"""Choices of legal references."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ReferenceKind(TextChoices):
    """What kind of rule it is."""

    LAW = "law", pgettext_lazy("legal reference", "Law")
    REGULATION = "regulation", pgettext_lazy("legal reference", "Regulation")
    STANDARD = "standard", pgettext_lazy("legal reference", "Standard")
    INTERNAL = "internal", pgettext_lazy("legal reference", "House rule")


class Jurisdiction(TextChoices):
    """Where it is in force."""

    CN = "cn", _("Mainland China")
    HK = "hk", _("Hong Kong")
    MO = "mo", _("Macao")
    TW = "tw", _("Taiwan")
    GB = "gb", _("United Kingdom")
    EU = "eu", _("European Union")
    INTERNATIONAL = "int", _("International")
    HOUSE = "house", pgettext_lazy("jurisdiction", "Our house")
