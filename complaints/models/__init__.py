"""Models of the complaint package."""

from complaints.models.alerts import Alert, CallScore
from complaints.models.calendars import BusinessCalendar, CalendarDay, CalendarHours
from complaints.models.clocks import Clock, ClockChange, Escalation, Level, Pause, Policy, Target
from complaints.models.complaints import Assignment, CaseLink, Complaint, Entry
from complaints.models.crises import Affected, Crisis, CrisisStep, PlanStep, Statement
from complaints.models.improvements import Improvement
from complaints.models.knowledge import Article, ArticleEdition, ArticleHelp
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
    "CallScore",
    "CaseLink",
    "Category",
    "Clock",
    "ClockChange",
    "Complaint",
    "Crisis",
    "CrisisStep",
    "DailyReport",
    "Entry",
    "Escalation",
    "Handler",
    "Improvement",
    "Level",
    "Pause",
    "PlanStep",
    "Policy",
    "Queue",
    "Statement",
    "Target",
    "WorkOrder",
]
