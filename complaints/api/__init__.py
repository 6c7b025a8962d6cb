"""The REST endpoints of the package."""

from complaints.api import (
    conduct,
    foresight,
    grading,
    learning,
    letters,
    mail,
    policies,
    public_form,
    quiet_hours,
    solving,
)
from complaints.api.cases import ComplaintViewSet
from complaints.api.parts import (
    CategoryViewSet,
    ClockViewSet,
    EntryViewSet,
    EscalationViewSet,
    QueueViewSet,
    WorkOrderViewSet,
)

routes = [
    ("complaints", ComplaintViewSet, "complaint"),
    ("complaint-entries", EntryViewSet, "complaint-entry"),
    ("complaint-clocks", ClockViewSet, "complaint-clock"),
    ("escalations", EscalationViewSet, "escalation"),
    ("work-orders", WorkOrderViewSet, "work-order"),
    ("queues", QueueViewSet, "queue"),
    ("complaint-categories", CategoryViewSet, "complaint-category"),
    *solving.routes,
    *learning.routes,
    *grading.routes,
    *policies.routes,
    *letters.routes,
    *conduct.routes,
    *foresight.routes,
    *public_form.routes,
    *mail.routes,
    *quiet_hours.routes,
]
