"""Models of the platform."""

from core.models.audit import AuditEntry
from core.models.forms import SpentForm
from core.models.imports import ImportLine, ImportRun
from core.models.jobs import Heartbeat, Job, Schedule, ScheduleRun
from core.models.mails import NotificationPreference, NotificationTiming, OutgoingMail
from core.models.notifications import Notification
from core.models.numbers import Counter
from core.models.organisation import ExchangeRate, Organisation
from core.models.tokens import ApiToken
from core.models.users import Team, User

__all__ = [
    "ApiToken",
    "AuditEntry",
    "Counter",
    "ExchangeRate",
    "Heartbeat",
    "ImportLine",
    "ImportRun",
    "Job",
    "Notification",
    "NotificationPreference",
    "NotificationTiming",
    "Organisation",
    "OutgoingMail",
    "Schedule",
    "ScheduleRun",
    "SpentForm",
    "Team",
    "User",
]
