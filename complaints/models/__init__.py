"""Models of the complaint package."""

from complaints.models.calendars import BusinessCalendar, CalendarDay, CalendarHours
from complaints.models.callbacks import CallBack, CallBackAttempt, CallBackPolicy
from complaints.models.causes import Cause, ComplaintCause, FishboneCause, Investigation, Why
from complaints.models.clocks import Clock, ClockChange, Escalation, Level, Pause, Policy, Target
from complaints.models.compensation import Compensation, CompensationCeiling, CompensationMove
from complaints.models.complaints import Assignment, CaseLink, Complaint, Entry
from complaints.models.first_contact import FirstContact
from complaints.models.phrases import PhraseCard
from complaints.models.taxonomy import Category, Handler, Queue
from complaints.models.work import WorkOrder

__all__ = [
    "Assignment",
    "BusinessCalendar",
    "CalendarDay",
    "CalendarHours",
    "CallBack",
    "CallBackAttempt",
    "CallBackPolicy",
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
    "Entry",
    "Escalation",
    "FirstContact",
    "FishboneCause",
    "Handler",
    "Investigation",
    "Level",
    "Pause",
    "PhraseCard",
    "Policy",
    "Queue",
    "Target",
    "Why",
    "WorkOrder",
]
