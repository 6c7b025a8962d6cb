"""Choices of what is foreseen: falling satisfaction, portraits of complainants, likely next complainers."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class GroupKind(TextChoices):
    """Whose satisfaction is looked at."""

    TEAM = "team", _("Team")
    CATEGORY = "category", _("Category")
    CUSTOMER = "customer", _("Customer")


class PortraitKind(TextChoices):
    """Of what a portrait is."""

    ALL = "all", _("All complaints")
    CATEGORY = "category", _("Category")
    CRISIS = "crisis", _("Type of crisis")


class Attribute(TextChoices):
    """By what complainants are described."""

    TIER = "tier", _("Tier")
    SEGMENT = "segment", _("Segment")
    INDUSTRY = "industry", _("Industry")
    SIZE = "size", _("Size")
    REGION = "region", _("Region")
    STAGE = "stage", _("Stage")
    TENURE = "tenure", _("Customer for")
    SPEND = "spend", _("Turnover, 12 months")
    CHANNEL = "channel", _("Channel")
    HISTORY = "history", _("New or returning")


#: Described by the case, and so compared with all complaints; the others with all active customers.
OF_CASES = frozenset({Attribute.CHANNEL, Attribute.HISTORY})


class Tenure(TextChoices):
    """How long somebody is a customer."""

    FIRST_YEAR = "0-1", _("Under 1 year")
    TO_THREE = "1-3", _("1 to 3 years")
    TO_FIVE = "3-5", _("3 to 5 years")
    LONGER = "5+", _("5 years and longer")


class Spend(TextChoices):
    """Turnover of twelve months in the base currency."""

    NOTHING = "0", _("Nothing")
    TO_50 = "1-50", _("Under 50,000")
    TO_200 = "50-200", _("50,000 to 200,000")
    TO_1000 = "200-1000", _("200,000 to 1 million")
    MORE = "1000+", _("1 million and more")


class History(TextChoices):
    """Whether the customer complained in the year before."""

    NEW = "new", pgettext_lazy("complainant", "First in a year")
    RETURNING = "returning", pgettext_lazy("complainant", "Complained before")


class Method(TextChoices):
    """How likely complainers are found."""

    FITTED = "fitted", pgettext_lazy("forecast", "Fitted model")
    POINTS = "points", pgettext_lazy("forecast", "Points rule")


class Sign(TextChoices):
    """What is known before somebody complains: the columns of the model, the reasons on the page."""

    RECENT = "recent", _("Complained lately")
    EARLIER = "earlier", _("Complained within the year")
    OPEN = "open", _("Open complaint")
    REOPENED = "reopened", _("Case reopened")
    REJECTED = "rejected", _("Complaint rejected")
    LOW_SCORE = "low_score", _("Low score at a call-back")
    ESCALATED = "escalated", _("Late work, escalated")
    ANGRY = "angry", _("Angry call")
    REQUESTS = "requests", _("Service requests in a row")
    REFUNDS = "refunds", _("Orders given back")
    SILENT = "silent", _("Less contact than before")
    LIKE = "like", _("Like customers complain of a known cause")
    ORDERS = "orders", _("Orders often")
