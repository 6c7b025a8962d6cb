"""Help for the pages of analytics."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.help import Topic

TOPICS = (
    Topic(
        "dashboard",
        _("Dashboard"),
        _("How the customer base is doing, in ten seconds: turnover, active customers, value, risk."),
        (
            _("Every number and every bar opens the list of customers behind it."),
            _("Figures are those of the last nightly run; its time stands beside the heading."),
            _("Choose a team or a period on top; the address keeps the choice, so it can be sent to others."),
            _("The data behind each chart can be taken away as a file."),
        ),
        ("analytics:dashboard", "analytics:chart-download", "analytics:figure-rows"),
        (
            (_("RFM"), _("How recently, how often and for how much a customer bought, each scored 1 to 5.")),
            (_("CLV"), _("What the customer will probably bring in the next 12 months, with its range.")),
            (_("chance active"), _("How likely it is that the customer still buys at all.")),
        ),
    ),
    Topic(
        "definitions",
        _("Definitions"),
        _("What each figure means, how it is computed, and from which data."),
        (_("Figures that cannot be computed say “no data” rather than zero."),),
        ("analytics:definitions",),
    ),
    Topic(
        "complaint-kpis",
        _("Figures of complaints and service"),
        _("Whether cases are taken up, answered and solved in time, how they ended, and what is still open."),
        (
            _("Every number opens the list of exactly the cases that it counts."),
            _("Choose period, kind and team on top; the address keeps the choice and can be sent to others."),
            _("A change is coloured only where it is more than chance; below 10 cases a rate says few data."),
            _("Past days may change: a case reopened or merged later changes the days it belongs to."),
        ),
        ("analytics:complaint-kpi*",),
        (
            (_("net"), _("Working time, without pauses in which the customer was waited for.")),
            (_("gross"), _("Time by the clock, nights and weekends included.")),
            (_("90%"), _("Nine of ten cases took at most so long.")),
        ),
        right=("analytics.casetally", "view"),
    ),
    Topic(
        "warnings",
        _("Churn warnings"),
        _("Customers who are worth keeping and seem about to leave, with the reasons in words."),
        (
            _("A warning opens when value at stake and risk both pass their thresholds."),
            _("Take it up, plan what to do, and close it as saved, lost or dismissed."),
            _("Say why you dismiss a warning: it shows how well the thresholds fit."),
            _("A customer who orders again is saved by the next nightly run."),
        ),
        ("analytics:warning-*",),
        (
            (_("churn risk"), _("How likely it is that no order comes within the usual window.")),
            (_("value at stake"), _("What would be lost: risk times the expected value.")),
        ),
        right=("analytics.churnwarning", "view"),
    ),
    Topic(
        "scoring",
        _("Scoring and segments"),
        _("How customers are scored, which segment each score means, and when a warning opens."),
        (
            _("Changes count from the next nightly run; the history tells who changed what."),
            _("“Show what it would do” counts the customers it concerns before you save."),
            _("A segment map gives names to cells of recency and frequency, as your house calls them."),
        ),
        ("analytics:settings", "analytics:segment-map-*"),
        right=("analytics.scoringpolicy", "view"),
    ),
    Topic(
        "runs",
        _("Nightly runs"),
        _("What was computed when, from how many orders, and how well the models fitted."),
        (
            _("A run that was interrupted goes on where it stopped."),
            _("Start one by hand after a large import; it runs in the background."),
        ),
        ("analytics:run-*",),
        right=("analytics.nightlyrun", "view"),
    ),
)
