"""Models of the platform."""

from core.models.audit import AuditEntry, AuditSeal
from core.models.departures import Departure, DepartureStep
from core.models.forms import SpentForm
from core.models.imports import ImportLine, ImportRun
from core.models.jobs import Heartbeat, Job, Schedule, ScheduleRun
from core.models.notifications import Notification
from core.models.numbers import Counter
from core.models.organisation import ExchangeRate, Organisation
from core.models.tokens import ApiToken
from core.models.users import Team, User

__all__ = [
    "ApiToken",
    "AuditEntry",
    "AuditSeal",
    "Counter",
    "Departure",
    "DepartureStep",
    "ExchangeRate",
    "Heartbeat",
    "ImportLine",
    "ImportRun",
    "Job",
    "Notification",
    "Organisation",
    "Schedule",
    "ScheduleRun",
    "SpentForm",
    "Team",
    "User",
]
