"""Choices of the analytics package."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PurchaseModelKey(TextChoices):
    """Which model of buying and leaving is fitted."""

    MBG_NBD = "mbg_nbd", _("MBG/NBD (a customer may leave after every order)")
    BG_NBD = "bg_nbd", _("BG/NBD (published reference: a customer may leave after every repeat order)")


class Uses(TextChoices):
    """Which scores a segment map looks at."""

    RF = "RF", _("Recency and frequency")
    RFM = "RFM", _("Recency, frequency and monetary value")


class RfmWindow(TextChoices):
    """Which orders count for frequency and monetary value."""

    ALL = "all", _("All orders")
    YEAR = "12m", _("Orders of the last 12 months")


class Segment(TextChoices):
    """Names of RFM segments; a map gives each cell one of these keys."""

    CHAMPIONS = "champions", _("Champions")
    LOYAL = "loyal", _("Loyal")
    POTENTIAL_LOYALIST = "potential_loyalist", _("Potential loyalists")
    NEW_CUSTOMERS = "new_customers", _("New customers")
    PROMISING = "promising", _("Promising")
    NEED_ATTENTION = "need_attention", _("Need attention")
    ABOUT_TO_SLEEP = "about_to_sleep", _("About to sleep")
    AT_RISK = "at_risk", _("At risk")
    CANNOT_LOSE = "cannot_lose", _("Cannot lose")
    HIBERNATING = "hibernating", _("Hibernating")
    LOST = "lost", pgettext_lazy("RFM segment", "Lost")


class RunState(TextChoices):
    """Life of a nightly run and of each of its steps."""

    PENDING = "pending", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")


class Step(TextChoices):
    """The steps of a nightly run, in their order."""

    EXTRACT = "extract", _("Read the orders")
    SCORE = "score", _("Fit the model")
    METRICS = "metrics", _("Write the figures of each customer")
    WARNINGS = "warnings", _("Raise warnings")
    KPIS = "kpis", _("Write the dashboard figures")
    SNAPSHOT = "snapshot", _("Keep the month")


class RiskLevel(TextChoices):
    """A risk in words, by the thresholds of the scoring policy."""

    HIGH = "high", _("High")
    MID = "mid", _("Medium")
    LOW = "low", _("Low")


class WarningState(TextChoices):
    """Life of a churn warning."""

    OPEN = "open", pgettext_lazy("churn warning", "Open")
    CONTACTED = "contacted", pgettext_lazy("churn warning", "Contacted")
    SAVED = "saved", pgettext_lazy("churn warning", "Saved")
    LOST = "lost", pgettext_lazy("churn warning", "Lost")
    DISMISSED = "dismissed", pgettext_lazy("churn warning", "Dismissed")


class DismissReason(TextChoices):
    """Why a warning was no warning."""

    SEASONAL = "seasonal", _("Orders with the seasons")
    KNOWN_PAUSE = "known_pause", _("A pause we knew of")
    ORDER_COMING = "order_coming", _("An order is on its way")
    ONE_OFF = "one_off", _("Never was a regular customer")
    DATA_WRONG = "data_wrong", _("The data were wrong or late")
    NOT_WANTED = "not_wanted", _("We do not want to keep this customer")
    OTHER = "other", _("Other reason")


class SuggestedAction(TextChoices):
    """What to do first, from tier and stage."""

    EXECUTIVE_VISIT = "executive_visit", _("Visit with a director and review the cooperation")
    OWNER_CALL = "owner_call", _("Call and ask what changed")
    NEEDS_REVIEW = "needs_review", _("Offer a training needs review")
    ONBOARDING = "onboarding", _("Check that the first programme did its work")
    COURSE_OFFER = "course_offer", _("Send a course offer that fits what they bought")


class Period(TextChoices):
    """Periods of the dashboard; each is compared with the one of equal length before it."""

    MONTHS_3 = "3m", _("Last 3 months")
    MONTHS_6 = "6m", _("Last 6 months")
    MONTHS_12 = "12m", _("Last 12 months")
    YEAR = "ytd", _("This year")


class Grain(TextChoices):
    """Over how long sums of cases are kept."""

    DAY = "day", _("Day")
    MONTH = "month", _("Month")
    #: What was open at the end of a computation.
    OPEN = "open", _("Open when computed")


class Side(TextChoices):
    """From which side sums of cases are looked at."""

    GRADE = "grade", _("Grade")
    CATEGORY = "category", _("Category")
    INTAKE = "intake", _("Channel")
    COST = "cost", _("Team that bears the cost")
    AGE = "age", _("Age")


#: Allowed moves of a warning; the only writer is `domain.warnings.move_warning`.
WARNING_MOVES: dict[str, frozenset[str]] = {
    WarningState.OPEN: frozenset(
        {WarningState.CONTACTED, WarningState.SAVED, WarningState.LOST, WarningState.DISMISSED}
    ),
    WarningState.CONTACTED: frozenset({WarningState.SAVED, WarningState.LOST, WarningState.DISMISSED}),
    WarningState.SAVED: frozenset(),
    WarningState.LOST: frozenset(),
    WarningState.DISMISSED: frozenset(),
}

#: States in which somebody still has to act.
UNCLOSED: tuple[str, ...] = (WarningState.OPEN, WarningState.CONTACTED)
