"""Models of the complaint package."""

from complaints.models.alerts import Alert, CallScore, TextMark
from complaints.models.applying import PolicyApplying
from complaints.models.calendars import BusinessCalendar, CalendarDay, CalendarHours
from complaints.models.callbacks import CallBack, CallBackAttempt, CallBackPolicy
from complaints.models.causes import Cause, ComplaintCause, FindingPerson, FishboneCause, Investigation, Why
from complaints.models.clocks import Clock, ClockChange, Escalation, Level, Pause, Policy, Target
from complaints.models.compensation import Compensation, CompensationCeiling, CompensationMove
from complaints.models.complaints import Complaint
from complaints.models.conduct import (
    ConductCriterion,
    ConductEvidence,
    ConductObjection,
    Designation,
)
from complaints.models.crises import Affected, Crisis, CrisisStep, PlanStep, Statement
from complaints.models.entries import Assignment, CaseLink, Entry
from complaints.models.facts import CaseFact, FactMonth
from complaints.models.first_contact import FirstContact
from complaints.models.forecasts import Forecast, LikelyComplainer
from complaints.models.grading import GradingRule, GradingSetting
from complaints.models.improvements import Improvement
from complaints.models.knowledge import Article, ArticleEdition, ArticleHelp
from complaints.models.letters import (
    DecisionLetter,
    LetterHandover,
    LetterSettings,
    LetterTemplate,
    LetterTemplateEdition,
)
from complaints.models.mail import CaseLetter, InboundMail, Mailbox, MailPolicy
from complaints.models.phrases import PhraseCard
from complaints.models.portraits import Portrait, PortraitTrait
from complaints.models.public_form import FormSubmission, PublicForm, StatusAccess
from complaints.models.quiet import QuietHours
from complaints.models.references import Citation, LegalReference
from complaints.models.reports import DailyReport
from complaints.models.satisfaction import SatisfactionFall, SatisfactionPolicy
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
    "CaseFact",
    "CaseLetter",
    "CaseLink",
    "Category",
    "Cause",
    "Citation",
    "Clock",
    "ClockChange",
    "Compensation",
    "CompensationCeiling",
    "CompensationMove",
    "Complaint",
    "ComplaintCause",
    "ConductCriterion",
    "ConductEvidence",
    "ConductObjection",
    "Crisis",
    "CrisisStep",
    "DailyReport",
    "DecisionLetter",
    "Designation",
    "Entry",
    "Escalation",
    "FactMonth",
    "FindingPerson",
    "FirstContact",
    "FishboneCause",
    "Forecast",
    "FormSubmission",
    "GradingRule",
    "GradingSetting",
    "Handler",
    "Improvement",
    "InboundMail",
    "Investigation",
    "LegalReference",
    "LetterHandover",
    "LetterSettings",
    "LetterTemplate",
    "LetterTemplateEdition",
    "Level",
    "LikelyComplainer",
    "MailPolicy",
    "Mailbox",
    "Pause",
    "PhraseCard",
    "PlanStep",
    "Policy",
    "PolicyApplying",
    "Portrait",
    "PortraitTrait",
    "PublicForm",
    "Queue",
    "QuietHours",
    "SatisfactionFall",
    "SatisfactionPolicy",
    "Statement",
    "StatusAccess",
    "Target",
    "TextMark",
    "Why",
    "WorkOrder",
]
