"""Models of the complaint package."""

from complaints.models.calendars import BusinessCalendar, CalendarDay, CalendarHours
from complaints.models.clocks import Clock, ClockChange, Escalation, Level, Pause, Policy, Target
from complaints.models.complaints import Assignment, CaseLink, Complaint, Entry
from complaints.models.first_contact import FirstContact
from complaints.models.taxonomy import Category, Handler, Queue
from complaints.models.work import WorkOrder

__all__ = [
    "Assignment",
    "BusinessCalendar",
    "CalendarDay",
    "CalendarHours",
    "CaseLink",
    "Category",
    "Clock",
    "ClockChange",
    "Complaint",
    "Entry",
    "Escalation",
    "FirstContact",
    "Handler",
    "Level",
    "Pause",
    "Policy",
    "Queue",
    "Target",
    "WorkOrder",
]
