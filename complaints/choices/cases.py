"""Choices of the complaint package."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CaseKind(TextChoices):
    """A complaint, or a service request that is none: one engine, queues and numbers of their own."""

    COMPLAINT = "complaint", _("Complaint")
    REQUEST = "request", _("Service request")


class State(TextChoices):
    """Where a case stands. Reopening leads back to `working`."""

    NEW = "new", pgettext_lazy("case", "New")
    WORKING = "working", pgettext_lazy("case", "In progress")
    WAITING = "waiting", pgettext_lazy("case", "Waiting for the customer")
    SOLVED = "solved", pgettext_lazy("case", "Solution given")
    CLOSED = "closed", pgettext_lazy("case", "Closed")
    WITHDRAWN = "withdrawn", pgettext_lazy("case", "Withdrawn")
    MERGED = "merged", pgettext_lazy("case", "Merged")


#: Allowed moves of a case; the only writers are the functions of `domain.moves` and `domain.merging`.
MOVES: dict[str, frozenset[str]] = {
    State.NEW: frozenset({State.WORKING, State.WAITING, State.SOLVED, State.WITHDRAWN, State.MERGED}),
    State.WORKING: frozenset({State.WAITING, State.SOLVED, State.WITHDRAWN, State.MERGED}),
    State.WAITING: frozenset({State.WORKING, State.SOLVED, State.WITHDRAWN, State.MERGED}),
    State.SOLVED: frozenset({State.WORKING, State.CLOSED, State.WITHDRAWN}),
    State.CLOSED: frozenset({State.WORKING}),
    State.WITHDRAWN: frozenset({State.WORKING}),
    State.MERGED: frozenset({State.WORKING}),
}
#: Somebody still has to do something for the customer.
OPEN = (State.NEW, State.WORKING, State.WAITING)
#: Nothing more is done, and nothing escalates.
ENDED = (State.CLOSED, State.WITHDRAWN, State.MERGED)


class Grade(TextChoices):
    """How grave a complaint is; other than its priority, which says how soon."""

    SEVERE = "severe", _("Severe")
    GENERAL = "general", pgettext_lazy("grade", "General")
    MINOR = "minor", _("Minor")


#: From light to grave.
GRADE_ORDER: dict[str, int] = {Grade.MINOR: 1, Grade.GENERAL: 2, Grade.SEVERE: 3}


class Priority(TextChoices):
    """How soon a case is taken up."""

    URGENT = "urgent", pgettext_lazy("priority", "Urgent")
    HIGH = "high", pgettext_lazy("priority", "High")
    NORMAL = "normal", pgettext_lazy("priority", "Normal")
    LOW = "low", pgettext_lazy("priority", "Low")


PRIORITY_ORDER: dict[str, int] = {Priority.LOW: 1, Priority.NORMAL: 2, Priority.HIGH: 3, Priority.URGENT: 4}


class Intake(TextChoices):
    """Through which door a case came in."""

    PHONE = "phone", _("Phone")
    COUNTER = "counter", _("Counter")
    EMAIL = "email", _("E-mail")
    FORM = "form", _("Web form")
    PORTAL = "portal", _("Customer portal")
    WECHAT = "wechat", _("WeChat")
    APP = "app", _("App")
    CHAT = "chat", _("Web chat")
    SMS = "sms", _("SMS")
    LETTER = "letter", _("Letter")
    SOCIAL = "social", _("Social media")
    REGULATOR = "regulator", _("Regulator")
    SURVEY = "survey", _("Survey")
    API = "api", _("API")
    OTHER = "other", pgettext_lazy("intake", "Other channel")


class Impact(TextChoices):
    """How far the trouble reaches."""

    ONE = "one", _("One person")
    SEVERAL = "several", _("Several people or a class")
    ORGANISATION = "organisation", _("The whole organisation")
    PUBLIC = "public", _("The public")


class Emotion(TextChoices):
    """How the complainant feels, from calm to enraged, as the person who talks to them sees it."""

    CALM = "1", _("Calm")
    UNEASY = "2", _("Uneasy")
    DISSATISFIED = "3", _("Dissatisfied")
    ANGRY = "4", _("Angry")
    ENRAGED = "5", _("Enraged")


class EntryKind(TextChoices):
    """A line of the log of a case."""

    NOTE = "note", _("Internal note")
    INBOUND = "inbound", _("From the customer")
    OUTBOUND = "outbound", _("To the customer")
    SYSTEM = "system", _("System")


class ClockKind(TextChoices):
    """What is due."""

    ACKNOWLEDGE = "acknowledge", _("Acknowledgement")
    RESPOND = "respond", _("First response")
    UPDATE = "update", _("Next update")
    SOLVE = "solve", _("Solution")
    STATUTORY = "statutory", _("Statutory deadline")


#: Clocks that a customer who is waited for does not stop.
NEVER_PAUSED = frozenset({ClockKind.ACKNOWLEDGE, ClockKind.RESPOND, ClockKind.STATUTORY})


class MetBy(TextChoices):
    """By what a statutory deadline is met; the other clocks say so by their kind."""

    ACCEPTANCE = "acceptance", _("Acceptance told")
    SOLUTION = "solution", _("Solution given")
    LETTER = "letter", _("Decision letter issued")


class Acceptance(TextChoices):
    """What the complainant was told of whether the complaint is dealt with."""

    ACCEPTED = "accepted", pgettext_lazy("acceptance", "Accepted")
    REFUSED = "refused", pgettext_lazy("acceptance", "Not accepted")


class ClockState(TextChoices):
    """Whether a clock runs."""

    RUNNING = "running", pgettext_lazy("clock", "Running")
    PAUSED = "paused", pgettext_lazy("clock", "Paused")
    MET = "met", pgettext_lazy("clock", "Met")
    CANCELLED = "cancelled", pgettext_lazy("clock", "Called off")


class Unit(TextChoices):
    """In what a target is counted."""

    SECONDS = "seconds", _("Seconds")
    WORKING_MINUTES = "working_minutes", _("Working minutes")
    WORKING_HOURS = "working_hours", _("Working hours")
    WORKING_DAYS = "working_days", _("Working days, same time of day")
    WORKING_DAYS_CLOSE = "working_days_close", _("Working days, by closing time")
    CALENDAR_HOURS = "calendar_hours", _("Hours by the clock")
    CALENDAR_DAYS = "calendar_days", _("Calendar days")
    WEEKS = "weeks", _("Weeks")


#: Units that are counted in the opening hours of the calendar.
WORKING_UNITS = frozenset(
    {Unit.WORKING_MINUTES, Unit.WORKING_HOURS, Unit.WORKING_DAYS, Unit.WORKING_DAYS_CLOSE}
)


class Recipient(TextChoices):
    """Who is told of an escalation."""

    OWNER = "owner", _("Handler")
    TEAM_LEAD = "team_lead", _("Lead of the handling team")
    LEAD_ABOVE = "lead_above", _("Lead of the team above")
    CUSTOMER_OWNER = "customer_owner", _("Owner of the customer")
    MANAGERS = "managers", _("Managers of the handling team and the teams above")
    PERSON = "person", _("A named person")


class LevelAction(TextChoices):
    """What an escalation does beside telling people."""

    NOTIFY = "notify", _("Tell only")
    REASSIGN = "reassign", _("Hand over to the person told")
    RAISE_GRADE = "raise_grade", _("Raise the grade")
    SUMMON_CRISIS = "summon_crisis", _("Summon the crisis team")


class EscalationState(TextChoices):
    """Life of one level of one clock of one case."""

    PLANNED = "planned", pgettext_lazy("escalation", "Planned")
    FIRED = "fired", pgettext_lazy("escalation", "Fired")
    CANCELLED = "cancelled", pgettext_lazy("escalation", "Called off")
    #: Its moment lay in the past when a changed policy was applied: nobody was told.
    PASSED = "passed", pgettext_lazy("escalation", "Passed over")


class WorkState(TextChoices):
    """Life of a work order."""

    OPEN = "open", pgettext_lazy("work order", "Open")
    ACCEPTED = "accepted", pgettext_lazy("work order", "Accepted")
    DONE = "done", pgettext_lazy("work order", "Done")
    CANCELLED = "cancelled", pgettext_lazy("work order", "Cancelled")


WORK_MOVES: dict[str, frozenset[str]] = {
    WorkState.OPEN: frozenset({WorkState.ACCEPTED, WorkState.DONE, WorkState.CANCELLED}),
    WorkState.ACCEPTED: frozenset({WorkState.OPEN, WorkState.DONE, WorkState.CANCELLED}),
    WorkState.DONE: frozenset({WorkState.OPEN}),
    WorkState.CANCELLED: frozenset({WorkState.OPEN}),
}


class LinkKind(TextChoices):
    """How two cases belong together."""

    RELATED = "related", pgettext_lazy("link of cases", "Related")
    SAME_CAUSE = "same_cause", pgettext_lazy("link of cases", "Same cause")
    FOLLOWS = "follows", pgettext_lazy("link of cases", "Follows from")
    CONVERTED = "converted", pgettext_lazy("link of cases", "Turned into")


#: What people choose; the link to what a case was before is made by the product.
CHOSEN_LINKS = [(one.value, one.label) for one in LinkKind if one != LinkKind.CONVERTED]


#: What a case may be about.
SUBJECT_KINDS = [("product", _("Product")), ("order", _("Order"))]


class Decision(TextChoices):
    """What was decided about a complaint (counting rules of the FCA: partly upheld counts as upheld)."""

    UPHELD = "upheld", _("Upheld")
    PARTLY = "partly", _("Partly upheld")
    REJECTED = "rejected", _("Rejected")
    GOODWILL = "goodwill", _("Rejected, with goodwill")


class AssignReason(TextChoices):
    """Why a case has the handler that it has."""

    DISPATCH = "dispatch", _("Automatic dispatch")
    MANUAL = "manual", _("By a colleague")
    TAKEN = "taken", _("Taken by the handler")
    ESCALATION = "escalation", _("By an escalation")
    RETURNED = "returned", _("Given back to the queue")
    MOVED = "moved", _("Moved to another queue")
    DEPARTURE = "departure", _("Handed over by a departure")
