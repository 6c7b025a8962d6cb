"""What each figure of complaints and service is: one text behind tiles, tables, exports, API and help."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints.choices.facts import Fact

Unit = Literal["count", "share", "duration", "money", "rate"]
Better = Literal["up", "down", ""]


@dataclass(frozen=True)
class Kpi:
    """One figure: its name, how it comes about, its unit, and which way is better.

    `fact` is what is counted of cases; of a share the hits are the counted half, unless `misses` says that
    the list behind it shows the others first.
    """

    key: str
    label: str | Promise
    formula: str | Promise
    sample: str | Promise
    source: str | Promise
    unit: Unit
    better: Better
    fact: str
    only_complaints: bool = False


_CASES = _("Cases that were not merged into another.")
_CLOCKS = _("The deadlines of the cases, as the one engine of clocks keeps them.")
_DATES = _("The moments kept with the case.")
_LATE = _("What is open and late counts as late; what is open and not due, or stopped, is left out.")

KPIS: Final[tuple[Kpi, ...]] = (
    Kpi(
        "received",
        pgettext_lazy("figure", "Received"),
        _("Cases received in the period."),
        _CASES,
        _DATES,
        "count",
        "down",
        Fact.RECEIVED,
    ),
    Kpi(
        "rate",
        _("Complaints per 1,000 active customers"),
        _(
            "Complaints of known customers received in the period ÷ customers with an order in the twelve"
            " months before its end × 1,000. Of a team: its own customers, whoever handled the complaint."
        ),
        _("Active customers at the last computed day up to the end of the period."),
        _("Cases, and the figure “Active customers” of the nightly run."),
        "rate",
        "down",
        Fact.CUSTOMER,
        only_complaints=True,
    ),
    Kpi(
        "acknowledge_time",
        _("Time to acknowledgement"),
        _(
            "From receipt to the acknowledgement: median and 90th percentile, in working time (net) and by"
            " the clock (gross)."
        ),
        _("Cases acknowledged in the period."),
        _DATES,
        "duration",
        "down",
        Fact.ACKNOWLEDGED,
    ),
    Kpi(
        "respond_time",
        _("Time to first response"),
        _(
            "From receipt to the first answer to the customer: median and 90th percentile, in working time"
            " (net) and by the clock (gross). Answers after reopening do not count."
        ),
        _("Cases first answered in the period."),
        _CLOCKS,
        "duration",
        "down",
        Fact.RESPONDED,
    ),
    Kpi(
        "solve_time",
        _("Time to solution"),
        _(
            "From receipt to the last solution given: median and 90th percentile. Net is working time without"
            " the pauses in which the customer was waited for or the case lay closed; gross is by the clock."
        ),
        _("Cases whose solution was given in the period and still stands."),
        _DATES,
        "duration",
        "down",
        Fact.SOLVED,
    ),
    Kpi(
        "sla_acknowledge",
        _("Acknowledged in time"),
        _("Of the cases whose acknowledgement was decided in the period, the share kept in time."),
        _LATE,
        _CLOCKS,
        "share",
        "up",
        Fact.SLA_ACKNOWLEDGE,
    ),
    Kpi(
        "sla_respond",
        _("First response in time"),
        _(
            "Of the cases whose responses were decided in the period, the share with all of them in time: a"
            " case counts once, and one late response makes it late on the day on which it fell due."
        ),
        _LATE,
        _CLOCKS,
        "share",
        "up",
        Fact.SLA_RESPOND,
    ),
    Kpi(
        "sla_update",
        _("Promised updates in time"),
        _("Of the cases whose promised updates were decided in the period, the share with all in time."),
        _LATE,
        _CLOCKS,
        "share",
        "up",
        Fact.SLA_UPDATE,
    ),
    Kpi(
        "sla_solve",
        _("Solved in time"),
        _("Of the cases whose solution was decided in the period, the share solved in time."),
        _LATE,
        _CLOCKS,
        "share",
        "up",
        Fact.SLA_SOLVE,
    ),
    Kpi(
        "sla_statutory",
        _("Statutory deadlines kept"),
        _("Of the cases whose statutory deadlines were decided in the period, the share that kept all."),
        _LATE,
        _CLOCKS,
        "share",
        "up",
        Fact.SLA_STATUTORY,
    ),
    Kpi(
        "escalated",
        pgettext_lazy("figure", "Escalated"),
        _("Of the cases received in the period, the share of which a level of escalation has fired since."),
        _CASES,
        _("Levels that fired."),
        "share",
        "down",
        Fact.RECEIVED,
    ),
    Kpi(
        "escalated_2",
        _("Escalated to level 2"),
        _("Of the cases received in the period, the share of which a level 2 or higher has fired since."),
        _CASES,
        _("Levels that fired."),
        "share",
        "down",
        Fact.LEVEL_2,
    ),
    Kpi(
        "escalated_3",
        _("Escalated to level 3"),
        _("Of the cases received in the period, the share of which a level 3 or higher has fired since."),
        _CASES,
        _("Levels that fired."),
        "share",
        "down",
        Fact.LEVEL_3,
    ),
    Kpi(
        "false_alarms",
        _("False alarms"),
        _("Of the levels fired in the period that somebody took up, the share called a false alarm."),
        _("Levels taken up; those that nobody took up say nothing."),
        _("Levels that fired."),
        "share",
        "down",
        Fact.ALARM,
    ),
    Kpi(
        "severe",
        _("Severe complaints"),
        _("Of the complaints received in the period, the share that is graded severe now."),
        _CASES,
        _("Grades."),
        "share",
        "down",
        Fact.SEVERE,
        only_complaints=True,
    ),
    Kpi(
        "ninety_seconds",
        _("First contact within 90 seconds"),
        _("Of the guided first contacts begun in the period, the share whose four steps took 90 seconds."),
        _("First contacts that were guided; those left unfinished count as not in time."),
        _("First contacts."),
        "share",
        "up",
        Fact.FIRST_CONTACT,
        only_complaints=True,
    ),
    Kpi(
        "eased",
        _("Calmer after the first contact"),
        _("Of the first contacts begun in the period, the share after which the complainant was calmer."),
        _("First contacts with the emotion before and after, as whoever talked to them saw it."),
        _("First contacts."),
        "share",
        "up",
        Fact.EASED,
        only_complaints=True,
    ),
    Kpi(
        "reopened",
        _("Reopened"),
        _("Of the cases solved for the first time in the period, the share opened again since."),
        _("Recent periods may still rise: a case can be opened again later."),
        _("The log of the cases."),
        "share",
        "down",
        Fact.SETTLED,
    ),
    Kpi(
        "called_back",
        _("Called back"),
        _(
            "Of the cases closed in the period, the share whose last solution was followed by an answered"
            " call-back."
        ),
        _("Closed cases; withdrawn ones are left out."),
        _("Call-backs."),
        "share",
        "up",
        Fact.CLOSED,
    ),
    Kpi(
        "upheld",
        pgettext_lazy("figure", "Upheld"),
        _("Of the complaints decided in the period, the share upheld or partly upheld."),
        _("Complaints that are solved or closed with a decision."),
        _("Decisions."),
        "share",
        "",
        Fact.DECIDED,
        only_complaints=True,
    ),
    Kpi(
        "recovered",
        _("Recovered after 90 days"),
        _(
            "Of the complaints of known customers closed 90 days before a day of the period, the share whose"
            " call-back was content (accepted, score 4 or 5 if asked) or whose customer ordered again within"
            " the 90 days. It does not say that they stayed because of how they were treated."
        ),
        _("Every case has had its 90 days, so the newest count like the oldest."),
        _("Call-backs, and days with orders that were not given back in full."),
        "share",
        "up",
        Fact.RECOVERY,
        only_complaints=True,
    ),
    Kpi(
        "turned",
        _("Dissatisfied, then content"),
        _(
            "Of the complaints closed in the period whose complainant came in dissatisfied, angry or enraged"
            " and was called back, the share content in the end (accepted, score 4 or 5 if asked)."
        ),
        _("Complaints with an emotion at intake and an answered call-back after the last solution."),
        _("Emotions at intake, and call-backs."),
        "share",
        "up",
        Fact.TURNED,
        only_complaints=True,
    ),
    Kpi(
        "cost",
        _("Cost of compensation"),
        _("What was given in the period less what was taken back, in base currency at the rate of its day."),
        _("Steps of the ledger with money; of a team: what it bears."),
        _("The ledger of compensation."),
        "money",
        "down",
        Fact.GIVEN,
    ),
    Kpi(
        "open",
        _("Open now"),
        _("Cases open when the figures were computed; the period does not matter."),
        _CASES,
        _DATES,
        "count",
        "down",
        Fact.OPEN,
    ),
    Kpi(
        "overdue",
        _("Overdue now"),
        _("Open cases of which a running deadline had passed when the figures were computed."),
        _CASES,
        _CLOCKS,
        "share",
        "down",
        Fact.OPEN,
    ),
)  # fmt: skip

BY_KEY: Final[dict[str, Kpi]] = {one.key: one for one in KPIS}
#: Computed from what was open, not from the period.
OF_NOW: Final = frozenset({"open", "overdue"})
