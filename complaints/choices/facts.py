"""What is measured of cases."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Fact(TextChoices):
    """One thing that counts of a case, on one day; `docs/complaint-kpis.md` has what `hit` says of each."""

    RECEIVED = "received", pgettext_lazy("counted", "Received")
    CUSTOMER = "customer", pgettext_lazy("counted", "Received from a known customer")
    ACKNOWLEDGED = "acknowledged", pgettext_lazy("counted", "Acknowledged")
    RESPONDED = "responded", pgettext_lazy("counted", "Answered for the first time")
    SOLVED = "solved", pgettext_lazy("counted", "Solution given")
    SLA_ACKNOWLEDGE = "sla_acknowledge", pgettext_lazy("counted", "Acknowledgement decided")
    SLA_RESPOND = "sla_respond", pgettext_lazy("counted", "First response decided")
    SLA_UPDATE = "sla_update", pgettext_lazy("counted", "Promised updates decided")
    SLA_SOLVE = "sla_solve", pgettext_lazy("counted", "Solution in time decided")
    SLA_STATUTORY = "sla_statutory", pgettext_lazy("counted", "Statutory deadline decided")
    SETTLED = "settled", pgettext_lazy("counted", "Solved for the first time")
    CLOSED = "closed", pgettext_lazy("counted", "Closed")
    DECIDED = "decided", pgettext_lazy("counted", "Decided")
    RECOVERY = "recovery", pgettext_lazy("counted", "Closed 90 days before")
    TURNED = "turned", pgettext_lazy("counted", "Came in dissatisfied, closed and called back")
    SEVERE = "severe", pgettext_lazy("counted", "Complaint received, severe or not")
    LEVEL_2 = "level_2", pgettext_lazy("counted", "Received, level 2 reached or not")
    LEVEL_3 = "level_3", pgettext_lazy("counted", "Received, level 3 reached or not")
    ALARM = "alarm", pgettext_lazy("counted", "Level taken up")
    FIRST_CONTACT = "first_contact", pgettext_lazy("counted", "First contact")
    EASED = "eased", pgettext_lazy("counted", "First contact with the emotion before and after")
    GIVEN = "given", pgettext_lazy("counted", "Compensated")
    OPEN = "open", pgettext_lazy("counted", "Open when computed")


#: Clock kind → the fact that says whether it was kept.
SLA_OF: dict[str, str] = {
    "acknowledge": Fact.SLA_ACKNOWLEDGE,
    "respond": Fact.SLA_RESPOND,
    "update": Fact.SLA_UPDATE,
    "solve": Fact.SLA_SOLVE,
    "statutory": Fact.SLA_STATUTORY,
}


class Age(TextChoices):
    """How long an open case has been open."""

    DAY = "0", _("up to 1 day")
    THREE = "1", _("1 to 3 days")
    WEEK = "3", _("3 to 7 days")
    FORTNIGHT = "7", _("7 to 14 days")
    MONTH = "14", _("14 to 30 days")
    LONGER = "30", _("more than 30 days")
