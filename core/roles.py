"""The seven roles and the three reaches. Each app fills its rows of the role table in `rights.py`."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """A role is a Django group of the same name; a user may hold several, the widest right wins."""

    AGENT = "agent", _("Agent")
    SALES = "sales", _("Sales")
    TRAINER = "trainer", _("Trainer")
    MANAGER = "manager", _("Manager")
    ANALYST = "analyst", _("Analyst")
    ADMINISTRATOR = "administrator", _("Administrator")
    INTEGRATION = "integration", _("Integration")


class Reach(TextChoices):
    """Which rows a right covers, from narrow to wide."""

    OWN = "own", _("Own records")
    TEAM = "team", _("Own team and the teams below")
    ALL = "all", _("All records")


REACH_ORDER: dict[str, int] = {Reach.OWN: 1, Reach.TEAM: 2, Reach.ALL: 3}
