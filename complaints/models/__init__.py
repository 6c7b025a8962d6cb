"""Models of the complaint package."""

from complaints.models.alerts import Alert, CallScore
from complaints.models.calendars import BusinessCalendar, CalendarDay, CalendarHours
from complaints.models.callbacks import CallBack, CallBackAttempt, CallBackPolicy
from complaints.models.causes import Cause, ComplaintCause, FishboneCause, Investigation, Why
from complaints.models.clocks import Clock, ClockChange, Escalation, Level, Pause, Policy, Target
from complaints.models.compensation import Compensation, CompensationCeiling, CompensationMove
from complaints.models.complaints import Assignment, CaseLink, Complaint, Entry
from complaints.models.crises import Affected, Crisis, CrisisStep, PlanStep, Statement
from complaints.models.first_contact import FirstContact
from complaints.models.improvements import Improvement
from complaints.models.knowledge import Article, ArticleEdition, ArticleHelp
from complaints.models.mail import CaseLetter, InboundMail, Mailbox, MailPolicy
from complaints.models.phrases import PhraseCard
from complaints.models.reports import DailyReport
from complaints.models.taxonomy import Category, Handler, Queue
from complaints.models.work import WorkOrder

__all__ = [
    "Affected",
    "Alert",
    "Article",
    "ArticleEdition",
    "ArticleHelp",
    "Assignment",
    "BusinessCalendar",
    "CalendarDay",
    "CalendarHours",
    "CallBack",
    "CallBackAttempt",
    "CallBackPolicy",
    "CallScore",
    "CaseLetter",
    "CaseLink",
    "Category",
    "Cause",
    "Clock",
    "ClockChange",
    "Compensation",
    "CompensationCeiling",
    "CompensationMove",
    "Complaint",
    "ComplaintCause",
    "Crisis",
    "CrisisStep",
    "DailyReport",
    "Entry",
    "Escalation",
    "FirstContact",
    "FishboneCause",
    "Handler",
    "Improvement",
    "InboundMail",
    "Investigation",
    "Level",
    "MailPolicy",
    "Mailbox",
    "Pause",
    "PhraseCard",
    "PlanStep",
    "Policy",
    "Queue",
    "Statement",
    "Target",
    "Why",
    "WorkOrder",
]
