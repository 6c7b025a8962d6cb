"""Models of the platform."""

from core.models.api import IdempotentRequest, RecordChange
from core.models.attachments import Attachment
from core.models.audit import AuditEntry, AuditSeal
from core.models.bulk import BulkRow, BulkRun, BulkSlice
from core.models.departures import Departure, DepartureStep
from core.models.forms import SpentForm
from core.models.imports import ImportLine, ImportMapping, ImportRun
from core.models.jobs import Heartbeat, Job, Schedule, ScheduleRun
from core.models.lists import ListChoice, SavedView
from core.models.mails import NotificationPreference, NotificationTiming, OutgoingMail
from core.models.notifications import Notification
from core.models.numbers import Counter
from core.models.organisation import BrandLogo, ExchangeRate, Organisation
from core.models.picklists import PicklistValue
from core.models.search import SearchFill, SearchTerm
from core.models.shares import Absence, Share
from core.models.sights import Sight
from core.models.signing_in import RecoveryCode, SecondFactor, SignInGuard, UserSession
from core.models.tokens import ApiToken
from core.models.users import Team, User

__all__ = [
    "Absence",
    "ApiToken",
    "Attachment",
    "AuditEntry",
    "AuditSeal",
    "BrandLogo",
    "BulkRow",
    "BulkRun",
    "BulkSlice",
    "Counter",
    "Departure",
    "DepartureStep",
    "ExchangeRate",
    "Heartbeat",
    "IdempotentRequest",
    "ImportLine",
    "ImportMapping",
    "ImportRun",
    "Job",
    "ListChoice",
    "Notification",
    "NotificationPreference",
    "NotificationTiming",
    "Organisation",
    "OutgoingMail",
    "PicklistValue",
    "RecordChange",
    "RecoveryCode",
    "SavedView",
    "Schedule",
    "ScheduleRun",
    "SearchFill",
    "SearchTerm",
    "SecondFactor",
    "Share",
    "Sight",
    "SignInGuard",
    "SpentForm",
    "Team",
    "User",
    "UserSession",
]
